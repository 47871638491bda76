import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from './servers.ts'

/** Operators that leave a trace when they run. Every name that a word of SQL stands for has one. */
const OPERATORS = `
CREATE TABLE ran (n int);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id int, feels mood, felt mood);
INSERT INTO people VALUES (1, 'sad', 'ok'), (2, 'ok', 'ok');
CREATE TABLE others (feels mood, note text);
INSERT INTO others VALUES ('sad', 'x');
CREATE FUNCTION leaves(a mood, b mood) RETURNS bool LANGUAGE plpgsql AS
  'BEGIN INSERT INTO public.ran VALUES (1); RETURN a::text = b::text; END';
CREATE FUNCTION leaves(a mood, b text) RETURNS bool LANGUAGE plpgsql AS
  'BEGIN INSERT INTO public.ran VALUES (1); RETURN true; END';
CREATE FUNCTION looks(a mood, b mood) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN strpos(a::text, b::text)::bool; END';
${['=', '<>', '<', '>', '<=', '>='].map((op) => `CREATE OPERATOR ${op} (FUNCTION = leaves, LEFTARG = mood, RIGHTARG = mood);`).join('\n')}
${['~~', '!~~', '~~*', '!~~*', '~', '!~'].map((op) => `CREATE OPERATOR ${op} (FUNCTION = leaves, LEFTARG = mood, RIGHTARG = text);`).join('\n')}
CREATE OPERATOR !=== (FUNCTION = leaves, LEFTARG = mood, RIGHTARG = mood);
CREATE OPERATOR === (FUNCTION = looks, LEFTARG = mood, RIGHTARG = mood, NEGATOR = !===);
`

let bench: Bench

const effectsOf = async (sql: string): Promise<readonly string[]> => (await bench.analyse(sql)).facts.effects

/** Whether a statement ran code that leaves a trace. */
const leavesTrace = async (sql: string): Promise<boolean> => {
  await bench.client.query('TRUNCATE ran')
  await bench.client.query(sql)
  const { rows } = await bench.client.query<{ n: number }>('SELECT count(*)::int AS n FROM ran')
  return (rows[0]?.n ?? 0) > 0
}

describe('operators that words stand for', () => {
  beforeAll(async () => {
    bench = await Bench.open('embedded', OPERATORS)
  }, 60_000)
  afterAll(() => bench.close(), 60_000)

  test.each([
    "SELECT feels = 'ok' FROM people",
    "SELECT feels IN ('ok', 'sad') FROM people",
    "SELECT feels NOT IN ('ok', 'sad') FROM people",
    'SELECT feels IN (SELECT feels FROM others) FROM people',
    'SELECT feels NOT IN (SELECT feels FROM others) FROM people',
    'SELECT feels = ANY (ARRAY[felt]) FROM people',
    'SELECT feels <> ALL (ARRAY[felt]) FROM people',
    'SELECT feels = ALL (SELECT feels FROM others) FROM people',
    "SELECT NULLIF(feels, 'ok') FROM people",
    "SELECT CASE feels WHEN 'ok' THEN 1 END FROM people",
    "SELECT feels BETWEEN 'sad' AND 'ok' FROM people",
    "SELECT feels NOT BETWEEN 'sad' AND 'ok' FROM people",
    "SELECT feels BETWEEN SYMMETRIC 'sad' AND 'ok' FROM people",
    "SELECT feels NOT BETWEEN SYMMETRIC 'sad' AND 'ok' FROM people",
    'SELECT feels IS DISTINCT FROM felt FROM people',
    'SELECT feels IS NOT DISTINCT FROM felt FROM people',
    "SELECT feels LIKE 'a%' FROM people",
    "SELECT feels NOT LIKE 'a%' FROM people",
    "SELECT feels LIKE 'a%' ESCAPE '!' FROM people",
    "SELECT feels LIKE ANY (ARRAY['a%']) FROM people",
    "SELECT feels ILIKE 'a%' FROM people",
    "SELECT feels NOT ILIKE 'a%' FROM people",
    "SELECT feels SIMILAR TO 'a' FROM people",
    "SELECT feels NOT SIMILAR TO 'a' FROM people",
    'SELECT note FROM people JOIN others USING (feels)',
    'SELECT note FROM people NATURAL JOIN others',
    'SELECT (id, feels) IS DISTINCT FROM (1, felt) FROM people',
    'SELECT id FROM people WHERE NOT (feels === felt)',
    "DO $$ DECLARE r record; BEGIN SELECT feels INTO r FROM public.people; CASE r.feels WHEN 'sad' THEN NULL; ELSE NULL; END CASE; END $$",
  ])('%s', async (sql) => {
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([
      true,
      expect.arrayContaining(['unknown']),
    ])
  })

  test.each([
    'SELECT feels FROM people ORDER BY feels',
    'SELECT feels FROM people ORDER BY feels DESC',
    'SELECT DISTINCT feels FROM people',
    'SELECT feels, count(*) FROM people GROUP BY feels',
    'SELECT feels FROM people UNION SELECT feels FROM others',
    'SELECT rank() OVER (PARTITION BY felt ORDER BY feels) FROM people',
    'SELECT min(feels), count(DISTINCT felt) FROM people',
    'SELECT people FROM people ORDER BY people',
    'SELECT CASE WHEN id IS NULL THEN feels END FROM people',
    'SELECT note FROM people JOIN others ON true',
  ])('%s, which finds what it compares by in the type', async (sql) => {
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([
      false,
      expect.not.arrayContaining(['unknown']),
    ])
  })

  test.each([
    "SELECT CASE feels WHEN 'ok' THEN 'a' END FROM people",
    "SELECT NULLIF(feels, 'ok') FROM people",
    "SELECT feels LIKE 'a%' FROM people",
    'SELECT feels FROM people JOIN others USING (feels)',
  ])('%s: its value may be anything', async (sql) => {
    const { outputs } = (await bench.analyse(sql)).facts
    expect(outputs).toEqual([expect.objectContaining({ unknown: true })])
  })

  test('and the same words stay as they are along a path that has none', async () => {
    const sql = `SELECT NULLIF(id, 1), id IN (1, 2), CASE id WHEN 1 THEN 2 END FROM public.people JOIN public.others USING (feels)`
    expect((await bench.analyse(sql, ['pg_catalog'])).facts.effects).toEqual(['read'])
  })
})
