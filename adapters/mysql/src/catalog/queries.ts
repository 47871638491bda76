import type { TableName } from '@sluice/gateway/ports/catalog-source'
import { quoteString } from '../dialect/lexer/quoted.ts'

/** Databases of the server's own. */
export const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set([
  'information_schema',
  'performance_schema',
  'mysql',
  'sys',
])

const SYSTEM = `('information_schema', 'performance_schema', 'mysql', 'sys')`

/** Which tables: those that came with the server, all others, or these alone. */
export type Which = 'system' | 'users' | readonly TableName[]

/** A query of tables, up to its WHERE, and the columns in which their names stand. */
type Asked = { readonly select: string; readonly schema: string; readonly name: string }

/**
 * Tables are asked for one by one: MariaDB looks a single one up where both its names are constants, and else opens all
 * that there are.
 */
const of = ({ select, schema, name }: Asked, which: Which, order: string, more = ''): string => {
  const where = (condition: string): string => `${select} WHERE ${condition}${more}`
  const all =
    typeof which === 'string'
      ? where(`${schema} ${which === 'system' ? 'IN' : 'NOT IN'} ${SYSTEM}`)
      : which
          .map((one) =>
            where(`${schema} = ${quoteString(one.schema)} AND ${name} = ${quoteString(one.name)}`),
          )
          .join('\nUNION ALL')
  return `${all}\nORDER BY ${order}`
}

/** How a connection that reads catalogs is set: nothing that the server defaults to changes what is read. */
export const SETTINGS = `SET SESSION sql_mode = '', lock_wait_timeout = 2`

/** Which server it is, and how it compares names. */
export const ABOUT = `SELECT VERSION() AS version, @@version_comment AS comment, @@lower_case_table_names AS folding`

/** Tables, views, sequences. */
export const relations = (which: Which): string =>
  of(
    {
      select: `
SELECT t.TABLE_SCHEMA AS \`schema\`, t.TABLE_NAME AS \`name\`, t.TABLE_TYPE AS \`kind\`
FROM information_schema.TABLES t`,
      schema: 't.TABLE_SCHEMA',
      name: 't.TABLE_NAME',
    },
    which,
    '1, 2',
  )

/**
 * Columns in their order; the expressions of generated ones, and of defaults in which others are named. `kept`: a value must be
 * there, or stands in an index.
 */
export const columns = (which: Which): string =>
  of(
    {
      select: `
SELECT c.TABLE_SCHEMA AS \`schema\`, c.TABLE_NAME AS \`relation\`, c.COLUMN_NAME AS \`name\`,
  c.ORDINAL_POSITION AS \`ordinal\`, c.COLUMN_TYPE AS \`type\`, c.COLUMN_COMMENT AS \`comment\`, c.EXTRA AS \`extra\`,
  c.GENERATION_EXPRESSION AS \`expression\`,
  CASE WHEN c.COLUMN_DEFAULT LIKE '%\`%' THEN c.COLUMN_DEFAULT END AS \`fallback\`,
  c.IS_NULLABLE = 'NO' OR c.COLUMN_KEY <> '' AS \`kept\`
FROM information_schema.COLUMNS c`,
      schema: 'c.TABLE_SCHEMA',
      name: 'c.TABLE_NAME',
    },
    which,
    '1, 2, 4',
  )

/** Views, with the text that the server keeps of them: names in full, \`*\` written out. */
export const views = (which: Which): string =>
  of(
    {
      select: `
SELECT v.TABLE_SCHEMA AS \`schema\`, v.TABLE_NAME AS \`name\`, v.VIEW_DEFINITION AS \`definition\`
FROM information_schema.VIEWS v`,
      schema: 'v.TABLE_SCHEMA',
      name: 'v.TABLE_NAME',
    },
    which,
    '1, 2',
  )

/** Stored procedures and functions; the body is NULL where the gateway's login may not see it. */
export const ROUTINES = `
SELECT r.ROUTINE_SCHEMA AS \`schema\`, r.ROUTINE_NAME AS \`name\`, r.ROUTINE_TYPE AS \`kind\`,
  r.ROUTINE_DEFINITION AS \`body\`, r.SQL_MODE AS \`mode\`, r.ROUTINE_BODY AS \`language\`
FROM information_schema.ROUTINES r
ORDER BY 1, 2, 3`

/** Triggers; the body is NULL where the gateway's login may not see it. */
export const triggers = (which: Which): string =>
  of(
    {
      select: `
SELECT t.EVENT_OBJECT_SCHEMA AS \`schema\`, t.EVENT_OBJECT_TABLE AS \`relation\`, t.ACTION_STATEMENT AS \`body\`,
  t.TRIGGER_NAME AS \`trigger\`
FROM information_schema.TRIGGERS t`,
      schema: 't.EVENT_OBJECT_SCHEMA',
      name: 't.EVENT_OBJECT_TABLE',
    },
    which,
    '1, 2, 4',
  )

/** Events, which run by the clock; those that the gateway's login may not see are missing. */
export const EVENTS = `
SELECT e.EVENT_DEFINITION AS \`body\`
FROM information_schema.EVENTS e WHERE e.EVENT_SCHEMA NOT IN ${SYSTEM}
ORDER BY e.EVENT_SCHEMA, e.EVENT_NAME`

/** Foreign keys: columns, and those that they refer to. */
export const references = (which: Which): string =>
  of(
    {
      select: `
SELECT k.TABLE_SCHEMA AS \`schema\`, k.TABLE_NAME AS \`relation\`, k.COLUMN_NAME AS \`name\`,
  k.REFERENCED_TABLE_SCHEMA AS \`targetSchema\`, k.REFERENCED_TABLE_NAME AS \`target\`,
  k.REFERENCED_COLUMN_NAME AS \`targetName\`
FROM information_schema.KEY_COLUMN_USAGE k`,
      schema: 'k.TABLE_SCHEMA',
      name: 'k.TABLE_NAME',
    },
    which,
    '1, 2, 3, 4, 5, 6',
    ' AND k.REFERENCED_TABLE_NAME IS NOT NULL',
  )

/** Loadable functions, whose code nobody here can see. */
export const LOADABLE = `SELECT f.name AS \`name\` FROM mysql.func f ORDER BY 1`

/** A table's rows of a catalog `x`, each with a text in which columns are named; `list` as `TestFound` has it. */
const testsIn = (which: Which, rows: string, text: string, list: string, more: string): string =>
  of(
    {
      select: `
SELECT DISTINCT x.TABLE_SCHEMA AS \`schema\`, x.TABLE_NAME AS \`relation\`, ${text} AS \`text\`, ${list} AS \`list\`
FROM ${rows}`,
      schema: 'x.TABLE_SCHEMA',
      name: 'x.TABLE_NAME',
    },
    which,
    '1, 2, 3, 4',
    ` AND ${more}`,
  )

const MARIADB_CHECKS = `(SELECT k.CONSTRAINT_SCHEMA AS TABLE_SCHEMA, k.TABLE_NAME, k.CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS k) x`

const MYSQL_CHECKS = `(SELECT t.TABLE_SCHEMA, t.TABLE_NAME, k.CHECK_CLAUSE
  FROM information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS k
  ON k.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = t.CONSTRAINT_NAME WHERE t.CONSTRAINT_TYPE = 'CHECK') x`

/** Checks, as `TestFound` has them. MariaDB 10.2.22 and MySQL 8.0.16 show them; before that neither, or MySQL, has any. */
export const checks = (which: Which, { mariadb, version }: ServerVersion): string | undefined =>
  version < (mariadb ? 100_222 : 80_016)
    ? undefined
    : testsIn(
        which,
        mariadb ? MARIADB_CHECKS : MYSQL_CHECKS,
        'x.CHECK_CLAUSE',
        '1',
        'x.CHECK_CLAUSE IS NOT NULL',
      )

type ServerVersion = { readonly mariadb: boolean; readonly version: number }

/**
 * What else decides by columns whether a row may be in a table, or where: how it is cut into parts, columns of which the
 * beginnings may not be the same, indexes of expressions.
 */
export const tests = (which: Which, { mariadb, version }: ServerVersion): readonly string[] => [
  testsIn(
    which,
    'information_schema.PARTITIONS x',
    "CONCAT_WS(' ', x.PARTITION_EXPRESSION, x.SUBPARTITION_EXPRESSION)",
    "x.PARTITION_METHOD LIKE 'LIST%' AND x.SUBPARTITION_EXPRESSION IS NULL",
    'x.PARTITION_EXPRESSION IS NOT NULL',
  ),
  testsIn(
    which,
    'information_schema.STATISTICS x',
    "CONCAT('`', REPLACE(x.COLUMN_NAME, '`', '``'), '`')",
    '0',
    'x.NON_UNIQUE = 0 AND x.SUB_PART IS NOT NULL',
  ),
  ...(mariadb || version < 80_016
    ? []
    : [testsIn(which, 'information_schema.STATISTICS x', 'x.EXPRESSION', '1', 'x.EXPRESSION IS NOT NULL')]),
]
