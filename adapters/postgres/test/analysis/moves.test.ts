import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { NameContext } from '@sluice/core/analysis/context'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog, End } from '@sluice/core/catalog/catalog'
import { isColumn, movesOf } from '@sluice/core/flow/moves'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { type PostgresDialect, postgresDialect } from '../../src/dialect/dialect.ts'
import { shopCatalog } from './shop.ts'

const CONTEXT = { database: 'shop', searchPath: ['pg_catalog', 'public'] }
let dialect: PostgresDialect
let catalog: Catalog

beforeAll(async () => {
  dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})

afterAll(() => dialect.close())

const endText = (end: End): string =>
  isColumn(end)
    ? `${end.relation.name}.${end.name}`
    : `${end.made ? 'new ' : ''}${end.schema || '?'}.${end.table}.${end.column ?? '*'}${end.ordinal === undefined ? '' : `#${end.ordinal}`}`

/** One line per move; `=`: the value itself, `~`: computed of it. */
const moves = async (sql: string, row?: NameContext['row']): Promise<readonly string[]> => {
  const [read] = await dialect.read(sql, { standardConformingStrings: true })
  if (!read) throw new Error(`no statement: ${sql}`)
  const context = row ? { ...CONTEXT, row } : CONTEXT
  const { facts } = analyse(read, catalog, context, NO_NAMES, postgresTraits)
  return movesOf(facts).map(
    ({ target, sources, direct }) =>
      `${endText(target)} ${direct ? '=' : '~'} ${sources.map(endText).join(' ')}`,
  )
}

/** Statement, then what it moves. */
const TABLE: readonly (readonly [string, ...string[]])[] = [
  ["INSERT INTO audit_log (note) VALUES ('x')"],
  ['INSERT INTO audit_log (note) VALUES ($1)'],
  ['SELECT email FROM customers'],
  ['UPDATE customers SET email = lower(email) WHERE id = 1'],
  ['CREATE VIEW v AS SELECT email FROM customers'],
  ['PREPARE p AS INSERT INTO audit_log (note) SELECT email FROM customers'],
  ['EXPLAIN INSERT INTO audit_log (note) SELECT email FROM customers'],
  [
    'CREATE TABLE t AS SELECT id, email FROM customers',
    'new public.t.id#1 = customers.id',
    'new public.t.email#2 = customers.email',
  ],
  ['CREATE TABLE t (a, b) AS SELECT 1, lower(email) FROM customers', 'new public.t.b#2 ~ customers.email'],
  ['CREATE TEMP TABLE t AS SELECT email FROM customers', 'new pg_temp.t.email#1 = customers.email'],
  ['CREATE TABLE vault.t AS SELECT email FROM customers', 'new vault.t.email#1 = customers.email'],
  ['SELECT email AS e INTO t FROM customers', 'new public.t.e#1 = customers.email'],
  ['INSERT INTO audit_log (note) SELECT email FROM customers', 'audit_log.note = customers.email'],
  [
    'INSERT INTO audit_log SELECT id, email FROM customers',
    'audit_log.id = customers.id',
    'audit_log.note = customers.email',
  ],
  [
    'INSERT INTO nowhere SELECT id, email FROM customers',
    '?.nowhere.*#1 = customers.id',
    '?.nowhere.*#2 = customers.email',
  ],
  ['INSERT INTO nowhere (x) SELECT email FROM customers', '?.nowhere.x = customers.email'],
  ['INSERT INTO audit_log (note) SELECT x FROM nowhere', 'audit_log.note ~ ?.nowhere.*'],
  [
    'INSERT INTO audit_log (note) SELECT mail FROM customer_v',
    'audit_log.note ~ customer_v.mail customers.email',
  ],
  [
    'UPDATE audit_log SET note = c.email FROM customers c WHERE c.id = audit_log.id',
    'audit_log.note = customers.email',
  ],
  ['UPDATE audit_log SET note = (SELECT max(email) FROM customers)', 'audit_log.note ~ customers.email'],
  [
    'MERGE INTO audit_log a USING customers c ON a.id = c.id WHEN MATCHED THEN UPDATE SET note = c.email WHEN NOT MATCHED THEN INSERT (id, who) VALUES (c.id, c.ssn)',
    'audit_log.note = customers.email',
    'audit_log.id = customers.id',
    'audit_log.who = customers.ssn',
  ],
  [
    'EXPLAIN ANALYZE INSERT INTO audit_log (note) SELECT email FROM customers',
    'audit_log.note = customers.email',
  ],
  [
    'WITH w AS (INSERT INTO audit_log (note) SELECT email FROM customers RETURNING id) SELECT id FROM w',
    'audit_log.note = customers.email',
  ],
  [
    'INSERT INTO audit_log VALUES ((SELECT k FROM contacts k LIMIT 1).*)',
    'audit_log.id ~ contacts.customer_id',
    'audit_log.note ~ contacts.email',
    'audit_log.who ~ contacts.phone',
  ],
  [
    "MERGE INTO audit_log USING (SELECT id, email FROM customers) c ON false WHEN NOT MATCHED THEN INSERT VALUES (c.*, 'x')",
    'audit_log.id = customers.id',
    'audit_log.note = customers.email',
  ],
  [
    'MERGE INTO audit_log USING (SELECT id, email FROM customers) c ON false WHEN NOT MATCHED THEN INSERT (who, note) VALUES ((c).*)',
    'audit_log.who = customers.id',
    'audit_log.note = customers.email',
  ],
  [
    "UPDATE audit_log SET (id, note, who) = ROW((c).*, 'x') FROM (SELECT id, email FROM customers) c",
    'audit_log.id = customers.id',
    'audit_log.note = customers.email',
  ],
]

describe('what a statement moves', () => {
  test.each(TABLE)('%s', async (sql, ...expected) => {
    expect(await moves(sql)).toEqual(expected)
  })

  test('all fields of the row that a trigger is called for', async () => {
    const relation = catalog.relation('public', 'contacts')
    if (!relation) throw new Error('no such table')
    const row = { relation, names: ['old', 'new'], tables: [] }
    expect(await moves('INSERT INTO orders VALUES (OLD.*, now())', row)).toEqual([
      'orders.id ~ contacts.customer_id',
      'orders.customer_id ~ contacts.email',
      'orders.total ~ contacts.phone',
    ])
  })
})
