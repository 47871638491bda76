import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { changedWays, plainWays } from '../harness/changed-ways.ts'
import { codeWays } from '../harness/code-ways.ts'
import { definitionWays } from '../harness/definition-ways.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { looseMasks } from '../harness/leak-shop.ts'
import { otherWays } from '../harness/other-ways.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'
import { received } from '../harness/wire-tap.ts'

/** Masks by labels alone, with no search of texts; the data-protection officer sees everything. */
const policy = looseMasks.replace('effect: mask', `effect: mask\n    unless: "'dpo' in principal.groups"`)

const tables = `
CREATE SCHEMA IF NOT EXISTS other;
CREATE TABLE kept (a integer, b text);
INSERT INTO kept VALUES (1, 'nothing');
CREATE TABLE parted (id integer, x text) PARTITION BY RANGE (id);
CREATE TABLE parted_one PARTITION OF parted FOR VALUES FROM (1) TO (1000);
CREATE TABLE grown (id integer, x text);
CREATE TABLE computing (e text, k text GENERATED ALWAYS AS (lower(e)) STORED);
CREATE VIEW kept_view AS SELECT b AS c FROM kept;
CREATE TABLE wide (${Array.from({ length: 150 }, (_, i) => `c${i} text`).join(', ')});
`

let server: RunningPostgres
let gateway: TestGateway
let number = 0

beforeAll(async () => {
  server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    settings: { max_prepared_transactions: 10 },
  })
  await direct('postgres', 'CREATE DATABASE shop')
  await direct('shop', shopSchema + tables)
}, 120_000)

afterEach(async () => {
  await gateway.close()
}, 60_000)

afterAll(async () => {
  await server?.stop()
})

const direct = async (database: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server.connectionString(database) })
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** Every test has a database and a gateway of its own: what flows stays. */
const fresh = async (): Promise<string> => {
  number += 1
  const database = `flows${number}`
  // Copied as files, it costs a fifth of what the statements do.
  await direct('postgres', `CREATE DATABASE ${database} TEMPLATE shop STRATEGY file_copy`)
  return database
}

beforeEach(async () => {
  gateway = await startGateway({ upstream: server, database: await fresh(), policy })
  return undefined
}, 60_000)

const connected = async (login: string): Promise<pg.Client> => {
  const client = new pg.Client(gateway.connection(login))
  await client.connect()
  return client
}

const raw = (bytes: string): boolean => sentinels.some((sentinel) => sentinel.test(bytes))

/** How values get somewhere else, and where they are found then. */
const ways: readonly (readonly [string, string, string])[] = [
  ['CREATE TABLE AS', 'CREATE TABLE t AS SELECT id, email AS e FROM customers', 'SELECT e FROM t'],
  [
    'CREATE TABLE AS with names of its own',
    'CREATE TABLE t (i, e) AS SELECT id, email FROM customers',
    'SELECT e FROM t',
  ],
  [
    'CREATE TABLE AS of what has no name',
    "CREATE TABLE t AS SELECT id, email || '' FROM customers",
    'SELECT "?column?" FROM t',
  ],
  ['SELECT INTO', 'SELECT id, email AS e INTO t FROM customers', 'SELECT e FROM t'],
  ['INSERT … SELECT', 'INSERT INTO kept SELECT id, email FROM customers', 'SELECT b FROM kept'],
  [
    'INSERT … SELECT through a WITH',
    'WITH c AS (SELECT email FROM customers) INSERT INTO kept (b) SELECT email FROM c',
    'SELECT b FROM kept',
  ],
  ['UPDATE … FROM', 'UPDATE kept SET b = c.email FROM customers c WHERE c.id = a', 'SELECT b FROM kept'],
  [
    'UPDATE … SET of a subquery',
    'UPDATE kept SET b = (SELECT max(email) FROM customers) WHERE a = 1',
    'SELECT b FROM kept',
  ],
  [
    'MERGE',
    'MERGE INTO kept USING customers c ON c.id = a WHEN MATCHED THEN UPDATE SET b = c.email',
    'SELECT b FROM kept',
  ],
  [
    'ON CONFLICT',
    'CREATE UNIQUE INDEX ON kept (a); INSERT INTO kept SELECT id, email FROM customers ON CONFLICT (a) DO UPDATE SET b = excluded.b',
    'SELECT b FROM kept',
  ],
  [
    'a table that is renamed',
    'CREATE TABLE t AS SELECT email AS e FROM customers; ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN e TO f',
    'SELECT f FROM u',
  ],
  [
    'a table in another schema',
    'CREATE TABLE t AS SELECT email AS e FROM customers; ALTER TABLE t SET SCHEMA other',
    'SELECT e FROM other.t',
  ],
  [
    'a transaction that makes and renames',
    'BEGIN; CREATE TABLE t AS SELECT email AS e FROM customers; ALTER TABLE t RENAME TO u; COMMIT',
    'SELECT e FROM u',
  ],
  [
    'a transaction that makes, fills and swaps',
    'BEGIN; CREATE TABLE u (a integer, b text); INSERT INTO u (b) SELECT email FROM customers; DROP VIEW kept_view; DROP TABLE kept; ALTER TABLE u RENAME TO kept; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a transaction with two steps',
    'BEGIN; CREATE TABLE t AS SELECT email AS e FROM customers; CREATE TABLE u AS SELECT e AS f FROM t; COMMIT',
    'SELECT f FROM u',
  ],
  [
    'a transaction with a temporary step',
    'BEGIN; CREATE TEMP TABLE t AS SELECT email AS e FROM customers; CREATE TABLE u AS SELECT e AS f FROM t; DROP TABLE t; COMMIT',
    'SELECT f FROM u',
  ],
  [
    'two steps',
    'CREATE TABLE t AS SELECT email AS e FROM customers; INSERT INTO kept (b) SELECT e FROM t',
    'SELECT b FROM kept',
  ],
  [
    'two steps, of which the column between is dropped',
    'CREATE TABLE t AS SELECT id, email AS e FROM customers; INSERT INTO kept (b) SELECT e FROM t; ALTER TABLE t DROP COLUMN e',
    'SELECT b FROM kept',
  ],
  [
    'two steps, of which the first was made behind the second as well',
    'CREATE TABLE t (e text); INSERT INTO kept (b) SELECT e FROM t; BEGIN; INSERT INTO t SELECT email FROM customers; INSERT INTO kept (b) SELECT e FROM t; ALTER TABLE t DROP COLUMN e; COMMIT',
    'SELECT b FROM kept',
  ],
  ['a view', 'INSERT INTO kept (b) SELECT contact FROM customer_contacts', 'SELECT b FROM kept'],
  ['and through a view', 'INSERT INTO kept (b) SELECT email FROM customers', 'SELECT c FROM kept_view'],
  ['a part of a table', 'INSERT INTO parted SELECT id, email FROM customers', 'SELECT x FROM parted_one'],
  [
    'a child table',
    'CREATE TABLE sprout () INHERITS (grown); INSERT INTO sprout SELECT id, email FROM customers',
    'SELECT x FROM grown',
  ],
  [
    'EXECUTE',
    'PREPARE p AS INSERT INTO kept (b) SELECT email FROM customers; EXECUTE p',
    'SELECT b FROM kept',
  ],
  [
    'EXPLAIN ANALYZE',
    'EXPLAIN ANALYZE INSERT INTO kept (b) SELECT email FROM customers',
    'SELECT b FROM kept',
  ],
  [
    'a view that can be written',
    'INSERT INTO kept_view (c) SELECT email FROM customers',
    'SELECT b FROM kept',
  ],
  ...codeWays,
  ...changedWays,
  ...otherWays,
  ...definitionWays,
]

describe('what the data-protection officer moves is masked for an analyst on another connection, by', () => {
  test.each(ways)('%s', async (_name, moving, reading) => {
    const dora = await connected('dora')
    const analyst = await connected('ana')
    await analyst.query('SELECT b FROM kept')
    // Inside of bodies `@` stands for a semicolon.
    for (const sql of moving.split(/;\s*/)) await dora.query(sql.replaceAll(' @', ';'))
    const seen = await analyst.query(reading)
    expect(seen.rows.length).toBeGreaterThan(0)
    expect(raw(JSON.stringify(seen.rows))).toBe(false)
    expect(raw(await received(gateway.connection('dora') as never, [reading]))).toBe(true)
    await dora.end()
    await analyst.end()
  })
})

test.each(plainWays)('an analyst sees it as it is: %s', async (_name, moving, reading) => {
  const dora = await connected('dora')
  for (const sql of moving.split(/;\s*/)) await dora.query(sql)
  await dora.end()
  const analyst = await connected('ana')
  expect(JSON.stringify((await analyst.query(reading)).rows)).toContain('plain')
  await analyst.end()
})

test('labels that followed are there after a restart', async () => {
  const dora = await connected('dora')
  await dora.query('INSERT INTO kept (b) SELECT email FROM customers')
  await dora.query('CREATE TABLE t AS SELECT email AS e FROM customers')
  await dora.end()
  const database = `flows${number}`
  const store = join(gateway.directory, 'kept-labels')
  await gateway.stop()
  await copyFile(join(gateway.directory, 'journal-labels'), store)
  const again = await startGateway({
    upstream: server,
    database,
    policy,
    keys: [`store: { path: "${store}" }`],
  })
  for (const sql of ['SELECT b FROM kept', 'SELECT e FROM t'])
    expect(raw(await received(again.connection('ana') as never, [sql]))).toBe(false)
  await again.close()
})

test('labels that followed are there when a prepared transaction is committed, however late', async () => {
  await gateway.close()
  const { now } = Date
  let ahead = 0
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead)
  try {
    gateway = await startGateway({ upstream: server, database: `flows${number}`, policy })
    const dora = await connected('dora')
    const making = [
      'BEGIN',
      'CREATE TABLE t AS SELECT email AS e FROM customers',
      "PREPARE TRANSACTION 'late'",
    ]
    for (const sql of making) await dora.query(sql)
    ahead = 1_000_000
    // The catalog is read anew, and has no such table yet.
    for (const sql of ['CREATE TABLE u (i integer)', 'SELECT i FROM u']) await dora.query(sql)
    await dora.query("COMMIT PREPARED 'late'")
    await dora.end()
    const reading = ['SELECT e FROM t']
    expect(raw(await received(gateway.connection('dora') as never, reading))).toBe(true)
    expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
  } finally {
    clock.mockRestore()
  }
})

describe('a migration that makes a wide view and fills a table from it', () => {
  const names = Array.from({ length: 150 }, (_, i) => `c${i}`).join(', ')

  test.each([
    ['anew', 'CREATE VIEW wide_view AS SELECT * FROM wide'],
    ['again', 'CREATE OR REPLACE VIEW wide_view AS SELECT * FROM wide'],
  ])('%s', async (how, view) => {
    const dora = await connected('dora')
    await dora.query('CREATE TABLE copy (LIKE wide)')
    if (how === 'again') await dora.query('CREATE VIEW wide_view AS SELECT * FROM wide')
    await dora.query('INSERT INTO wide (c7) SELECT email FROM customers')
    for (const sql of ['BEGIN', view, `INSERT INTO copy SELECT ${names} FROM wide_view`, 'COMMIT'])
      await dora.query(sql)
    await dora.end()
    const reading = ['SELECT c7 FROM copy']
    expect(raw(await received(gateway.connection('dora') as never, reading))).toBe(true)
    expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
  })
})

describe('a table that code makes is followed each time', () => {
  const fill =
    'CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE s AS SELECT email AS x FROM customers; END $$'

  test('in another schema', async () => {
    const dora = await connected('dora')
    await dora.query(fill)
    for (const schema of ['public', 'other']) {
      await dora.query(`SET search_path = ${schema}, public`)
      await dora.query('SELECT fill()')
      const reading = [`SELECT x FROM ${schema}.s`]
      expect(raw(await received(gateway.connection('dora') as never, reading))).toBe(true)
      expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
    }
    await dora.end()
  })

  test('in the other schema too, once the first is gone', async () => {
    const dora = await connected('dora')
    await dora.query(fill)
    await dora.query('SELECT fill()')
    for (const sql of ['SELECT x FROM s', 'DROP TABLE s', 'SELECT 1 FROM kept']) await dora.query(sql)
    await dora.query('SET search_path = other, public')
    await dora.query('SELECT fill()')
    const reading = ['SELECT x FROM other.s']
    expect(raw(await received(gateway.connection('dora') as never, reading))).toBe(true)
    expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
    await dora.end()
  })

  test.each([
    ['makes it', 'SELECT 1', 'CREATE TEMP TABLE s AS SELECT email AS x FROM customers'],
    ['fills it', 'CREATE TEMP TABLE s (x text)', 'INSERT INTO s SELECT email FROM customers'],
  ])('by sessions that have a temporary one each: it %s', async (_name, before, body) => {
    const dora = await connected('dora')
    await dora.query(`CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$`)
    const sessions = [await connected('dora'), await connected('dora')]
    for (const [at, session] of sessions.entries()) {
      await session.query(before)
      await session.query('SELECT fill()')
      expect(raw(JSON.stringify((await session.query('SELECT x FROM s')).rows))).toBe(true)
      await session.query(`CREATE TABLE out${at} AS SELECT x FROM s`)
      const reading = [`SELECT x FROM out${at}`]
      expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
    }
    for (const session of [dora, ...sessions]) await session.end()
  })
})

describe('a part keeps what it had by its table when it is one no more', () => {
  const reading = ['SELECT x FROM parted_one']

  test.each([
    ['past the gateway', 'ALTER TABLE parted DETACH PARTITION parted_one'],
    [
      'past the gateway, where its table goes too',
      'ALTER TABLE parted DETACH PARTITION parted_one; DROP TABLE parted',
    ],
  ])('%s', async (_name, sql) => {
    const dora = await connected('dora')
    await dora.query('INSERT INTO parted SELECT id, email FROM customers')
    await dora.query('SELECT x FROM parted')
    await direct(`flows${number}`, sql)
    // The catalog is read anew.
    for (const next of ['CREATE TABLE u (i integer)', 'SELECT i FROM u']) await dora.query(next)
    await dora.end()
    expect(raw(await received(gateway.connection('dora') as never, reading))).toBe(true)
    expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
  })

  test('and an analyst for whom it is masked may not take it out of its table', async () => {
    const dora = await connected('dora')
    await dora.query('CREATE TABLE sprout () INHERITS (grown)')
    const analyst = await connected('ana')
    const leaving = [
      'ALTER TABLE parted DETACH PARTITION parted_one',
      'ALTER TABLE sprout NO INHERIT grown',
      'ALTER TABLE ONLY grown DROP COLUMN x',
    ]
    await analyst.query('CREATE TABLE own (id integer, x text)')
    for (const how of ['INHERIT', 'NO INHERIT']) await analyst.query(`ALTER TABLE own ${how} grown`)
    for (const table of ['parted', 'grown'])
      await dora.query(`INSERT INTO ${table} SELECT id, email FROM customers`)
    for (const sql of leaving) await expect(analyst.query(sql)).rejects.toThrow(/masked-flow/)
    await dora.end()
    await analyst.end()
  })
})

describe('what was taken back leaves no label', () => {
  test.each([
    ['a rollback', ['BEGIN', 'INSERT INTO kept (b) SELECT email FROM customers', 'ROLLBACK']],
    [
      'a rollback behind DO, which commits nothing in a block',
      ['BEGIN', 'DO $$BEGIN INSERT INTO kept (b) SELECT email FROM customers; END$$', 'ROLLBACK'],
    ],
    ['an error', ['INSERT INTO kept (a, b) SELECT 1 / 0, email FROM customers']],
    [
      'a failed COMMIT',
      ['BEGIN', 'INSERT INTO kept (b) SELECT email FROM customers', 'SELECT 1 / 0', 'COMMIT'],
    ],
  ])('%s', async (_name, statements) => {
    const dora = await connected('dora')
    for (const sql of statements) await dora.query(sql).catch(() => undefined)
    const analyst = await connected('ana')
    expect((await analyst.query('SELECT b FROM kept')).rows).toEqual([{ b: 'nothing' }])
    await dora.end()
    await analyst.end()
  })

  const copy = 'INSERT INTO kept (b) SELECT email FROM customers'

  test.each([
    [
      'CALL',
      `CREATE PROCEDURE p() LANGUAGE plpgsql AS $$BEGIN ${copy}; COMMIT; RAISE 'x'; END$$`,
      'CALL p()',
    ],
    ['DO', 'SELECT 1', `DO $$BEGIN ${copy}; COMMIT; PERFORM 1 / 0; END$$`],
  ])('but it stays where %s committed it before it failed', async (_name, before, sql) => {
    const dora = await connected('dora')
    await dora.query(before)
    await expect(dora.query(sql)).rejects.toThrow()
    const reading = ['SELECT b FROM kept']
    expect(raw(await received(gateway.connection('dora') as never, reading))).toBe(true)
    expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
    await dora.end()
  })

  test('but it stays where DO committed it behind a block before it failed', async () => {
    const dora = await connected('dora')
    await dora.query('BEGIN')
    await dora.query('COMMIT')
    await expect(dora.query(`DO $$BEGIN ${copy}; COMMIT; PERFORM 1 / 0; END$$`)).rejects.toThrow()
    const reading = ['SELECT b FROM kept']
    expect(raw(await received(gateway.connection('dora') as never, reading))).toBe(true)
    expect(raw(await received(gateway.connection('ana') as never, reading))).toBe(false)
    await dora.end()
  })

  test('but for a view, which shows what it is defined as, and no more', async () => {
    const dora = await connected('dora')
    const reader = `CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'`
    await dora.query(reader)
    for (const view of ['email::text AS e FROM customers', 'f() AS e', "'plain'::text AS e"]) {
      await dora.query(`CREATE OR REPLACE VIEW v AS SELECT ${view}`)
      await dora.query('CREATE TEMP TABLE t AS SELECT e FROM v; DROP TABLE t')
    }
    const analyst = await connected('ana')
    expect((await analyst.query('SELECT e FROM v')).rows).toEqual([{ e: 'plain' }])
    await dora.end()
    await analyst.end()
  })

  test('but it stays where another session moved the same', async () => {
    const dora = await connected('dora')
    const other = await connected('dora')
    await dora.query('BEGIN')
    await dora.query('INSERT INTO kept (b) SELECT email FROM customers')
    await other.query('INSERT INTO kept (b) SELECT email FROM customers')
    await dora.query('ROLLBACK')
    await dora.end()
    await other.end()
    expect(raw(await received(gateway.connection('ana') as never, ['SELECT b FROM kept']))).toBe(false)
  })

  test('but it stays where another gateway of the same file moved the same', async () => {
    const keys = [`store: { path: "${join(gateway.directory, 'journal-labels')}" }`]
    const second = await startGateway({ upstream: server, database: `flows${number}`, policy, keys })
    const [dora, other] = [await connected('dora'), new pg.Client(second.url('dora'))]
    try {
      await other.connect()
      await dora.query('BEGIN')
      await dora.query('INSERT INTO kept (b) SELECT email FROM customers')
      await other.query('INSERT INTO kept (b) SELECT email FROM customers')
      for (const state of ['before', 'behind']) {
        if (state === 'behind') await dora.query('ROLLBACK')
        for (const { connection } of [gateway, second])
          expect(raw(await received(connection('ana') as never, ['SELECT b FROM kept']))).toBe(false)
      }
    } finally {
      await dora.end()
      await other.end()
      await second.close()
    }
  })
})

describe('an analyst for whom the source is masked', () => {
  test('may make a table of it, which is masked for him too', async () => {
    const analyst = await connected('ana')
    await analyst.query('CREATE TEMP TABLE mine AS SELECT id, email AS e FROM customers')
    const seen = await analyst.query('SELECT id, e FROM mine ORDER BY id')
    expect(seen.rows).toHaveLength(20)
    expect(seen.rows[0].id).toBe(1)
    expect(raw(JSON.stringify(seen.rows))).toBe(false)
    await analyst.query('CREATE TABLE part AS SELECT substr(card, 1, 4) AS s FROM customers')
    const parts = await analyst.query('SELECT s FROM part')
    expect(JSON.stringify(parts.rows)).not.toContain('4111')
    await analyst.end()
  })

  test.each([
    ['INSERT INTO kept (b) SELECT email FROM customers'],
    ['UPDATE customers SET card = substr(card, 1, 4) WHERE id = 1'],
    ['UPDATE customers SET card = phone WHERE id = 1'],
  ])('may not: %s', async (sql) => {
    const analyst = await connected('ana')
    await expect(analyst.query(sql)).rejects.toThrow(/masked-flow/)
    await analyst.end()
  })
})
