import type { BuiltinFunction } from '@sluice/core/analysis/traits'
import type { Name } from '@sluice/core/statement/node'

/** Their value is one of their arguments. `lower` and its like change the case of its letters. */
const SAME = 'any_value lower upper casefold initcap'

/**
 * One value and no error, whatever the arguments are, but at the very ends of a type's range (the least integer has no
 * `abs`, the last `date` is no timestamp): checked against what pg_proc's functions can raise. Not among them: arithmetic
 * (out of range), what reads a text as something else, what makes sets.
 */
const TOTAL = `
  abs array_length array_ndims array_to_json array_to_string ascii avg bit_length bool_and bool_or btrim
  cardinality ceil ceiling char_length character_length concat concat_ws count cume_dist dense_rank every
  first_value floor greatest grouping isfinite json_agg json_build_array json_typeof
  jsonb_agg jsonb_build_array jsonb_pretty jsonb_typeof lag last_value lead least
  ltrim max md5 min num_nonnulls num_nulls octet_length percent_rank position
  quote_ident quote_literal quote_nullable rank reverse row_number row_to_json rtrim sha224 sha256 sha384 sha512 sign
  stddev stddev_pop stddev_samp string_agg strpos sum to_json to_jsonb translate trim_scale
  var_pop var_samp variance xmlagg
`

/**
 * The same, whatever the first argument is, where the others are constants. Not among them: what a constant can make of
 * a value that does not fit into memory (`repeat`, `replace`), regular expressions, which can take any time, and what
 * makes arrays whose size hangs on the value: they fail where they are put together.
 */
const FIRST = `
  encode json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text left length lpad nth_value
  overlay right round rpad split_part substr substring to_char trunc
`

/** The same for the last argument: the ones before are words that must be known, or keys that may not be NULL. */
const LAST = 'date_part date_trunc extract json_object_agg jsonb_object_agg'

/** The same for every second one: the others are keys, which may not be NULL. */
const VALUES = 'json_build_object jsonb_build_object'

/** Compare their arguments, or choose among them. `age` fails where both moments are infinite. */
const DECIDING = 'age nullif'

/** NULL for some values that are not: a part that is not there, a row that is not, a moment that is infinite. */
const BLANK = `
  array_length array_ndims date_part extract json_extract_path json_extract_path_text jsonb_extract_path
  jsonb_extract_path_text lag lead nth_value to_char
`

const named = (list: string): readonly string[] => list.trim().split(/\s+/)

const TELLING: ReadonlyMap<string, NonNullable<BuiltinFunction['telling']>> = new Map([
  ...named(FIRST).map((name) => [name, 'first'] as const),
  ...named(LAST).map((name) => [name, 'last'] as const),
  ...named(VALUES).map((name) => [name, 'values'] as const),
  ['array_agg', 'elements'],
  ['coalesce', 'fallback'],
  ...named(TOTAL).map((name) => [name, 'total'] as const),
  ...named(DECIDING).map((name) => [name, 'decides'] as const),
  ...named(SAME).map((name) => [name, 'same'] as const),
])

/** What a value that a function of the system makes of a column tells of it; undefined: it may fail for some values. */
export const tellingOf = (name: string): BuiltinFunction['telling'] => TELLING.get(name)

const BLANKS: ReadonlySet<string> = new Set(named(BLANK))

/** Whether it makes NULL of some values. `substring(x FROM 'pattern')` does where the pattern does not fit. */
export const blankOf = (name: string): BuiltinFunction['blank'] =>
  name === 'substring' ? 'unless numbers' : BLANKS.has(name) ? true : undefined

/** Types of arrays, as the catalog names them. */
export const isArrayType = (type: string): boolean => type.endsWith('[]') || type.startsWith('_')

const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'citext'])
const DATES: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz'])
const WHOLES: ReadonlySet<string> = new Set(['int2', 'int4', 'int8'])
const WIDER: Readonly<Record<string, ReadonlySet<string>>> = {
  int4: new Set(['int2', 'int4']),
  int8: WHOLES,
  float8: WHOLES,
}

/**
 * Any value has a text; a text of a declared length may be cut, but a number may be none of the letters of `"char"`. How wide
 * a `numeric` is is not known.
 */
export const castTelling = (to: Name, from: readonly string[] | undefined): 'same' | 'total' | undefined => {
  if (to.length > 1 && to[0] !== 'pg_catalog') return undefined
  const type = to.at(-1) ?? ''
  if (type === 'text') return 'same'
  if (TEXTS.has(type)) return 'total'
  const within = DATES.has(type) ? DATES : type === 'char' ? TEXTS : WIDER[type]
  return within && from?.every((one) => within.has(one)) ? 'total' : undefined
}
