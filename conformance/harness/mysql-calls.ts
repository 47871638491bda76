import type { Chance } from '@sluice/testkit/chance'

const listed = (text: string): readonly string[] => text.trim().split(/\s*\n\s*/)

/** Functions by their names, called with one, two and three values. */
const NAMES = `
  ascii avg bin bit_length ceil char_length coalesce concat concat_ws conv crc32 date datediff dayofmonth dayofweek dayofyear
  elt field find_in_set floor from_base64 from_days from_unixtime greatest group_concat hex hour if ifnull inet6_aton
  inet_aton insert instr isnull json_array json_arrayagg json_extract json_keys json_length json_object json_quote
  json_type json_unquote json_valid last_day least left length ln locate lower lpad ltrim make_set makedate max md5 mid min
  mod month monthname nullif oct octet_length ord period_add pow quarter quote regexp_replace regexp_substr repeat replace
  reverse right round rpad rtrim sec_to_time sha2 sign soundex space sqrt std str_to_date strcmp substr substring_index sum
  time time_to_sec timestamp to_base64 to_days trim truncate uncompress unhex unix_timestamp upper var_samp week year
`

const FORMS = listed(`
  substring({e} FROM {k} FOR {k})
  trim(LEADING {e} FROM {e})
  trim(BOTH {e} FROM {e})
  position({e} IN {e})
  date_format({e}, '%W %M %j')
  cast({e} AS char)
  cast({e} AS char(3))
  cast({e} AS char CHARACTER SET latin1)
  cast({e} AS binary(3))
  cast(left(cast({e} AS binary), 1) AS char)
  cast({e} AS signed)
  cast({e} AS decimal(10, 2))
  cast({e} AS double)
  cast({e} AS float)
  cast({e} AS date)
  cast({e} AS time)
  convert({e}, char)
  convert({e} USING latin1)
  convert({e} USING utf8mb4)
  convert({e} USING utf16)
  BINARY {e}
  {e} COLLATE utf8mb4_bin
  concat({e}, 'a' COLLATE utf8mb4_bin)
  concat({e}, _latin1'a' COLLATE latin1_bin)
  coalesce({e}, 'a' COLLATE utf8mb4_bin)
  CASE WHEN id < 3 THEN {e} ELSE 'a' COLLATE utf8mb4_bin END
  CASE WHEN id < 3 THEN {e} WHEN id < 5 THEN {e} END
  CASE {e} WHEN {e} THEN 1 END
  left('abc', round({e}))
  {e} + {e}
  {e} * {k}
  {e} DIV {k}
  -{e}
  ~{e}
  {e} + INTERVAL {k} MONTH
  {e} = {e}
  {e} <=> {e}
  {e} < {e}
  {e} LIKE {e}
  {e} REGEXP {e}
  {e} IS NULL
  {e} IN ({e}, {e})
  {e} BETWEEN {e} AND {e}
  {e} AND {e}
  extract(YEAR FROM {e})
  timestampdiff(DAY, {e}, {e})
  count(DISTINCT {e})
  sum(DISTINCT {e})
  group_concat({e} ORDER BY id SEPARATOR 'ä')
  group_concat({e} ORDER BY {e})
  json_objectagg(id, {e})
  json_objectagg({e}, id)
  lag({e}) OVER (ORDER BY id)
  lead({e}, {k}) OVER (ORDER BY id)
  first_value({e}) OVER (ORDER BY id)
  nth_value({e}, {k}) OVER (ORDER BY id)
  sum({e}) OVER (ORDER BY id)
  rank() OVER (ORDER BY {e})
  (SELECT {e})
  (SELECT max({e}) FROM (SELECT 1) d)
`)

const OTHERS = ["'a'", "''", '1', '2', 'id', 'o_tx', "x'ff'", "'2020-01-31'"]

const forms: readonly string[] = [
  ...NAMES.trim()
    .split(/\s+/)
    .flatMap((name) => ['{e}', '{e}, {e}', '{e}, {e}, {e}'].map((given) => `${name}(${given})`)),
  ...FORMS,
]

/** Every form with some of the columns in each of its places, and anything in the others. */
export const callsOn = (columns: readonly string[], chance: Chance, some: number): readonly string[] =>
  forms.flatMap((form) => {
    const places = form.split('{e}').length - 1
    return Array.from({ length: places * some }, (_, i) => {
      let at = -1
      return form
        .replaceAll('{e}', () => {
          at += 1
          return at === i % places ? chance.pick(columns) : chance.pick([...OTHERS, chance.pick(columns)])
        })
        .replaceAll('{k}', () => String(chance.below(5)))
    })
  })
