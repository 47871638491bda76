/** `max_allowed_packet` as MariaDB has it by default; MySQL has 64 MB. A text that would be longer is NULL. */
const MAX_BYTES = 16 * 1024 * 1024

/** Bytes of a character: utf8mb4 has no more. */
const CHARACTER_BYTES = 4

/** Numbers, dates and hashes as texts: a number in full has some 400 digits at most. */
const SHORT_BYTES = 1024

/** What a character of a text takes in JSON at most: `\u0000`. */
const ESCAPED_BYTES = 6

const SHORT = `
  abs ascii avg bit_length ceil ceiling char_length character_length count cume_dist curdate current_date current_time
  current_timestamp current_user database date date_add date_sub datediff day dayofmonth dayofweek dayofyear dense_rank
  floor grouping hour instr isnull last_insert_id length locate md5 microsecond minute mod month now ntile octet_length
  percent_rank pow power quarter rand rank round row_number schema second session_user sha sha1 sha2 sign sqrt sum
  time timestampdiff to_days truncate unix_timestamp user utc_timestamp uuid version week weekday year
`

/** Operators, as far as they make numbers. */
const COUNTING = '+ - * / % div mod = <> < > <= >= <=> and or xor not in between like regexp is'

/** Their value is the first argument, or a part of it. */
const FIRST = `
  any_value default first_value last_value left ltrim max mid min nth_value nullif reverse right rtrim soundex substr substring
  substring_index value values collate
`

/** It is one of them. */
const LONGEST = 'coalesce greatest if ifnull lag lead least nvl nvl2 trim'

/** What casts make, by how the types' names begin. */
const SHORT_CAST = /^cast (?:signed|unsigned|int|decimal|float|double|real|date|time|year)/

type Made = (given: readonly number[]) => number

const sum: Made = (given) => given.reduce((all, one) => all + one, 0)
const longest: Made = (given) => Math.max(0, ...given)

const named = (names: string, made: Made): readonly (readonly [string, Made])[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, made] as const)

/** A letter may take one byte more in the other case. */
const inOtherCase: Made = (given) => 2 * longest(given)

/** Every letter of the first may be replaced. */
const replaced: Made = ([text = 0, , by = 0]) => text * Math.max(1, by)

const joined: Made = (given) => sum(given) + (given[0] ?? 0) * given.length

const asObject: Made = (given) => ESCAPED_BYTES * sum(given) + SHORT_BYTES

const MADE: ReadonlyMap<string, Made> = new Map([
  ...named(`${SHORT} ${COUNTING}`, () => SHORT_BYTES),
  ...named(FIRST, ([first = 0]) => first),
  ...named(LONGEST, longest),
  ...named('lcase lower ucase upper', inOtherCase),
  ...named('concat ||', sum),
  ['concat_ws', joined],
  ['replace', replaced],
  ['json_object', asObject],
])

/** How long a text may be that a function, an operator or `cast type` makes of values of these lengths, in bytes. */
export const madeBytes = (name: string, given: readonly number[]): number | undefined => {
  const made = MADE.get(name)
  if (made) return made(given)
  if (name === 'cast char') return CHARACTER_BYTES * longest(given)
  return SHORT_CAST.test(name) ? SHORT_BYTES : undefined
}

/** The length of what they make decides whether it is NULL. */
const JOINING: ReadonlySet<string> = new Set(['concat', '||', 'concat_ws', 'replace', 'json_object'])

/**
 * Whether NULL may come of how long these values are ("max_allowed_packet"): of what is padded, only where the text may be longer
 * than all that MariaDB pads to, and of an array by how many rows there are.
 */
export const overflows = (name: string, given: readonly number[]): boolean => {
  if (JOINING.has(name)) return (madeBytes(name, given) ?? MAX_BYTES) >= MAX_BYTES
  if (name === 'lpad' || name === 'rpad') return (given[0] ?? 0) >= MAX_BYTES / CHARACTER_BYTES
  return name === 'json_arrayagg'
}

const TEXT = /^(?:national )?n?(?:var)?char\((\d+)\)/i
const BYTES = /^(?:var)?binary\((\d+)\)/i
const SIZED: Readonly<Record<string, number>> = { tinytext: 255, tinyblob: 255, text: 65_535, blob: 65_535 }
const NUMBER = /^(?:(?:tiny|small|medium|big)?int|decimal|float|double|bit|date|time|year|uuid|inet)/i
const LISTED = /^(?:enum|set)\(/i

/** How long values of a column's type may be as texts, in bytes. Undefined: any length. */
export const columnBytes = (type: string): number | undefined => {
  const characters = TEXT.exec(type)?.[1]
  if (characters !== undefined) return Number(characters) * CHARACTER_BYTES
  const bytes = BYTES.exec(type)?.[1]
  if (bytes !== undefined) return Number(bytes)
  if (LISTED.test(type)) return type.length * CHARACTER_BYTES
  return NUMBER.test(type) ? SHORT_BYTES : SIZED[type.toLowerCase()]
}
