import type { Analysis } from '@sluice/core/analysis/context'
import type { ReadStatement } from '@sluice/core/statement/reading'

/** Characters of a prepared statement that count as one statement. Its tree takes 50 to 100 bytes for each. */
export const CHARS_COUNTED_ONCE = 400

/** What a column of a result, or one that is read, counts for, in characters: what is known of it is kept too. */
const CHARS_OF_COLUMN = 10

/** As long as a name may be. */
const SHORT_CHARS = 63

/** What a prepared statement counts for, of those that a session may have: 1 for a short one. */
export function weightOf({ canonical, literals, statement }: ReadStatement, { facts }: Analysis): number {
  const outputs = typeof facts.outputs === 'string' ? 0 : facts.outputs.length
  const columns = (outputs + facts.columns.length) * CHARS_OF_COLUMN
  // Literals are in the tree only where the meaning hangs on them, and never in the canonical text.
  const chars = canonical.length + columns + (literals ? charsIn(statement) : 0)
  return 1 + Math.floor(chars / CHARS_COUNTED_ONCE)
}

/** The characters of the long texts in a tree. Short ones take no more than the node that they stand in. */
function charsIn(tree: unknown): number {
  if (typeof tree === 'string') return tree.length > SHORT_CHARS ? tree.length : 0
  if (typeof tree !== 'object' || tree === null) return 0
  return Object.values(tree).reduce<number>((sum, part) => sum + charsIn(part), 0)
}
