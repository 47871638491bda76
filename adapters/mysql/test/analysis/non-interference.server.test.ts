import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { OutputLineage } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { readPairs } from '@sluice/testkit/facts/pairs'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection, type FieldPacket } from 'mysql2/promise'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { mariadb } from '../dialect/modes.ts'
import { CONTEXT, RELATIONS, shopCatalog } from './shop.ts'

const FOLDER = new URL('./fixtures/', import.meta.url)
if (!hasMariadb) console.warn('NO MARIADB, so lineage is not held against a server: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

/** The fixtures that return rows on MariaDB; the others speak of MySQL. */
const pairs = readdirSync(FOLDER)
  .filter((file) => !file.startsWith('mysql'))
  .flatMap((file) => readPairs(new URL(file, FOLDER)))
  .filter(({ sql }) => /^\W*(?:select|with|table)\b/i.test(sql))

/** Columns that tables are joined by hold the same everywhere: their values tell nothing. */
const isKey = (column: string): boolean => column === 'id' || column.endsWith('_id')
const tagOf = (table: string, column: string): string =>
  `zq${table.replace('_', '')}${column.replace('_', '')}qz`

const valueOf = (table: string, column: string): string => {
  if (isKey(column)) return '1'
  const tag = tagOf(table, column)
  if (column === 'doc') return JSON.stringify([{ x: tag, a: tag, b: tag, y: [1] }])
  return tag
}

const tables = Object.entries(RELATIONS).filter(([, shape]) => shape.definition === undefined)
const views = Object.entries(RELATIONS).filter(
  ([name, shape]) => shape.definition !== undefined && name !== 'broken_v',
)

const world: readonly string[] = [
  'create database shop',
  'create database vault',
  'use shop',
  "set sql_mode = ''",
  ...tables.flatMap(([name, { schema, columns }]) => {
    const path = `${schema ?? 'shop'}.${name}`
    const names = columns.split(' ')
    return [
      `create table ${path} (${names.map((column) => `${column} varchar(200)`).join(', ')})`,
      `insert into ${path} values (${names.map((column) => `'${valueOf(name, column)}'`).join(', ')})`,
    ]
  }),
  ...views.map(([name, { definition }]) => `create view ${name} as ${definition}`),
  'create function tidy(x varchar(200)) returns varchar(200) deterministic return lower(trim(x))',
  'create function email_of(x varchar(200)) returns varchar(200) reads sql data return (select max(email) from customers)',
]

suite('what MariaDB returns for the fixtures', () => {
  let server: RunningMariadb
  let connection: Connection
  let dialect: MysqlDialect
  let catalog: Catalog
  beforeAll(async () => {
    dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
    catalog = await shopCatalog(dialect)
    server = await startMariadb()
    connection = await createConnection({ socketPath: server.socket, user: 'root' })
    for (const sql of world) await connection.query(sql)
  }, 120_000)
  afterAll(async () => {
    await connection?.end()
    await server?.stop()
    await dialect.close()
  }, 60_000)

  const outputsOf = async (sql: string): Promise<readonly OutputLineage[] | undefined> => {
    const [read] = await dialect.read(sql, mariadb)
    const outputs = read && analyse(read, catalog, CONTEXT, NO_NAMES, mysqlTraits).facts.outputs
    return outputs === undefined || typeof outputs === 'string' ? undefined : outputs
  }

  const run = async (
    sql: string,
  ): Promise<readonly [rows: string[][], fields: FieldPacket[]] | undefined> => {
    try {
      const [rows, fields] = await connection.query({ sql: sql.replaceAll('?', '1'), rowsAsArray: true })
      return Array.isArray(rows) && fields ? [rows as string[][], fields] : undefined
    } catch {
      return undefined
    }
  }

  // INVARIANT (no-unproven-column): what shows a column's value names the column.
  test('shows no value of a column that the lineage does not name, and is called and numbered as it says', async () => {
    const wrong: string[] = []
    let shown = 0
    let ran = 0
    for (const { sql } of pairs) {
      const outputs = await outputsOf(sql)
      const result = outputs && (await run(sql))
      if (!outputs || !result) continue
      ran++
      const [rows, fields] = result
      if (fields.length !== outputs.length) {
        wrong.push(`${sql}: ${fields.length} columns, not ${outputs.length}`)
        continue
      }
      for (const [i, output] of outputs.entries()) {
        const text = JSON.stringify(rows.map((row) => row[i])).toLowerCase()
        shown += seenIn(text).length
        for (const found of seenIn(text))
          if (!isNamed(output, found)) wrong.push(`${sql}: \`${output.name}\` shows ${found}`)
        // To the server a name of WITH looks like the table that it hides.
        const field = /^with/i.test(sql) ? undefined : fields[i]
        if (field) wrong.push(...misnamed(output, field).map((what) => `${sql}: ${what}`))
      }
    }
    expect(wrong).toEqual([])
    // Else the fixtures are too dull to show anything.
    expect(ran).toBeGreaterThanOrEqual(100)
    expect(shown).toBeGreaterThanOrEqual(100)
  }, 60_000)
})

const tags = tables.flatMap(([table, { columns }]) =>
  columns
    .split(' ')
    .filter((column) => !isKey(column))
    .map((column) => ({ path: `${table}.${column}`, tag: tagOf(table, column) })),
)

/** The columns whose values are in a text. */
const seenIn = (text: string): readonly string[] =>
  tags.filter(({ tag }) => text.includes(tag)).map(({ path }) => path)

const isNamed = ({ unknown, sources }: OutputLineage, path: string): boolean =>
  unknown || sources.some((column) => `${column.relation.name}.${column.name}` === path)

const isTable = ({ orgTable, schema }: FieldPacket): boolean =>
  schema !== '' && schema !== undefined && orgTable !== undefined && Object.hasOwn(RELATIONS, orgTable)

/** Where the server calls an output otherwise, or says that it is another column. */
const misnamed = ({ name, direct, sources }: OutputLineage, field: FieldPacket): string[] => {
  const found: string[] = []
  if (name !== '?' && field.name.toLowerCase() !== name) found.push(`\`${name}\` is called \`${field.name}\``)
  const origin = `${field.orgTable}.${field.orgName}`
  const same = sources.some((column) => `${column.relation.name}.${column.name}` === origin)
  // What stands in FROM as a query has no database.
  if (direct && isTable(field) && !same) found.push(`\`${name}\` is \`${origin}\``)
  return found
}
