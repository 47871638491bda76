import type { Label } from '../catalog/label.ts'
import type { ColumnDeclaration } from './detector.ts'
import { detectors } from './detectors/index.ts'

/** The confidence from which on a detector's finding becomes a label. */
export const LABEL_THRESHOLD = 0.5

/** The most characters of a comment that are searched for a directive. */
const COMMENT_LIMIT = 4096
const DIRECTIVE = /\bsluice:[ \t]*([a-z0-9][a-z0-9._-]*(?:[ \t]*,[ \t]*[a-z0-9][a-z0-9._-]*)*)/i

/** Kinds of labels that detectors and the database's own catalogs give. */
const KINDS: ReadonlySet<string> = new Set(['pii', 'secret', 'internal'])

/**
 * The labels of a column, the surest first. A comment that holds `sluice: pii.email` (or several labels with commas, or
 * `sluice: none`) decides alone: whoever may comment on a column may label it. INVARIANT (no-unproven-column): where its
 * labels may be other words, or are misspelt, what detectors say stays.
 */
export const labelColumn = (column: ColumnDeclaration): Label[] => {
  const directed = directiveIn(column.comment)
  const said = (directed?.labels ?? []).map((name): Label => ({ name, origin: 'comment', confidence: 1 }))
  if (directed?.decides === true) return said
  const detected = detectedIn(column).filter(({ name }) => directed?.labels.includes(name) !== true)
  return [...said, ...detected]
}

const detectedIn = (column: ColumnDeclaration): readonly Label[] => {
  const found = new Map<string, number>()
  for (const detector of detectors) {
    const confidence = detector.detect(column)
    if (confidence === undefined || confidence < LABEL_THRESHOLD) continue
    found.set(detector.label, Math.max(confidence, found.get(detector.label) ?? 0))
  }
  return [...found]
    .map(
      ([name, confidence]): Label => ({
        name,
        origin: 'detector',
        confidence: Math.round(confidence * 100) / 100,
      }),
    )
    .sort((a, b) => b.confidence - a.confidence)
}

/** What a comment says of its column's labels. `decides`: nothing else counts. */
type Directive = { readonly labels: readonly string[]; readonly decides: boolean }

/** Undefined: it says nothing of them. */
export const directiveIn = (comment: string | undefined): Directive | undefined => {
  const names = DIRECTIVE.exec(comment?.slice(0, COMMENT_LIMIT) ?? '')?.[1]?.toLowerCase()
  if (names === undefined) return undefined
  const all = names.split(/[ \t]*,[ \t]*/).map((name) => name.replace(/[._-]+$/, ''))
  const labels = all.filter((name) => name !== NONE)
  const decides = labels.length < all.length || labels.every((name) => KINDS.has(name.split('.')[0] ?? ''))
  return { labels, decides }
}

const NONE = 'none'
