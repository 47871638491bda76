import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { execute, RawClient } from '../harness/raw-client.ts'

const policy = `
version: 1
rules:
  - { id: reads, effect: allow, when: "statement.effects.all(e, e in ['read', 'session'])" }
`
/** Code may do anything here, and everything else read alone. */
const withCode = `${policy}
  - { id: code, effect: allow, when: "statement.verb == 'do'" }
  - { id: vault, effect: mask, columns: "column.name == 'secret'", with: redact, unless: "principal.id == 'dora@example.com'" }
`

let server: RunningPostgres
let gateway: TestGateway
let direct: pg.Client
let raw: RawClient

beforeAll(async () => {
  server = await postgresWith(`
    CREATE TABLE orders (id integer);
    CREATE TABLE vault (plain text);
    INSERT INTO vault VALUES ('the sentinel');
  `)
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  gateway = await startGateway({ upstream: server, database: 'postgres', policy })
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await gateway?.close()
  await server?.stop()
})

beforeEach(async () => {
  await direct.query('TRUNCATE orders')
  await direct.query('INSERT INTO orders VALUES (1)')
  raw = await RawClient.login(gateway.connection('dora'))
})
afterEach(() => raw.close())

const DENIED = 'ErrorResponse 42501'
const orders = async (): Promise<number> => (await direct.query('SELECT id FROM orders')).rows.length

/** Whether code that is made of constants or of what is known as it runs. */
const texts = ["'PREPARE p AS DELETE FROM orders'", "'PREPARE p AS DELETE FROM ' || current_setting('a.b')"]

/** What code ends in that has given a prepared statement another meaning; nothing of it takes that back. */
const ends: Readonly<Record<string, string>> = {
  'goes on': '',
  commits: 'COMMIT;',
  'rolls back': 'ROLLBACK;',
  fails: 'PERFORM 1/0;',
}
const cases = Object.entries(ends).flatMap(([how, end]) =>
  texts.map(
    (text) => [text, how, `DO $$ BEGIN EXECUTE 'DEALLOCATE p'; EXECUTE ${text}; ${end} END $$`] as const,
  ),
)

describe.each(cases)('code that has %s executed and %s', (_text, _how, code) => {
  test('is nothing for whom reads alone', async () => {
    gateway.usePolicy(policy)
    await raw.query('PREPARE p AS SELECT 1')
    expect(await raw.query(code)).toContain(DENIED)
    expect(await raw.query('EXECUTE p')).toContain('DataRow 1')
  })

  test('leaves nobody sure what EXECUTE of the name does', async () => {
    gateway.usePolicy(withCode)
    await raw.query("SET a.b = 'orders'")
    await raw.query('PREPARE p AS SELECT 1')
    expect(await raw.query(code)).not.toContain(DENIED)
    expect(await raw.query('EXECUTE p')).toContain(DENIED)
    expect(await orders()).toBe(1)
  })

  test('leaves nobody sure what Bind of the name does', async () => {
    gateway.usePolicy(withCode)
    await raw.query("SET a.b = 'orders'")
    raw.send(encodeParse({ name: 'p', sql: 'SELECT 1', parameterTypes: [] }), encodeSync())
    await raw.ready()
    expect(await raw.query(code)).not.toContain(DENIED)
    raw.send(execute('p'), encodeSync())
    expect(await raw.ready()).toContain(DENIED)
    expect(await orders()).toBe(1)
  })
})

test('code does not execute what it has prepared itself under a name that was known', async () => {
  gateway.usePolicy(policy)
  await raw.query('PREPARE p AS SELECT 1')
  const code = `EXECUTE 'DEALLOCATE p'; EXECUTE ${texts[0]}; EXECUTE 'EXECUTE p'`
  expect(await raw.query(`DO $$ BEGIN ${code}; END $$`)).toContain(DENIED)
  expect(await orders()).toBe(1)
})

test('code that opens cursors leaves prepared statements what they were', async () => {
  gateway.usePolicy(policy)
  await raw.query('PREPARE p AS SELECT 1')
  const code =
    'DECLARE c CURSOR FOR SELECT id FROM orders; r record; BEGIN OPEN c; FETCH c INTO r; CLOSE c; END'
  expect(await raw.query(`DO $$ ${code} $$`)).toContain('CommandComplete DO')
  expect(await raw.query('EXECUTE p')).toContain('DataRow 1')
})

test.each(['PERFORM 1/0;', ''])(
  'what code committed of the tables counts at once, though it ends in "%s"',
  async (end) => {
    gateway.usePolicy(withCode)
    const ana = await RawClient.login(gateway.connection('ana'))
    expect(await ana.query('SELECT * FROM vault')).toContain('DataRow the sentinel')
    const code = (from: string, to: string): string =>
      `DO $$ BEGIN ALTER TABLE vault RENAME ${from} TO ${to}; COMMIT; ${end} END $$`
    expect(await raw.query(code('plain', 'secret'))).not.toContain(DENIED)
    expect((await ana.query('SELECT * FROM vault')).join()).not.toContain('sentinel')
    await raw.query(code('secret', 'plain'))
    ana.close()
  },
)
