import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'

/** Whoever may define may not write by it. */
const policy = `
version: 1
rules:
  - id: define
    effect: allow
    when: "statement.effects.all(e, e in ['read', 'ddl', 'session'])"
`

const code = `
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
CREATE TABLE ran (n integer);
CREATE TABLE people (id integer);
INSERT INTO people VALUES (1), (2);
CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS 'SELECT x + 1';
CREATE VIEW by_f AS SELECT f(id) AS id FROM people;
`

const REPLACE = `CREATE OR REPLACE FUNCTION f(x integer) RETURNS integer LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO public.ran VALUES (1); RETURN x; END $$`

let server: RunningPostgres
let gateway: TestGateway
let direct: pg.Client
let client: pg.Client

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
}, 120_000)

beforeEach(async () => {
  await direct.query(code)
  gateway = await startGateway({ upstream: server, database: 'postgres', policy, catalogRefreshSeconds: 1 })
  client = new pg.Client({ ...gateway.connection('ana'), ssl: false })
  await client.connect()
}, 60_000)

afterEach(async () => {
  await client.end()
  await gateway.close()
})

afterAll(async () => {
  await direct?.end()
  await server?.stop()
})

const ran = async (): Promise<number> =>
  (await direct.query<{ n: number }>('SELECT count(*)::int AS n FROM ran')).rows[0]?.n ?? 0

const REFUSED = { code: '42501' }

describe('INVARIANT (deny-by-default): code that was changed in the same transaction', () => {
  test.each([
    ['a function', [REPLACE], 'SELECT f(1)'],
    ['a view that calls it', [REPLACE], 'SELECT * FROM by_f'],
    [
      'a view',
      [REPLACE.replace(' f(', ' h('), 'CREATE OR REPLACE VIEW by_f AS SELECT h(id) AS id FROM people'],
      'SELECT * FROM by_f',
    ],
    [
      'a cursor that was declared before',
      ['DECLARE c CURSOR FOR SELECT f(id) FROM people', REPLACE],
      'FETCH 1 FROM c',
    ],
    ['a prepared statement', ['PREPARE p AS SELECT f(1)', REPLACE], 'EXECUTE p'],
  ])('%s', async (_, before, sql) => {
    await client.query('BEGIN')
    for (const text of before) await client.query(text)
    await expect(client.query(sql)).rejects.toMatchObject(REFUSED)
    await client.query('COMMIT')
    expect(await ran()).toBe(0)
  })

  test('a statement that the protocol prepared', async () => {
    const named = { name: 'p', text: 'SELECT f($1)', values: [1] }
    expect((await client.query(named)).rows).toEqual([{ f: 2 }])
    await client.query('BEGIN')
    await client.query(REPLACE)
    await expect(client.query(named)).rejects.toMatchObject(REFUSED)
    await client.query('COMMIT')
    expect(await ran()).toBe(0)
  })

  test('once it is committed, what it does is known', async () => {
    await client.query('BEGIN')
    await client.query(REPLACE.replace('INSERT INTO public.ran VALUES (1);', ''))
    await client.query('COMMIT')
    expect((await client.query('SELECT f(1)')).rows).toEqual([{ f: 1 }])
  })
})

test('a migration in one transaction goes through', async () => {
  const steps = [
    'BEGIN',
    'CREATE TABLE notes (id integer, note text)',
    REPLACE.replace(' f(', ' other('),
    'CREATE INDEX ON notes (lower(note))',
    'SELECT count(*) FROM notes',
    'CREATE VIEW noted AS SELECT note FROM notes',
    'ALTER VIEW noted OWNER TO CURRENT_USER',
    "COMMENT ON FUNCTION other(integer) IS 'counts'",
    'SELECT max(lower(note)) FROM notes',
    'COMMIT',
  ]
  for (const sql of steps) await client.query(sql)
  expect((await client.query('SELECT * FROM noted')).rows).toEqual([])
})

test('INVARIANT (deny-by-default): a policy whose function writes makes nobody who reads the table write', async () => {
  await client.query('CREATE TABLE guarded (id integer)')
  await client.query('ALTER TABLE guarded ENABLE ROW LEVEL SECURITY')
  await client.query("CREATE POLICY own ON guarded USING (current_setting('app.id', true) IS NULL)")
  expect((await client.query('SELECT * FROM guarded')).rows).toEqual([])
  await client.query(REPLACE.replace(' f(', ' leaves('))
  await client.query('CREATE POLICY traced ON guarded USING (leaves(id) > 0)')
  await expect(client.query('SELECT * FROM guarded')).rejects.toMatchObject(REFUSED)
})
