import { blanked, type Feed } from './feed.ts'
import { type ColumnUse, risked, used } from './uses.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s*,\s*/))

/** Tie answers together, or turn them round. */
const CONNECTIVES = words(
  'and, or, not, xor, &&, is true, is not true, is false, is not false, is unknown, is not unknown',
)

/** Give the value on as it is. */
const PASSING = words('collate, binary')

const NULLNESS = words('is null, is not null')

const EQUALITY = words('=, ==, <>, !=, <=>, in, not in, is distinct from, is not distinct from')

/** Whether an operator is true of equal values, or of others. */
export const isEquality = (written: string): boolean => EQUALITY.has(written.replace(/ (?:any|all)$/, ''))

const RANGE = words(`
  <, >, <=, >=, !<, !>, between, not between, between symmetric, not between symmetric, ~<~, ~>~, ~<=~, ~>=~, *<, *>,
  *<=, *>=
`)

const PATTERN = words(`
  like, not like, ilike, not ilike, like binary, not like binary, ~~, ~~*, !~~, !~~*, ^@
`)

/** Can take any time, by what they find. */
const REGULAR = words('similar to, not similar to, ~, ~*, !~, !~*, regexp, not regexp, rlike, not rlike')

/** True or false by parts of the value. */
const PARTS = words('@>, <@, ?, ?|, ?&, &&, @?, @@, is document, is json')

/** Give one value and no error, whatever they are given. */
const TOTAL = words('||, at time zone')

/** The same, or NULL where the value has no such part. */
const PART_OF = words('->, ->>, #>, #>>')

/** What an operator makes of its operands. `decides`: what is evaluated next hangs on the answer, wherever it stands. */
type Asked = { readonly operands: readonly Feed[]; readonly decides: boolean }

/**
 * What an operator makes of its operands, as far as the value tells of the columns in them. Comparisons tell even where
 * their answer is shown masked: `email LIKE 'a%' AND 1 / 0 = 1` fails for the rows that have the pattern. An operator
 * that is not listed may fail for some values: arithmetic overflows and divides by zero.
 */
export const askedBy = (written: string, operands: readonly Feed[]): Asked => {
  // `= any` is `=` over the elements of an array.
  const op = written.replace(/ (?:any|all)$/, '')
  // `&&` is AND in some systems and overlapping ranges in others: then its operands are no answers but columns.
  if (CONNECTIVES.has(op) && (op !== '&&' || operands.every(isAnswer))) return { operands, decides: true }
  if (PASSING.has(op)) return { operands, decides: false }
  const compared = comparedBy(op, operands)
  if (compared) return { operands: compared, decides: true }
  if (PART_OF.has(op))
    return { operands: operands.map((feed) => blanked(used(feed, 'computed'))), decides: false }
  return { operands: operands.map(TOTAL.has(op) ? (feed) => used(feed, 'computed') : risked), decides: false }
}

const comparedBy = (op: string, operands: readonly Feed[]): readonly Feed[] | undefined => {
  if (NULLNESS.has(op)) return operands.map((feed) => used(feed, 'null'))
  if (EQUALITY.has(op)) return operands.map((feed, i) => used(feed, equalityOf(operands, i)))
  if (RANGE.has(op)) return operands.map((feed) => used(feed, 'range'))
  // A pattern that comes out of a column may be none.
  if (PATTERN.has(op)) return operands.map((feed, i) => (i === 0 ? used(feed, 'pattern') : risked(feed)))
  if (REGULAR.has(op)) return operands.map((feed) => risked(used(feed, 'pattern')))
  return PARTS.has(op) ? operands.map((feed) => used(feed, 'computed')) : undefined
}

const isAnswer = (feed: Feed): boolean => feed.sources.length === 0 || feed.pending.length > 0

/** With a value, or with a column too. */
const equalityOf = (operands: readonly Feed[], at: number): ColumnUse =>
  operands.some((feed, i) => i !== at && (feed.sources.length > 0 || feed.unknown)) ? 'join' : 'equality'
