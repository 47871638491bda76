import type { BuiltinFunction } from '@sluice/core/analysis/traits'
import type { Name } from '@sluice/core/statement/node'

/** Their value is one of their arguments, or as good as: what was to be inserted. `lower` and its like change the case. */
const SAME = 'any_value default lcase lower ucase upper value values'

/** The same; the ones behind an argument are evaluated where that is NULL. */
const FALLBACK = 'coalesce ifnull nvl'

/** One value and no error, whatever the arguments are. */
const TOTAL = `
  ascii avg bit_length ceil ceiling char_length character_length concat concat_ws count cume_dist dayofmonth dayofweek
  dayofyear dense_rank first_value floor greatest group_concat grouping json_arrayagg last_value least length ltrim max
  md5 min month octet_length percent_rank rank reverse row_number rtrim sha sha1 sign soundex sum year
`

/**
 * The same, whatever the first argument is, where the others are constants: MySQL fails where what is looked for, or put in,
 * is not of the first one's character set, and where a number is beyond all bounds.
 */
const FIRST = `
  date_format instr lag lead left lpad mid nth_value replace right round rpad sha2 substr substring substring_index truncate
`

/** Whatever the second is: what is looked for stands in front of it. */
const SECOND = 'locate position'

/** Whatever the last is: `TRIM('x' FROM email)`. */
const LAST = 'trim'

/** The same for every second one: the others are keys, which may not be NULL. */
const VALUES = 'json_object'

/**
 * Ask whether arguments are equal, or NULL, or choose by such an answer. Not among them: what tells more and less (`strcmp`), and
 * what reads a text as a number (`elt`, `field`).
 */
const DECIDING = 'if isnull nullif nvl2'

/** NULL for some values that are not: no date, no row, no such length. */
const BLANK = 'date_format dayofmonth dayofweek dayofyear lag lead month nth_value sha2 year'

const named = (list: string): readonly string[] => list.trim().split(/\s+/)

const TELLING: ReadonlyMap<string, NonNullable<BuiltinFunction['telling']>> = new Map([
  ...named(FIRST).map((name) => [name, 'first'] as const),
  ...named(SECOND).map((name) => [name, 'second'] as const),
  ...named(LAST).map((name) => [name, 'last'] as const),
  ...named(TOTAL).map((name) => [name, 'total'] as const),
  ...named(DECIDING).map((name) => [name, 'decides'] as const),
  ...named(SAME).map((name) => [name, 'same'] as const),
  ...named(FALLBACK).map((name) => [name, 'fallback'] as const),
  ...named(VALUES).map((name) => [name, 'values'] as const),
])

/** What a value that a function of the system makes of a column tells of it; undefined: it may fail for some values. */
export const tellingOf = (name: string): BuiltinFunction['telling'] => TELLING.get(name)

const BLANKS: ReadonlySet<string> = new Set(named(BLANK))

/** Whether it makes NULL of some values. */
export const isBlank = (name: string): boolean => BLANKS.has(name)

/** Read a text as a number or a date, and warn where it is none. */
const READING = `
  avg ceil ceiling date_format dayofmonth dayofweek dayofyear floor greatest least month round sign sum truncate year
`

/** Cut off what is longer than `group_concat_max_len`, and warn of it. */
const CUTTING = 'group_concat json_arrayagg'

const WARNING: ReadonlyMap<string, BuiltinFunction['warns']> = new Map<string, BuiltinFunction['warns']>([
  ...named(READING).map((name) => [name, 'unless numbers'] as const),
  ...named(CUTTING).map((name) => [name, true] as const),
])

/** Whether it warns of some values: what writes fails of these where the server is strict ("Strict SQL Mode"). */
export const warningOf = (name: string): BuiltinFunction['warns'] => WARNING.get(name)

const BYTES: ReadonlySet<string> = new Set(['binary', 'varbinary'])
const TEXTS: ReadonlySet<string> = new Set(['char', 'character', 'varchar', 'nchar'])
/** Their casts fail for a text that is none, or a number that they have no room for. */
const READ: ReadonlySet<string> = new Set(['json', 'point', 'linestring', 'polygon', 'geometry', 'float'])

/** Types of bytes that need not be text of any character set, by how their names begin. */
const RAW = /^(?:(?:var)?binary|(?:tiny|medium|long)?blob|bit|geom|multi|point|linestring|polygon|vector)/i

/** Whether values of the type may be bytes that are no text. */
export const isBytesType = (type: string): boolean => RAW.test(type)

/**
 * Of other types: what does not fit is cut off or NULL, with a warning. MySQL makes NULL of bytes that are no text, and what
 * was computed may be bytes.
 */
export const castTelling = (to: Name, from: readonly string[] | undefined): 'total' | 'blank' | undefined => {
  const type = to.at(-1) ?? ''
  if (BYTES.has(type)) return 'total'
  if (TEXTS.has(type)) return from?.some(isBytesType) === false ? 'total' : 'blank'
  return READ.has(type) || type.startsWith('multi') || type.startsWith('geom') ? undefined : 'blank'
}

/** They read a text as JSON, and fail where it is none. */
export const failingOperators: ReadonlySet<string> = new Set(['->', '->>'])
