import type { ColumnDeclaration, ColumnWords, Detector } from './detector.ts'
import { type TypeFamily, typeFamily } from './type-family.ts'
import { singular, wordsOf } from './words.ts'

/** A detector that knows its columns by words. Phrases are written without spaces: `birthdate` finds birth_date too. */
type NameDetectorOptions = {
  readonly id: string
  readonly label: string
  /** Families of types that can hold such values. */
  readonly families: readonly TypeFamily[]
  /** Phrases that say it wherever they stand. */
  readonly phrases?: string
  /** Phrases that say it only as the whole rest of the name: `mobile`, but not `mobile_app`. */
  readonly ends?: string
  /** Words before or behind the phrase that make it something else, beside those that always do. */
  readonly not?: string
  /** How sure a phrase makes it; default 0.9. An end is 0.2 less sure. */
  readonly confidence?: number
  /** Looks at the table too: a factor on the confidence, 0 for no. Default 1. */
  readonly factor?: (words: ColumnWords) => number
  /** What the type or the table alone says. */
  readonly otherwise?: (words: ColumnWords) => number | undefined
}

/** The longest phrase, in words. */
const PHRASE_WORDS = 5
/** A comment of at most this many words is read like a name. */
const COMMENT_WORDS = 4

const asWords = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** `email_status`, `phone_verified`, `card_type`: about the thing, not the thing. */
const aboutIt = new Set(
  asWords(`count cnt total sent verified verification confirmed confirmation status type kind template subject body format
    flag enabled disabled at time timestamp id ids provider length len version valid validated validation optin opt optout
    bounce bounced preference preferences frequency language locale category domain server host port queue log method required
    allowed active model brand os size label source order index idx rank score limit quota setting settings config campaign
    group event opened clicked reason error color colour icon image width vendor currency policy expiry expires expired
    expiration changed updated created attempts attempt usage scope scopes rule rules pattern regex field column name names
    title hint list percent ratio`),
)
const beforeIt = new Set(
  asWords(`is has can should num nb count cnt total max min avg allow allows require requires enable enables anzahl statut
    status tipo type id fecha date supports show hide`),
)

/** Makes a detector out of its words. */
export const nameDetector = (options: NameDetectorOptions): Detector => {
  const confidence = options.confidence ?? 0.9
  const phrases = new Map<string, { readonly sure: number; readonly end: boolean }>()
  for (const phrase of asWords(options.ends ?? '')) phrases.set(phrase, { sure: confidence - 0.2, end: true })
  for (const phrase of asWords(options.phrases ?? '')) phrases.set(phrase, { sure: confidence, end: false })
  const not = new Set(asWords(options.not ?? ''))

  const inWords = (words: readonly string[]): number => {
    let best = 0
    for (const { from, to, joined } of windows(words)) {
      const phrase = phrases.get(joined)
      if (phrase === undefined || phrase.sure <= best) continue
      if (words.slice(0, from).some((word) => not.has(word) || beforeIt.has(word))) continue
      const rest = words.slice(to).filter((word) => !/^\d+$/.test(word))
      if (phrase.end && rest.length > 0) continue
      if (rest.some((word) => not.has(word) || aboutIt.has(word))) continue
      best = phrase.sure
    }
    return best
  }

  return {
    id: options.id,
    label: options.label,
    detect: (column) => {
      const words = columnWords(column)
      if (!options.families.includes(words.family)) return undefined
      const named = Math.max(inWords(words.name), inWords(words.type), inWords(words.comment) * 0.8)
      const sure = Math.max(named, options.otherwise?.(words) ?? 0) * (options.factor?.(words) ?? 1)
      return sure > 0 ? Math.min(sure, 1) : undefined
    },
  }
}

const windows = function* (
  words: readonly string[],
): Generator<{ from: number; to: number; joined: string }> {
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= Math.min(words.length, from + PHRASE_WORDS); to++) {
      const joined = words.slice(from, to).join('')
      yield { from, to, joined }
      const last = words[to - 1] ?? ''
      const one = singular(last)
      if (one !== last) yield { from, to, joined: words.slice(from, to - 1).join('') + one }
    }
  }
}

/** The words of each declaration, for all detectors look at the same one. */
const prepared = new WeakMap<ColumnDeclaration, ColumnWords>()

const columnWords = (column: ColumnDeclaration): ColumnWords => {
  const known = prepared.get(column)
  if (known !== undefined) return known
  const family = typeFamily(column.type)
  const comment = wordsOf(column.comment ?? '')
  const words: ColumnWords = {
    family,
    name: wordsOf(column.name),
    type: family === 'other' ? wordsOf(column.type) : [],
    comment: comment.length <= COMMENT_WORDS ? comment : [],
    table: wordsOf(column.table),
  }
  prepared.set(column, words)
  return words
}
