import type { Label } from '../catalog/label.ts'
import type { ColumnDeclaration } from './detector.ts'
import { detectors } from './detectors/index.ts'

/** The confidence from which on a detector's finding becomes a label. */
export const LABEL_THRESHOLD = 0.5

/** The most characters of a comment that are searched for a directive. */
const COMMENT_LIMIT = 4096
const DIRECTIVE = /\bsluice:[ \t]*([a-z0-9][a-z0-9._-]*(?:[ \t]*,[ \t]*[a-z0-9][a-z0-9._-]*)*)/i

/**
 * The labels of a column, the surest first. A comment that holds `sluice: pii.email` (or several labels with commas, or
 * `sluice: none`) decides alone: whoever may comment on a column may label it.
 */
export const labelColumn = (column: ColumnDeclaration): Label[] => {
  const directed = directiveIn(column.comment)
  if (directed !== undefined) return directedLabels(directed)
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

/** What a comment says of its column's labels; undefined: nothing. */
export const directiveIn = (comment: string | undefined): string | undefined =>
  DIRECTIVE.exec(comment?.slice(0, COMMENT_LIMIT) ?? '')?.[1]

const directedLabels = (names: string): Label[] => {
  const labels = names.toLowerCase().split(/[ \t]*,[ \t]*/)
  return labels
    .map((name) => name.replace(/[._-]+$/, ''))
    .filter((name) => name !== 'none')
    .map((name) => ({ name, origin: 'comment', confidence: 1 }))
}
