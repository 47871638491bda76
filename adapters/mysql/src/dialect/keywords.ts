/**
 * Words that are never a name unless quoted, in MySQL 8 and in MariaDB 10.11 alike ("Keywords and Reserved Words" in
 * either manual). What only one of them reserves is read by the place where it stands.
 */
const RESERVED = `
  accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade
  case change char character check collate column condition constraint continue convert create cross
  current_date current_time current_timestamp current_user cursor database databases day_hour day_microsecond
  day_minute day_second dec decimal declare default delayed delete desc describe deterministic distinct
  distinctrow div double drop dual each else elseif enclosed escaped except exists exit explain false fetch
  float float4 float8 for force foreign from fulltext grant group having high_priority hour_microsecond
  hour_minute hour_second if ignore in index infile inner inout insensitive insert int int1 int2 int3 int4 int8
  integer intersect interval into is iterate join key keys kill leading leave left like limit linear lines load
  localtime localtimestamp lock long longblob longtext loop low_priority match mediumblob mediumint mediumtext
  middleint minute_microsecond minute_second mod modifies natural not no_write_to_binlog null numeric on
  optimize option optionally or order out outer outfile over partition precision primary procedure purge range
  read reads real recursive references regexp release rename repeat replace require resignal restrict return
  revoke right rlike rows schema schemas second_microsecond select sensitive separator set show signal smallint
  spatial specific sql sqlexception sqlstate sqlwarning sql_big_result sql_calc_found_rows sql_small_result ssl
  starting straight_join table terminated then tinyblob tinyint tinytext to trailing trigger true undo union
  unique unlock unsigned update usage use using utc_date utc_time utc_timestamp values varbinary varchar
  varcharacter varying when where while with write xor year_month zerofill
`

const reserved: ReadonlySet<string> = new Set(RESERVED.trim().split(/\s+/))

/** Whether a word, in lower case, cannot be a name. */
export const isReserved = (word: string): boolean => reserved.has(word)

/** Reserved words that are also called like functions: what is glued to them in the text stays glued. */
export const likeFunctions: ReadonlySet<string> = new Set([
  'char',
  'convert',
  'current_date',
  'current_time',
  'current_timestamp',
  'current_user',
  'database',
  'if',
  'insert',
  'interval',
  'left',
  'localtime',
  'localtimestamp',
  'mod',
  'repeat',
  'replace',
  'right',
  'schema',
  'utc_date',
  'utc_time',
  'utc_timestamp',
  'values',
])

/** Words, reserved or not, that are written in lower case in canonical text wherever they stand unquoted. */
export const isKeyword = (word: string): boolean => reserved.has(word) || PLAIN.has(word)

/** Words of the grammar that nobody names a table or column by: folding their case changes no name. */
const PLAIN: ReadonlySet<string> = new Set(
  'begin bit_and bit_or coalesce commit concat count deallocate distinct escape execute ifnull max min now nullif offset prepare rollback savepoint start substring sum truncate'.split(
    ' ',
  ),
)
