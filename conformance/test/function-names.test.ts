import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'

const policy = `
version: 1
inference: off
rules:
  - { id: known, effect: allow, when: "statement.functions.all(f, f.schema == 'pg_catalog' || f.name != 'lower')" }
  - { id: no-sleep, effect: deny, when: "statement.functions.exists(f, f.name == 'pg_sleep')" }
  - { id: no-tick, effect: deny, when: "statement.functions.exists(f, f.schema == 'app' && f.name == 'tick')" }
`

const code = `
CREATE SCHEMA app;
CREATE SCHEMA other;
CREATE TABLE app.things (id int);
CREATE FUNCTION app.tick(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION other.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE VIEW app.sleepy AS SELECT id, pg_sleep(0)::text AS slept FROM app.things;
`

let server: RunningPostgres
let gateway: TestGateway
let client: pg.Client

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  const direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(code)
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

const outcome = async (sql: string): Promise<string> => {
  try {
    await client.query(sql)
    return 'runs'
  } catch (error) {
    const { message } = error as Error
    return (
      /rule `([^`]*)`/.exec(message)?.[1] ?? (message.startsWith('no rule allows') ? 'not allowed' : message)
    )
  }
}

describe('a function is called by what its name leads to', () => {
  test.each([
    ['SELECT pg_sleep(0)', 'no-sleep'],
    ['SELECT pg_catalog.pg_sleep(0)', 'no-sleep'],
    ['SELECT "postgres".pg_catalog.pg_sleep(0)', 'no-sleep'],
    ['SELECT * FROM pg_sleep(0)', 'no-sleep'],
    ['SELECT * FROM app.sleepy', 'no-sleep'],
    ['SELECT app.tick(1)', 'no-tick'],
    ['SELECT "postgres".app.tick(1)', 'no-tick'],
    ["SELECT lower('A')", 'runs'],
    ["SELECT pg_catalog.lower('A')", 'runs'],
    ["SELECT other.lower('A')", 'not allowed'],
  ])('%s: %s', async (sql, expected) => {
    expect(await outcome(sql)).toBe(expected)
  })

  test('along the search path', async () => {
    await client.query('SET search_path = other, app')
    expect(await outcome('SELECT tick(1)')).toBe('no-tick')
    expect(await outcome("SELECT lower('A')")).toBe('not allowed')
    await client.query('SET search_path = other, pg_catalog')
    expect(await outcome("SELECT lower('A')")).toBe('not allowed')
    await client.query('RESET search_path')
  })

  test('in what is prepared', async () => {
    await client.query("PREPARE low AS SELECT lower('A')")
    expect(await outcome('EXECUTE low')).toBe('runs')
    await client.query('CREATE TABLE made (id int)')
    expect(await outcome('EXECUTE low')).toBe('runs')
  })
})
