import type { BuiltinFunction } from '@sluice/core/analysis/traits'

/** Their value is one of their arguments. `lower` and its like change the case of its letters. */
const SAME = 'any_value coalesce ifnull lcase lower nvl ucase upper'

/** One value and no error, whatever the arguments are. */
const TOTAL = `
  ascii avg bit_length ceil ceiling char_length character_length concat concat_ws count cume_dist date_format dayofmonth
  dayofweek dayofyear dense_rank first_value floor greatest group_concat grouping instr
  json_arrayagg json_object lag last_value lead least left length locate ltrim max md5 mid min month octet_length
  percent_rank position quote rank reverse right round row_number rtrim sha sha1 sha2 sign soundex stddev stddev_pop stddev_samp
  substr substring substring_index sum trim truncate var_pop var_samp variance year
`

/** The same, whatever the first argument is, where the others are constants. */
const FIRST = 'lpad nth_value rpad'

/** Compare their arguments, or choose among them. */
const DECIDING = 'elt field if isnull nullif nvl2 strcmp'

const named = (list: string): readonly string[] => list.trim().split(/\s+/)

const TELLING: ReadonlyMap<string, NonNullable<BuiltinFunction['telling']>> = new Map([
  ...named(FIRST).map((name) => [name, 'first'] as const),
  ...named(TOTAL).map((name) => [name, 'total'] as const),
  ...named(DECIDING).map((name) => [name, 'decides'] as const),
  ...named(SAME).map((name) => [name, 'same'] as const),
])

/** What a value that a function of the system makes of a column tells of it; undefined: it may fail for some values. */
export const tellingOf = (name: string): BuiltinFunction['telling'] => TELLING.get(name)
