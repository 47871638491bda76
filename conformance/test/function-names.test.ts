import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type pg from 'pg'
import { type Asked, askedPostgres } from '../harness/asked-gateway.ts'

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

let asked: Asked<pg.Client>

beforeAll(async () => {
  asked = await askedPostgres(code, policy)
}, 120_000)

afterAll(() => asked?.close())

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
    expect(await asked.outcome(sql)).toBe(expected)
  })

  test('along the search path', async () => {
    await asked.client.query('SET search_path = other, app')
    expect(await asked.outcome('SELECT tick(1)')).toBe('no-tick')
    expect(await asked.outcome("SELECT lower('A')")).toBe('not allowed')
    await asked.client.query('SET search_path = other, pg_catalog')
    expect(await asked.outcome("SELECT lower('A')")).toBe('not allowed')
    await asked.client.query('RESET search_path')
  })

  test('in what is prepared', async () => {
    await asked.client.query("PREPARE low AS SELECT lower('A')")
    expect(await asked.outcome('EXECUTE low')).toBe('runs')
    await asked.client.query('CREATE TABLE made (id int)')
    expect(await asked.outcome('EXECUTE low')).toBe('runs')
  })
})
