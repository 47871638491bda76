import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { filledGateway } from '../harness/filled-gateway.ts'
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

let raw: RawClient

const { gateway, direct } = filledGateway(
  `
  CREATE TABLE orders (id integer);
  CREATE TABLE vault (plain text);
  INSERT INTO vault VALUES ('the sentinel');
  CREATE FUNCTION redefine() RETURNS integer LANGUAGE plpgsql AS $$
    BEGIN EXECUTE 'DEALLOCATE t'; EXECUTE 'PREPARE t AS DELETE FROM orders'; RETURN 7; END $$;
  CREATE FUNCTION swap() RETURNS integer LANGUAGE plpgsql AS $$
    BEGIN EXECUTE 'DEALLOCATE s'; EXECUTE 'PREPARE s AS DELETE FROM orders'; RETURN 7; END $$;
  CREATE FUNCTION swap_early() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN swap(); END $$;
  CREATE ROLE lesser;
  CREATE SCHEMA AUTHORIZATION lesser;
  CREATE TABLE lesser.orders (id integer);
  ALTER TABLE lesser.orders OWNER TO lesser;
`,
  { policy },
)

beforeEach(async () => {
  await direct().query('TRUNCATE orders')
  await direct().query('INSERT INTO orders VALUES (1)')
  raw = await RawClient.login(gateway().connection('dora'))
})
afterEach(() => raw.close())

const DENIED = 'ErrorResponse 42501'
const orders = async (): Promise<number> => (await direct().query('SELECT id FROM orders')).rows.length

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
    gateway().usePolicy(policy)
    await raw.query('PREPARE p AS SELECT 1')
    expect(await raw.query(code)).toContain(DENIED)
    expect(await raw.query('EXECUTE p')).toContain('DataRow 1')
  })

  test('leaves nobody sure what EXECUTE of the name does', async () => {
    gateway().usePolicy(withCode)
    await raw.query("SET a.b = 'orders'")
    await raw.query('PREPARE p AS SELECT 1')
    expect(await raw.query(code)).not.toContain(DENIED)
    expect(await raw.query('EXECUTE p')).toContain(DENIED)
    expect(await orders()).toBe(1)
  })

  test('leaves nobody sure what Bind of the name does', async () => {
    gateway().usePolicy(withCode)
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
  gateway().usePolicy(policy)
  await raw.query('PREPARE p AS SELECT 1')
  const code = `EXECUTE 'DEALLOCATE p'; EXECUTE ${texts[0]}; EXECUTE 'EXECUTE p'`
  expect(await raw.query(`DO $$ BEGIN ${code}; END $$`)).toContain(DENIED)
  expect(await orders()).toBe(1)
})

test('code that opens cursors leaves prepared statements what they were', async () => {
  gateway().usePolicy(policy)
  await raw.query('PREPARE p AS SELECT 1')
  const code =
    'DECLARE c CURSOR FOR SELECT id FROM orders; r record; BEGIN OPEN c; FETCH c INTO r; CLOSE c; END'
  expect(await raw.query(`DO $$ ${code} $$`)).toContain('CommandComplete DO')
  expect(await raw.query('EXECUTE p')).toContain('DataRow 1')
})

test.each(['PERFORM 1/0;', ''])(
  'what code committed of the tables counts at once, though it ends in "%s"',
  async (end) => {
    gateway().usePolicy(withCode)
    const ana = await RawClient.login(gateway().connection('ana'))
    expect(await ana.query('SELECT * FROM vault')).toContain('DataRow the sentinel')
    const code = (from: string, to: string): string =>
      `DO $$ BEGIN ALTER TABLE vault RENAME ${from} TO ${to}; COMMIT; ${end} END $$`
    expect(await raw.query(code('plain', 'secret'))).not.toContain(DENIED)
    expect((await ana.query('SELECT * FROM vault')).join()).not.toContain('sentinel')
    await raw.query(code('secret', 'plain'))
    ana.close()
  },
)

/** As a driver prepares what it executes often. */
const parse = async (name: string, sql: string): Promise<void> => {
  raw.send(encodeParse({ name, sql, parameterTypes: [] }), encodeSync())
  await raw.ready()
}
const bind = (name: string): Promise<string[]> => {
  raw.send(execute(name), encodeSync())
  return raw.ready()
}

/** Whatever is known as code or may be it is allowed, and reads; the rest is not. */
const anything = `${policy}
  - { id: unknown, effect: allow, when: "'unknown' in statement.effects" }
  - { id: deletes, effect: allow, when: "statement.verb == 'delete' && statement.tables.all(t, t.schema == 'public')" }
`
const swap = (name: string): string =>
  `DO $$ BEGIN EXECUTE 'DEALLOCATE ${name}';
    EXECUTE 'PREPARE ${name} AS SELECT set_config(''role'', ''lesser'', false)'; END $$`

describe('what code has put in the place of a prepared statement may change where names lead', () => {
  beforeEach(() => gateway().usePolicy(anything))

  test('by EXECUTE', async () => {
    await raw.query('PREPARE p AS SELECT 1')
    expect(await raw.query(swap('p'))).not.toContain(DENIED)
    expect(await raw.query('EXECUTE p')).toContain('DataRow lesser')
    expect(await raw.query('DELETE FROM orders')).toContain(DENIED)
  })

  test.each(['SELECT 1', 'COMMIT', 'ROLLBACK TO s'])('by Bind of what was "%s"', async (sql) => {
    await parse('s', sql)
    expect(await raw.query(swap('s'))).not.toContain(DENIED)
    expect(await bind('s')).toContain('DataRow lesser')
    expect(await raw.query('DELETE FROM orders')).toContain(DENIED)
  })
})

test('what code has put in the place of a COMMIT may redefine what was prepared behind its Bind', async () => {
  gateway().usePolicy(`${withCode}
  - { id: ends, effect: allow, when: "statement.verb == 'commit'" }
`)
  await parse('s', 'COMMIT')
  const code = "EXECUTE 'DEALLOCATE s'; EXECUTE 'PREPARE s AS SELECT redefine()'"
  expect(await raw.query(`DO $$ BEGIN ${code}; END $$`)).not.toContain(DENIED)
  raw.send(
    encodeBind({ portal: '', statement: 's', parameterFormats: [], values: [], resultFormats: [] }),
    encodeParse({ name: 't', sql: 'SELECT 1', parameterTypes: [] }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  )
  expect(await raw.ready()).toContain('DataRow 7')
  expect(await raw.query('EXECUTE t')).toContain(DENIED)
  expect(await orders()).toBe(1)
})

const bound = (portal: string, statement: string): Buffer =>
  encodeBind({ portal, statement, parameterFormats: [], values: [], resultFormats: [] })

describe('what code redefines that the planner runs counts for what was sent right behind the Bind:', () => {
  test.each(['SELECT 1', 'COMMIT'])('a prepared "%s"', async (sql) => {
    gateway().usePolicy(`${policy}
  - { id: swaps, effect: allow, when: "statement.functions.exists(f, f.name == 'swap_early')" }
`)
    await parse('s', sql)
    await parse('a', 'SELECT swap_early()')
    raw.send(bound('a', 'a'), bound('', 's'), encodeExecute({ portal: '', maxRows: 0 }), encodeSync())
    expect(await raw.ready()).toContain(DENIED)
    expect(await orders()).toBe(1)
    raw.send(bound('a', 'a'), encodeExecute({ portal: 'a', maxRows: 0 }), encodeSync())
    expect(await raw.ready()).toContain('DataRow 7')
  })
})

describe('behind code that may have redefined any name', () => {
  const dynamic =
    "DO $$ BEGIN EXECUTE 'PREPARE q AS DELETE FROM ' || current_setting('a.b'); PERFORM 1/0; END $$"
  beforeEach(async () => {
    gateway().usePolicy(withCode)
    await raw.query("SET a.b = 'orders'")
  })

  test('what Parse prepared and it has left is what it was', async () => {
    await parse('s', 'SELECT id FROM orders')
    expect(await raw.query(dynamic)).not.toContain(DENIED)
    expect(await bind('s')).toContain('DataRow 1')
    expect(await raw.query('EXECUTE s')).toContain('DataRow 1')
    expect(await bind('q')).toContain('ErrorResponse 26000')
  })

  test('so it is where the transaction goes on, and Describe comes first', async () => {
    await parse('s', 'SELECT id FROM orders')
    await raw.query('BEGIN')
    expect(await raw.query(dynamic.replace('PERFORM 1/0;', ''))).not.toContain(DENIED)
    raw.send(encodeDescribe({ target: 'statement', name: 's' }), execute('s'), encodeSync())
    const said = await raw.ready()
    expect(said).not.toContain(DENIED)
    expect(said).toContain('DataRow 1')
    await raw.query('ROLLBACK')
  })

  test('nobody is sure of what PREPARE prepared, nor of what came in its place', async () => {
    await raw.query('PREPARE p AS SELECT 1')
    await parse('s', 'SELECT 1')
    const code = "EXECUTE 'DEALLOCATE s'; EXECUTE 'PREPARE s AS DELETE FROM ' || current_setting('a.b');"
    expect(await raw.query(`DO $$ BEGIN ${code} END $$`)).not.toContain(DENIED)
    expect(await raw.query('SELECT 1')).toContain('DataRow 1')
    expect(await raw.query('EXECUTE p')).toContain(DENIED)
    expect(await bind('s')).toContain(DENIED)
    expect(await orders()).toBe(1)
  })

  test('nobody is sure of any where the session may not ask, and the transaction goes on', async () => {
    await direct().query('REVOKE EXECUTE ON FUNCTION pg_prepared_statement() FROM PUBLIC')
    await parse('s', 'SELECT 1')
    await raw.query('BEGIN')
    const code = "DO $$ BEGIN EXECUTE 'SET ROLE ' || current_setting('a.role'); END $$"
    await raw.query("SET a.role = 'lesser'")
    expect(await raw.query(code)).toContain('CommandComplete DO')
    expect(await raw.query('SELECT current_user')).toEqual(
      expect.arrayContaining(['DataRow lesser', 'ReadyForQuery T']),
    )
    expect(await bind('s')).toContain(DENIED)
    await raw.query('ROLLBACK')
    await direct().query('GRANT EXECUTE ON FUNCTION pg_prepared_statement() TO PUBLIC')
  })
})
