import type { BuiltinFunction } from '@sluice/core/analysis/traits'
import type { Name } from '@sluice/core/statement/node'

/** Their value is one of their arguments. `lower` and its like change the case of its letters. */
const SAME = 'any_value lower upper'

/** The same; the ones behind an argument are evaluated where that is NULL. */
const FALLBACK = 'coalesce isnull'

/** One value and no error, whatever the arguments are. */
const TOTAL = `
  ascii ceiling charindex concat concat_ws count count_big cume_dist datalength dense_rank difference first_value floor greatest
  grouping hashbytes lag last_value lead least len ltrim max min percent_rank quotename rank
  reverse row_number rtrim sign soundex stdev stdevp string_agg translate trim unicode var varp
`

/** The same, whatever the first argument is, where the others are constants. */
const FIRST = 'left right round substring'

/** Compare their arguments, or choose among them. */
const DECIDING = 'choose iif nullif'

/** NULL for some values that are not: a name that is too long, a row that is not there. */
const BLANK = 'hashbytes lag lead quotename'

const named = (list: string): readonly string[] => list.trim().split(/\s+/)

const TELLING: ReadonlyMap<string, NonNullable<BuiltinFunction['telling']>> = new Map([
  ...named(FIRST).map((name) => [name, 'first'] as const),
  ...named(TOTAL).map((name) => [name, 'total'] as const),
  ...named(DECIDING).map((name) => [name, 'decides'] as const),
  ...named(SAME).map((name) => [name, 'same'] as const),
  ...named(FALLBACK).map((name) => [name, 'fallback'] as const),
])

/** What a value that a function of the system makes of a column tells of it; undefined: it may fail for some values. */
export const tellingOf = (name: string): BuiltinFunction['telling'] => TELLING.get(name)

const BLANKS: ReadonlySet<string> = new Set(named(BLANK))

/** Whether it makes NULL of some values. */
export const isBlank = (name: string): boolean => BLANKS.has(name)

const TEXTS: ReadonlySet<string> = new Set(['varchar', 'nvarchar'])

/** A text of a declared length may be cut. */
export const castTelling = (to: Name): 'total' | undefined =>
  TEXTS.has(to.at(-1) ?? '') ? 'total' : undefined
