import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
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

/** Types whose values cannot be made without a trace, and those that hold them. */
const TYPES = `
CREATE TABLE ran (n int);
CREATE FUNCTION leaves(a text) RETURNS bool LANGUAGE plpgsql AS
  'BEGIN INSERT INTO public.ran VALUES (1); RETURN true; END';
CREATE DOMAIN d AS text CHECK (leaves(VALUE));
CREATE DOMAIN over_d AS d;
CREATE DOMAIN over_all_d AS d[];
CREATE DOMAIN names_d AS text CHECK ((VALUE::d)::text IS NOT NULL);
CREATE TYPE pair AS (a int, b d);
CREATE TYPE nested AS (p pair[]);
CREATE TYPE span AS RANGE (SUBTYPE = d);
CREATE TABLE rows (id int, v over_d);
CREATE TABLE held (id int, v d, tags d[], p pair, s span);
CREATE FUNCTION puts_together(anyelement, anyelement) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION takes(d) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION takes_row(rows) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION takes_all(d[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION gives(text) RETURNS d LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION calls(text) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN public.takes($1); END';
CREATE FUNCTION d(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR ### (FUNCTION = takes, RIGHTARG = d);
CREATE DOMAIN plain AS text CHECK (length(VALUE) > 0);
CREATE TYPE plain_pair AS (a int, b plain);
CREATE TABLE plain_rows (id int, v plain, w plain_pair[]);
INSERT INTO rows VALUES (1, 'x');
INSERT INTO held VALUES (1, 'x', '{x}', '(1,x)', '[x,x]');
CREATE DOMAIN word AS text;
CREATE FUNCTION as_text(plain_pair) RETURNS text LANGUAGE plpgsql AS 'BEGIN EXECUTE $$SELECT $$; RETURN 1; END';
CREATE CAST (plain_pair AS text) WITH FUNCTION as_text(plain_pair) AS ASSIGNMENT;
CREATE FUNCTION takes_plain(plain, plain_pair, plain_rows) RETURNS plain LANGUAGE sql AS 'SELECT $1';
`

const ROW = `'{"id": 1, "v": "x"}'`
const XML = `'<r><v>x</v></r>'`

describe('types whose values run code', () => {
  beforeAll(async () => {
    bench = await Bench.open('embedded', TYPES)
  }, 60_000)
  afterAll(() => bench.close(), 60_000)

  test.each([
    "SELECT 'x'::d",
    "SELECT 'x'::over_d",
    "SELECT '{x}'::d[]",
    "SELECT '{x}'::over_all_d",
    "SELECT 'x'::names_d",
    "SELECT '(1,x)'::pair",
    "SELECT (1, 'x')::pair",
    `SELECT '("{""(1,x)""}")'::nested`,
    "SELECT '[x,x]'::span",
    "SELECT '(1,x)'::rows",
    "SELECT pg_input_is_valid('x', 'd')",
    "SELECT pg_input_is_valid('{x}', 'public.d[]')",
    "SELECT * FROM pg_input_error_info('(1,x)', 'pair')",
    `SELECT * FROM json_populate_record(NULL::rows, ${ROW})`,
    `SELECT * FROM jsonb_populate_record(NULL::public.rows, ${ROW})`,
    `SELECT * FROM json_populate_recordset(NULL::rows, '[{"id": 1, "v": "x"}]')`,
    `SELECT * FROM json_to_record(${ROW}) AS t (id int, v over_d)`,
    `SELECT * FROM jsonb_to_recordset('[{"v": "x"}]') AS t (v d)`,
    `SELECT * FROM ROWS FROM (json_to_record(${ROW}) AS (id int, v d)) AS t`,
    `SELECT * FROM XMLTABLE('/r' PASSING ${XML} COLUMNS v d PATH 'v')`,
    `SELECT * FROM JSON_TABLE(jsonb ${ROW}, '$' COLUMNS (v d PATH '$.v'))`,
    `SELECT * FROM JSON_TABLE(jsonb ${ROW}, '$' COLUMNS (NESTED PATH '$' COLUMNS (v d PATH '$.v')))`,
    `SELECT JSON_VALUE(jsonb ${ROW}, '$.v' RETURNING d)`,
    `SELECT JSON_QUERY(jsonb ${ROW}, '$.v' RETURNING d)`,
    "SELECT JSON_OBJECT('a': 1 RETURNING d)",
    'SELECT JSON_ARRAY(1 RETURNING d)',
    'SELECT JSON_ARRAY(SELECT 1 RETURNING d)',
    'SELECT JSON_ARRAYAGG(1 RETURNING d)',
    "SELECT JSON_OBJECTAGG('a': 1 RETURNING d)",
    "SELECT JSON_SERIALIZE('{}' RETURNING d)",
    "SELECT tags = '{x}' FROM held",
    "SELECT tags IN ('{x}', '{y}') FROM held",
    "SELECT tags || '{y}' FROM held",
    "SELECT s @> '[x,y]' FROM held",
    "SELECT COALESCE(p, '(1,x)'), COALESCE(NULL, p, '(1,x)') FROM held WHERE id > 0 OR COALESCE(tags, '{x}') IS NULL",
    "SELECT CASE WHEN id > 1 THEN p ELSE '(1,x)' END FROM held",
    "SELECT CASE tags WHEN '{x}' THEN 1 END FROM held",
    "SELECT ARRAY[p, '(1,x)'] FROM held",
    "SELECT p FROM held UNION ALL SELECT '(1,x)'",
    "SELECT t.* FROM held, LATERAL (VALUES (p), ('(1,x)')) t",
    "SELECT array_append(tags, 'y') FROM held",
    "SELECT lag(v, 1, 'y') OVER () FROM held",
    "SELECT puts_together(v, 'y') FROM held",
    `SELECT jsonb_populate_record(rows, ${ROW}) FROM rows`,
    `SELECT (json_populate_record(p, '{"b": "y"}')).b FROM held`,
    "DO $$ DECLARE m d; BEGIN m := 'x'; END $$",
    "DO $$ DECLARE m public.pair; BEGIN m := (1, 'x'); END $$",
    "DO $$ DECLARE m D[]; BEGIN m := '{x}'; END $$",
    "DO $$ DECLARE m rows%ROWTYPE; BEGIN m := (1, 'x'); END $$",
    "SELECT takes('x')",
    "SELECT takes_row('(1,x)')",
    "SELECT takes_all('{x}')",
    "SELECT gives('x')",
    "SELECT calls('x')",
    "SELECT d('x'::text)",
    "SELECT public.d('x'::text)",
    "SELECT ### 'x'",
    'SELECT XMLSERIALIZE(CONTENT xmlcomment($$x$$) AS d)',
  ])('%s', async (sql) => {
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([
      true,
      expect.arrayContaining(['unknown']),
    ])
  })

  test.each([
    'SELECT v FROM rows',
    'SELECT rows FROM rows',
    "SELECT v = 'x', v IN ('x', 'y'), v LIKE 'x%', v || 'x', upper(v), concat(v, 'x'), COALESCE(v, 'x') FROM held",
    "SELECT CASE WHEN id > 1 THEN v ELSE 'x' END FROM held UNION SELECT 'y'",
    'SELECT tags, p, s, count(tags), array_length(v.tags, 1) FROM held AS v GROUP BY 1, 2, 3, 5',
    "SELECT '(1,x)'::plain_pair, NULL::plain_rows, plain_rows, w FROM plain_rows",
    "SELECT 'x'::plain, '(1,x)'::plain_pair, NULL::plain_rows",
    "SELECT takes_plain('x', '(1,x)', NULL)",
    `SELECT * FROM json_populate_record(NULL::plain_rows, ${ROW})`,
    `SELECT * FROM json_to_record(${ROW}) AS t (id int, v plain)`,
    "SELECT pg_input_is_valid('x', 'int'), pg_input_is_valid('x', 'timestamp(3) with time zone')",
    "SELECT pg_input_is_valid('x', 'plain'), pg_input_is_valid('x', 'character varying(3)[]')",
    `SELECT JSON_VALUE(jsonb ${ROW}, '$.v' RETURNING plain)`,
    `SELECT * FROM JSON_TABLE(jsonb ${ROW}, '$' COLUMNS (n FOR ORDINALITY, v text PATH '$.v'))`,
    `SELECT * FROM XMLTABLE('/r' PASSING ${XML} COLUMNS n FOR ORDINALITY, v int PATH 'w')`,
  ])('%s, which makes no such value', async (sql) => {
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([false, ['read']])
  })

  test.each([
    "SELECT pg_input_is_valid('x', v) FROM rows",
    "SELECT pg_input_is_valid('x', 'd, leaves($$x$$)')",
  ])('%s: which type is not known', async (sql) => {
    expect(await effectsOf(sql)).toContain('unknown')
  })

  test('a block whose variables are of other types', async () => {
    const sql = `DO $$ DECLARE a plain; b plain_rows; c plain_rows%ROWTYPE; d int; e character varying(3); f text[];
      g double precision; h rows.id%TYPE; i record; j timestamp(3) with time zone; k numeric(3, 1)[];
      m refcursor; n CURSOR (p int) FOR SELECT p; o int ARRAY; BEGIN a := 'x'; END $$`
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([false, ['read']])
  })

  test('a table that gets such a column', async () => {
    const sql = "SELECT '(x)'::later"
    await bench.client.query('CREATE TABLE later (a plain)')
    bench.keeper.invalidate()
    expect(await effectsOf(sql)).toEqual(['read'])
    await bench.client.query('ALTER TABLE later ALTER a TYPE d')
    bench.keeper.invalidate()
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([true, ['read', 'unknown']])
  })

  test('a domain that gets such a check', async () => {
    const sql = "SELECT '{x}'::later_d[]"
    await bench.client.query('CREATE DOMAIN later_d AS text')
    bench.keeper.invalidate()
    expect(await effectsOf(sql)).toEqual(['read'])
    await bench.client.query('ALTER DOMAIN later_d ADD CHECK (leaves(VALUE))')
    bench.keeper.invalidate()
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([true, ['read', 'unknown']])
  })

  test.each([
    ['PREPARE p (d) AS SELECT $1', "EXECUTE p ('x')"],
    ['PREPARE p (int, d) AS SELECT $1', "EXECUTE p (1, 'x')"],
    ['PREPARE p (d[]) AS WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a', "EXECUTE p ('{x}')"],
  ])('%s: what EXECUTE makes', async (prepare, execute) => {
    await bench.client.query(prepare)
    expect([await leavesTrace(execute), await effectsOf(prepare)]).toEqual([true, ['session']])
    await bench.client.query('DEALLOCATE p')
    const { changes } = await bench.analyse(prepare)
    const prepared = changes.flatMap((change) => (change.kind === 'prepare' ? change.analysis : []))
    expect(prepared.map(({ facts }) => facts.effects)).toEqual([['read', 'unknown']])
  })

  test('PREPARE with types of the system', async () => {
    const { facts, changes } = await bench.analyse('PREPARE p (int, text) AS SELECT $2 LIMIT $1')
    const [change] = changes
    const inner = change?.kind === 'prepare' ? change.analysis.facts : undefined
    expect([facts.effects, inner?.effects, inner?.outputs]).toEqual([
      ['session'],
      ['read'],
      [expect.objectContaining({ name: '?column?', unknown: false })],
    ])
  })
})

/** Functions whose bodies say nothing of what they run: the views and tables that they read do. */
const READERS = `
CREATE SCHEMA app;
CREATE TABLE ran (n int);
CREATE TABLE plain (id int);
INSERT INTO plain VALUES (1);
CREATE FUNCTION take() RETURNS int LANGUAGE sql AS 'INSERT INTO public.ran VALUES (1) RETURNING n';
CREATE FUNCTION leaves(a text) RETURNS bool LANGUAGE plpgsql AS
  'BEGIN INSERT INTO public.ran VALUES (1); RETURN true; END';
CREATE VIEW v AS SELECT take() AS n;
CREATE FUNCTION peek() RETURNS int LANGUAGE sql AS 'SELECT n FROM v';
CREATE FUNCTION peek_block() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT n FROM public.v); END';
CREATE VIEW over_peek AS SELECT peek() AS n;
CREATE FUNCTION peek_again() RETURNS int LANGUAGE sql AS 'SELECT n FROM over_peek';
CREATE AGGREGATE peek_all(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE FUNCTION adds(int, int) RETURNS int LANGUAGE sql AS 'SELECT n FROM v';
CREATE AGGREGATE adds_all(int) (SFUNC = adds, STYPE = int, INITCOND = '0');
CREATE DOMAIN peeking AS int CHECK (peek() > 0);
CREATE TABLE watched (id int);
INSERT INTO watched VALUES (1);
CREATE FUNCTION watch() RETURNS int LANGUAGE sql AS 'SELECT id FROM watched';
ALTER TABLE watched ENABLE ROW LEVEL SECURITY;
ALTER TABLE watched FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON watched USING (leaves('x'));
CREATE FUNCTION of_row(plain) RETURNS int LANGUAGE sql AS 'SELECT take()';
CREATE FUNCTION attribute() RETURNS int LANGUAGE sql AS 'SELECT p.of_row FROM plain p';
CREATE DOMAIN d AS text CHECK (leaves(VALUE));
CREATE TABLE held (tags d[]);
INSERT INTO held VALUES ('{x}');
CREATE FUNCTION alike() RETURNS bool LANGUAGE sql AS $$ SELECT tags = '{y}' FROM held $$;
CREATE VIEW elsewhere AS SELECT 1 AS n;
CREATE VIEW app.elsewhere AS SELECT take() AS n;
CREATE FUNCTION led() RETURNS int LANGUAGE sql AS 'SELECT n FROM elsewhere';
CREATE VIEW harmless AS SELECT id, upper('x') AS name FROM plain;
CREATE VIEW app.lonely AS SELECT take() AS n;
SET check_function_bodies = off;
CREATE FUNCTION lonely() RETURNS int LANGUAGE sql AS 'SELECT n FROM lonely';
CREATE FUNCTION looks_on() RETURNS int LANGUAGE sql AS 'SELECT id FROM harmless';
CREATE FUNCTION itself(int) RETURNS int LANGUAGE sql AS 'SELECT id FROM harmless WHERE $1 > 0';
CREATE FUNCTION asked(n int DEFAULT take()) RETURNS int LANGUAGE sql AS 'SELECT n';
CREATE FUNCTION asked_parsed(n int DEFAULT take()) RETURNS int RETURN n;
CREATE FUNCTION asked_block(n int DEFAULT take()) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN n; END';
CREATE PROCEDURE asks_block(n int DEFAULT take()) LANGUAGE plpgsql AS 'BEGIN END';
CREATE VIEW asking AS SELECT asked() AS n;
CREATE FUNCTION looked(n int DEFAULT looks_on()) RETURNS int LANGUAGE sql AS 'SELECT n';
CREATE FUNCTION told(t text DEFAULT lower('X'), d date DEFAULT now()) RETURNS text LANGUAGE sql AS 'SELECT t';
CREATE VIEW round_1 AS SELECT 1 AS n;
${Array.from({ length: 40 }, (_, i) => `CREATE VIEW deep_${i} AS SELECT 1 AS n;`).join('\n')}
${Array.from({ length: 39 }, (_, i) => `CREATE OR REPLACE VIEW deep_${i} AS SELECT n FROM deep_${i + 1};`).join('\n')}
CREATE OR REPLACE VIEW deep_39 AS SELECT take() AS n;
`

/** Whether a statement of an ordinary account ran code that leaves a trace. */
const traced = async (sql: string, path = 'public'): Promise<boolean> => {
  const { client } = bench
  await client.query(`TRUNCATE ran; SET ROLE reader; SET search_path = ${path}`)
  await client.query(sql)
  await client.query('RESET ALL; RESET ROLE')
  const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM public.ran')
  return (rows[0]?.n ?? 0) > 0
}

describe('functions that read what runs code', () => {
  beforeAll(async () => {
    bench = await Bench.open('embedded', READERS)
    await bench.client.query('CREATE ROLE reader; GRANT ALL ON ALL TABLES IN SCHEMA public, app TO reader')
    await bench.client.query('GRANT ALL ON SCHEMA app TO reader')
  }, 60_000)
  afterAll(() => bench.close(), 60_000)

  test.each([
    ['SELECT * FROM v', 'public', ['read', 'write']],
    ['SELECT peek()', 'public', ['read', 'write']],
    ['SELECT peek_block()', 'public', ['read', 'write']],
    ['SELECT * FROM over_peek', 'public', ['read', 'write']],
    ['SELECT peek_again()', 'public', ['read', 'write']],
    ['SELECT adds_all(id) FROM plain', 'public', ['read', 'unknown']],
    ['SELECT 1::peeking', 'public', ['read', 'unknown']],
    ['SELECT watch()', 'public', ['read', 'write']],
    ['SELECT attribute()', 'public', ['read', 'write']],
    ['SELECT asked()', 'public', ['read', 'write']],
    ['SELECT asked_parsed()', 'public', ['read', 'write']],
    ['SELECT asked_block()', 'public', ['read', 'write']],
    ['SELECT * FROM asking', 'public', ['read', 'write']],
    ['CALL asks_block()', 'public', ['write']],
    ['SELECT alike()', 'public', ['read', 'unknown']],
    ['SELECT public.led()', 'app, public', ['read', 'write']],
    ['SELECT public.lonely()', 'app, public', ['read', 'write']],
    ['SELECT * FROM deep_0', 'public', ['read', 'unknown']],
    ['SELECT * FROM deep_9', 'public', ['read', 'unknown']],
    ['SELECT * FROM deep_33', 'public', ['read', 'write']],
  ])('%s, along %s', async (sql, path, effects) => {
    const { facts } = await bench.analyse(sql, ['pg_catalog', ...path.split(', ')])
    expect([await traced(sql, path), facts.effects]).toEqual([true, effects])
  })

  test.each(['SELECT looks_on()', 'SELECT itself(1)', 'SELECT peek_all(id) FROM plain'])(
    '%s, which only looks',
    async (sql) => {
      expect([await traced(sql), await effectsOf(sql)]).toEqual([false, ['read']])
    },
  )

  test.each([
    ['SELECT looked()', true],
    ['SELECT told()', false],
  ])('%s: its value may be anything: %s', async (sql, unknown) => {
    const { effects, outputs } = (await bench.analyse(sql)).facts
    expect([effects, outputs]).toEqual([['read'], [expect.objectContaining({ unknown })]])
  })

  test('a value that it is given may be moved', async () => {
    const { changes } = await bench.analyse('SELECT peek(), id FROM plain')
    expect(changes).toEqual((await bench.analyse('SELECT take(), id FROM plain')).changes)
  })

  test('a view that becomes one that writes, and back', async () => {
    const effects: (readonly string[])[] = [await effectsOf('SELECT looks_on()')]
    for (const name of ['take()::text', "upper('x')"]) {
      await bench.client.query(`CREATE OR REPLACE VIEW harmless AS SELECT id, ${name} AS name FROM plain`)
      bench.keeper.invalidate()
      effects.push(await effectsOf('SELECT looks_on()'))
    }
    expect(effects).toEqual([['read'], ['read', 'write'], ['read']])
  })

  test('a view whose definition cannot be printed now, since somebody keeps its table', async () => {
    const holder = new Client({ connectionString: bench.server.connectionString('postgres') })
    await holder.connect()
    await holder.query('BEGIN; LOCK TABLE plain IN ACCESS EXCLUSIVE MODE')
    bench.keeper.invalidate()
    const effects = [await effectsOf('SELECT * FROM harmless'), await effectsOf('SELECT looks_on()')]
    await holder.query('ROLLBACK')
    await holder.end()
    bench.keeper.invalidate()
    expect(effects).toEqual([
      ['read', 'unknown'],
      ['read', 'unknown'],
    ])
    expect(await effectsOf('SELECT * FROM harmless')).toEqual(['read'])
  })

  test('circles of functions and views end, and whoever runs one may do anything', async () => {
    const chain = Array.from({ length: 20 }, (_, i) => i + 1).flatMap((i) => [
      `CREATE FUNCTION round_${i}() RETURNS int LANGUAGE sql AS 'SELECT n FROM round_${i}'`,
      `CREATE VIEW round_${i + 1} AS SELECT round_${i}() AS n`,
    ])
    await bench.client.query(chain.join(';'))
    bench.keeper.invalidate()
    expect(await effectsOf('SELECT round_20()')).toEqual(['read'])
    await bench.client.query('CREATE OR REPLACE VIEW round_1 AS SELECT round_20() AS n')
    bench.keeper.invalidate()
    expect(await effectsOf('SELECT round_1()')).toEqual(['read'])
    await bench.client.query('CREATE OR REPLACE VIEW round_1 AS SELECT take() AS n')
    bench.keeper.invalidate()
    expect(await effectsOf('SELECT round_20()')).toEqual(['read', 'unknown'])
    await bench.client.query('CREATE OR REPLACE VIEW round_1 AS SELECT 1 AS n')
    bench.keeper.invalidate()
  })
})

/** What puts texts together under names of the system. */
const MAKERS = `
CREATE SCHEMA front;
CREATE TABLE ran (n int);
CREATE FUNCTION format(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$SELECT 'INSERT INTO public.ran VALUES (1)'$$;
CREATE FUNCTION quote_literal(int) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$SELECT '1; INSERT INTO public.ran VALUES (1)'$$;
CREATE FUNCTION joins(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$SELECT 'INSERT INTO public.ran VALUES (1)'$$;
CREATE OPERATOR front.|| (FUNCTION = joins, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION runs_format() RETURNS void LANGUAGE plpgsql AS
  $$BEGIN EXECUTE format('SELECT %s'::text, '1'::text); END$$;
`

const FORMATS = "DO $$ BEGIN EXECUTE format('SELECT %s'::text, '1'::text); END $$"
const JOINS = "DO $$ BEGIN EXECUTE 'SELECT '::text || '1'::text; END $$"

describe('texts that are put together by what users have under names of the system', () => {
  beforeAll(async () => {
    bench = await Bench.open('embedded', MAKERS)
    await bench.client.query('CREATE ROLE reader; GRANT ALL ON SCHEMA public, front TO reader')
    await bench.client.query('GRANT ALL ON ALL TABLES IN SCHEMA public TO reader')
  }, 60_000)
  afterAll(() => bench.close(), 60_000)

  test.each([
    [FORMATS, 'pg_catalog, public', true],
    ['SELECT runs_format()', 'pg_catalog, public', true],
    ["DO $$ BEGIN EXECUTE 'SELECT ' || quote_literal(1); END $$", 'pg_catalog, public', true],
    [JOINS, 'front, pg_catalog, public', true],
    [JOINS, 'pg_catalog, front', false],
    [FORMATS, 'pg_catalog, front', false],
    [FORMATS.replace('format', 'pg_catalog.format'), 'pg_catalog, public', false],
  ])('%s, along %s', async (sql, path, other) => {
    const { effects } = (await bench.analyse(sql, path.split(', '))).facts
    expect([await traced(sql, path), effects.includes('unknown')]).toEqual([other, other])
  })
})
