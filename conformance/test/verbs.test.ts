import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { type Connection, createConnection } from 'mysql2/promise'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'

/** The first example of docs/policy.md: its rule against DROP, with rules of ours around it. */
const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')
const [example = ''] = /^ {2}- id: no-destructive-ddl\n(?: {4}.*\n)*/m.exec(page) ?? []

const policy = `
version: 1
inference: off
rules:
  - { id: all, effect: allow }
${example}
  - { id: no-delete, effect: deny, when: "'delete' in statement.verbs" }
  - { id: no-update, effect: deny, when: "'update' in statement.verbs" }
  - { id: few, effect: limit, rows: 2, when: "'select' in statement.verbs" }
`

const tables = `
CREATE TABLE orders (id int PRIMARY KEY, note text);
INSERT INTO orders VALUES (1, 'a'), (2, 'b'), (3, 'c');
`

const outcomeOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run()
    return 'runs'
  } catch (error) {
    const { message } = error as Error
    return /rule `([^`]*)`/.exec(message)?.[1] ?? message
  }
}

describe('rules about verbs hold for what a statement holds, too: PostgreSQL', () => {
  let server: RunningPostgres
  let gateway: TestGateway
  let client: pg.Client

  beforeAll(async () => {
    server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
    const direct = new pg.Client({ connectionString: server.connectionString('postgres') })
    await direct.connect()
    await direct.query(tables)
    await direct.end()
    gateway = await startGateway({ upstream: server, database: 'postgres', policy })
    client = new pg.Client(gateway.connection('dora'))
    await client.connect()
  }, 120_000)

  afterAll(async () => {
    await client?.end()
    await gateway?.close()
    await server?.stop()
  })

  test.each([
    ['DROP TABLE orders', 'no-destructive-ddl'],
    ['DO $$ BEGIN DROP TABLE orders; END $$', 'no-destructive-ddl'],
    ['DO $$ BEGIN IF true THEN DROP TABLE orders; END IF; END $$', 'no-destructive-ddl'],
    ['WITH d AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM d', 'no-delete'],
    ['EXPLAIN ANALYZE DELETE FROM orders', 'no-delete'],
    ['PREPARE d AS DELETE FROM orders', 'no-delete'],
    ['COPY (DELETE FROM orders RETURNING id) TO STDOUT', 'no-delete'],
    ['MERGE INTO orders o USING (VALUES (1)) s (id) ON s.id = o.id WHEN MATCHED THEN DELETE', 'no-delete'],
    ["INSERT INTO orders VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = 'x'", 'no-update'],
    ["INSERT INTO orders VALUES (1, 'x') ON CONFLICT (id) DO NOTHING", 'runs'],
    ['COPY orders TO STDOUT', 'few'],
    ['COPY (TABLE orders) TO STDOUT', 'few'],
    ['SELECT 1', 'runs'],
  ])('%s: %s', async (sql, expected) => {
    expect(await outcomeOf(() => client.query(sql))).toBe(expected)
  })

  test('EXECUTE and FETCH', async () => {
    await client.query('PREPARE s AS SELECT id FROM orders')
    expect(await outcomeOf(() => client.query('EXECUTE s'))).toBe('few')
    await client.query('BEGIN')
    await client.query('DECLARE c CURSOR FOR SELECT id FROM orders')
    expect(await outcomeOf(() => client.query('FETCH ALL FROM c'))).toBe('few')
    await client.query('ROLLBACK')
  })
})

const suite = hasMariadb ? describe : describe.skip

suite('rules about verbs hold for what a statement holds, too: MariaDB', () => {
  let server: RunningMariadb
  let gateway: TestGateway
  let client: Connection

  beforeAll(async () => {
    server = await startMariadb({ accounts: true })
    const admin = await createConnection({
      socketPath: server.socket,
      user: 'root',
      multipleStatements: true,
    })
    await admin.query(
      `CREATE USER dba@'%' IDENTIFIED BY 'dba-secret'; GRANT ALL ON *.* TO dba@'%'; CREATE DATABASE verbs; USE verbs; ${tables}`,
    )
    await admin.end()
    const upstream = { host: '127.0.0.1', port: server.port, superuser: 'dba', password: 'dba-secret' }
    gateway = await startGateway({ upstream, system: 'mariadb', database: 'verbs', policy })
    client = await createConnection(gateway.connection('dora') as Parameters<typeof createConnection>[0])
  }, 120_000)

  afterAll(async () => {
    await client?.end()
    await gateway?.close()
    await server?.stop()
  })

  test.each([
    ['DROP TABLE orders', 'no-destructive-ddl'],
    ["PREPARE s FROM 'DROP TABLE orders'", 'no-destructive-ddl'],
    ["EXECUTE IMMEDIATE 'DROP TABLE orders'", 'no-destructive-ddl'],
    ['ANALYZE DELETE FROM orders', 'no-delete'],
    ["INSERT INTO orders VALUES (1, 'x') ON DUPLICATE KEY UPDATE note = 'x'", 'no-update'],
  ])('%s: %s', async (sql, expected) => {
    expect(await outcomeOf(() => client.query(sql))).toBe(expected)
  })
})
