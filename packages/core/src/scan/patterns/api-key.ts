import { DIGIT, HEX, is, LINE, skip, stands, UPPER, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

type Vendor = {
  /** The character of the prefix that is looked for first. */
  readonly anchor: number
  readonly prefix: string
  /** What follows. */
  readonly kinds: number
  readonly least: number
}

/** The longest key, in bytes. */
const KEY_MOST = 512

/** Prefixes that vendors document so that scanners find their keys; the place of the anchor in it, what follows. */
const VENDORS: readonly Vendor[] = [
  { prefix: 'AKIA', anchor: 2, kinds: UPPER | DIGIT, least: 16 }, // AWS
  { prefix: 'ASIA', anchor: 2, kinds: UPPER | DIGIT, least: 16 },
  { prefix: 'AIza', anchor: 1, kinds: WORD | LINE, least: 35 }, // Google
  { prefix: 'ghp_', anchor: 3, kinds: WORD, least: 36 }, // GitHub
  { prefix: 'gho_', anchor: 3, kinds: WORD, least: 36 },
  { prefix: 'ghu_', anchor: 3, kinds: WORD, least: 36 },
  { prefix: 'ghs_', anchor: 3, kinds: WORD, least: 36 },
  { prefix: 'ghr_', anchor: 3, kinds: WORD, least: 36 },
  { prefix: 'github_pat_', anchor: 10, kinds: WORD | LINE, least: 22 },
  { prefix: 'glpat-', anchor: 5, kinds: WORD | LINE, least: 20 }, // GitLab
  { prefix: 'sk_live_', anchor: 7, kinds: WORD, least: 16 }, // Stripe
  { prefix: 'sk_test_', anchor: 7, kinds: WORD, least: 16 },
  { prefix: 'rk_live_', anchor: 7, kinds: WORD, least: 16 },
  { prefix: 'whsec_', anchor: 5, kinds: WORD, least: 16 },
  { prefix: 'npm_', anchor: 3, kinds: WORD, least: 36 },
  { prefix: 'hf_', anchor: 2, kinds: WORD, least: 30 }, // Hugging Face
  { prefix: 'shpat_', anchor: 5, kinds: HEX | DIGIT, least: 32 }, // Shopify
  { prefix: 'dop_v1_', anchor: 6, kinds: HEX | DIGIT, least: 64 }, // DigitalOcean
  { prefix: 'sk-ant-', anchor: 6, kinds: WORD | LINE, least: 20 }, // Anthropic
  { prefix: 'sk-proj-', anchor: 7, kinds: WORD | LINE, least: 20 }, // OpenAI
  { prefix: 'sk-', anchor: 2, kinds: WORD, least: 32 },
  { prefix: 'xoxb-', anchor: 4, kinds: WORD | LINE, least: 20 }, // Slack
  { prefix: 'xoxp-', anchor: 4, kinds: WORD | LINE, least: 20 },
  { prefix: 'xoxa-', anchor: 4, kinds: WORD | LINE, least: 20 },
  { prefix: 'xapp-', anchor: 4, kinds: WORD | LINE, least: 20 },
  { prefix: 'SG.', anchor: 1, kinds: WORD | LINE, least: 20 }, // SendGrid
]

const anchorOf = ({ prefix, anchor }: Vendor): string => prefix[anchor] ?? ''
const byAnchor: readonly (readonly Vendor[])[] = Array.from({ length: 128 }, (_, code) =>
  VENDORS.filter((vendor) => anchorOf(vendor) === String.fromCharCode(code)),
)

/** For every anchor and the byte before it (anchor * 256 + byte): 1 where a prefix has both. No prefix begins with its anchor. */
const pairs = new Uint8Array(128 * 256)
for (const vendor of VENDORS)
  pairs[anchorOf(vendor).charCodeAt(0) * 256 + vendor.prefix.charCodeAt(vendor.anchor - 1)] = 1

/** Keys of well-known vendors, by the prefix they give them. */
export const apiKey: Pattern = {
  id: 'api-key',
  label: 'secret.api-key',
  anchors: [...new Set(VENDORS.map(anchorOf))].join(''),
  find: (bytes, at, span) => {
    if (at === 0 || pairs[(bytes[at] as number) * 256 + (bytes[at - 1] as number)] !== 1) return false
    for (const { prefix, anchor, kinds, least } of byAnchor[bytes[at] ?? 0] ?? []) {
      const from = at - anchor
      if (bytes[from] !== prefix.charCodeAt(0) || !stands(bytes, from, prefix)) continue
      if (is(bytes, from - 1, WORD)) continue
      const key = from + prefix.length
      const to = skip(bytes, key, kinds, KEY_MOST)
      if (to - key < least) continue
      span.from = from
      // SendGrid's key has a second part behind a dot.
      span.to = prefix === 'SG.' && bytes[to] === 0x2e ? skip(bytes, to + 1, kinds, KEY_MOST) : to
      return true
    }
    return false
  },
}
