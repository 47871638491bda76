import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Effect } from '@sluice/core/analysis/facts'
import { Bench } from './servers.ts'

const LEAVES = `LANGUAGE plpgsql AS 'BEGIN EXECUTE concat(''INSERT INTO public.ran VALUES ('', $1, '')''); RETURN $1; END'`

/** Read with an ordinary account, whom the policies are for. */
const SCHEMA = `
CREATE ROLE reader;
CREATE TABLE ran (n int);
CREATE FUNCTION leaves(x int) RETURNS int ${LEAVES};
CREATE FUNCTION leaves_fixed(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  'BEGIN EXECUTE concat(''SELECT public.leaves('', $1, '')''); RETURN $1; END';
CREATE FUNCTION same(a int, b int) RETURNS bool LANGUAGE plpgsql AS
  'BEGIN EXECUTE concat(''INSERT INTO public.ran VALUES ('', $1, '')''); RETURN a > b; END';
CREATE OPERATOR >>> (FUNCTION = same, LEFTARG = int, RIGHTARG = int);
CREATE DOMAIN leaving AS int CHECK (leaves(VALUE) > 0);
CREATE FUNCTION uid() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.uid', true), '')::int $$;
CREATE FUNCTION tenant() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_setting('app.tenant', true); END $$;
CREATE SEQUENCE counted;
${[
  ['by_function', 'leaves(id) > 0'],
  ['by_operator', 'id >>> 0'],
  ['by_domain', 'id::leaving > 0'],
  ['by_server', "nextval('counted') > 0"],
  ['by_subquery', 'EXISTS (SELECT FROM seen WHERE seen.id > 0)'],
  ['by_other', 'EXISTS (SELECT FROM by_function WHERE by_function.id > 0)'],
  ['by_uid', 'id = uid() OR true'],
  ['by_tenant', "tenant() IS NULL AND current_user = 'reader'"],
  ['by_setting', "current_setting('app.tenant', true) IS NULL"],
  ['by_member', 'id IN (SELECT id FROM members WHERE since < now())'],
]
  .map(
    (
      [table, condition],
      i,
    ) => `${i === 0 ? "CREATE TABLE people (id int); INSERT INTO people VALUES (1); CREATE VIEW seen AS SELECT leaves(id) AS id FROM people; CREATE TABLE members (id int, since timestamptz); INSERT INTO members VALUES (1, 'epoch');" : ''}
CREATE TABLE ${table} (id int); INSERT INTO ${table} VALUES (1); ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON ${table} USING (${condition});`,
  )
  .join('\n')}
CREATE VIEW shows WITH (security_invoker) AS SELECT id FROM by_function;
CREATE TABLE by_check (id int);
ALTER TABLE by_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY r ON by_check FOR SELECT USING (true);
CREATE POLICY p ON by_check FOR INSERT WITH CHECK (leaves(id) > 0);
CREATE VIEW through_check WITH (security_invoker) AS SELECT id FROM by_check;
CREATE TABLE indexed (id int);
CREATE INDEX ON indexed (leaves_fixed(id));
CREATE TABLE half_indexed (id int);
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE parted_one PARTITION OF parted FOR VALUES FROM (0) TO (9);
CREATE INDEX ON half_indexed (id) WHERE leaves_fixed(1) > id;
CREATE INDEX ON parted_one (leaves_fixed(id));
GRANT ALL ON ALL TABLES IN SCHEMA public TO reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader;
`

let bench: Bench

beforeAll(async () => {
  bench = await Bench.open('embedded', SCHEMA)
}, 60_000)
afterAll(() => bench.close(), 60_000)

const effectsOf = async (sql: string): Promise<readonly Effect[]> => (await bench.analyse(sql)).facts.effects

/** Whether a statement leaves a trace, in a session that has seen nothing yet. */
const leavesTrace = async (sql: string): Promise<boolean> => {
  const { client } = bench
  for (const first of [
    'TRUNCATE ran',
    "SELECT setval('counted', 1, false)",
    'DISCARD ALL',
    'SET ROLE reader',
  ])
    await client.query(first)
  await client.query(sql)
  await client.query('RESET ROLE')
  const { rows } = await client.query<{ n: number }>(
    'SELECT (SELECT count(*) FROM ran)::int + (SELECT is_called FROM counted)::int AS n',
  )
  return (rows[0]?.n ?? 0) > 0
}

describe('INVARIANT (deny-by-default): what a policy or an index calls counts for who uses the table', () => {
  test.each<[string, readonly Effect[]]>([
    ['SELECT id FROM by_function', ['read', 'unknown']],
    ['SELECT id FROM by_operator', ['read', 'unknown']],
    ['SELECT id FROM by_domain', ['read', 'unknown']],
    ['SELECT id FROM by_server', ['read', 'write']],
    ['SELECT id FROM by_subquery', ['read', 'unknown']],
    ['SELECT id FROM by_other', ['read', 'unknown']],
    ['SELECT id FROM shows', ['read', 'unknown']],
    ['COPY by_function TO STDOUT', ['read', 'unknown']],
    ['DELETE FROM by_function WHERE id = 1', ['read', 'unknown', 'write']],
    ['INSERT INTO by_check VALUES (1)', ['unknown', 'write']],
    ['INSERT INTO through_check VALUES (1)', ['unknown', 'write']],
    ['INSERT INTO indexed VALUES (1)', ['unknown', 'write']],
    ['INSERT INTO parted VALUES (1)', ['unknown', 'write']],
  ])('%s', async (sql, effects) => {
    expect([await leavesTrace(sql), await effectsOf(sql)]).toEqual([true, effects])
  })

  test('a part of an index that has no column runs when a statement is planned', async () => {
    expect(await effectsOf('SELECT id FROM half_indexed')).toEqual(['read', 'unknown'])
  })
})

describe('what a table is defined by is kept', () => {
  test.each<[string, boolean, readonly Effect[]]>([
    ['(id int, n int DEFAULT leaves(1), CHECK (leaves_fixed(1) > id))', false, ['ddl']],
    ["(id int DEFAULT nextval('counted'), n int GENERATED ALWAYS AS (id + abs(1)) STORED)", false, ['ddl']],
    ['(id int, n int GENERATED ALWAYS AS (id + leaves_fixed(1)) STORED)', true, ['ddl', 'unknown']],
    ['(id int) PARTITION BY RANGE ((id + leaves_fixed(1)))', true, ['ddl', 'unknown']],
    ['PARTITION OF parted FOR VALUES FROM (leaves_fixed(20)) TO (30)', true, ['ddl', 'read', 'unknown']],
  ])('but what is computed as it is made runs: %s', async (definition, runs, effects) => {
    const { client } = bench
    const sql = `CREATE TABLE made ${definition}`
    await client.query('TRUNCATE ran; BEGIN')
    await client.query(sql)
    const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM ran')
    await client.query('ROLLBACK')
    expect([(rows[0]?.n ?? 0) > 0, await effectsOf(sql)]).toEqual([runs, effects])
  })
})

describe('what only looks leaves a read what it is', () => {
  test.each([
    'SELECT id FROM by_uid',
    'SELECT id FROM by_tenant',
    'SELECT id FROM by_setting',
    'SELECT id FROM by_member',
    'SELECT id FROM by_check',
    'SELECT id FROM indexed',
  ])('%s', async (sql) => {
    const { facts, changes } = await bench.analyse(sql)
    expect([await leavesTrace(sql), facts.effects, changes]).toEqual([false, ['read'], []])
  })

  test('and a policy counts from when it is made, and no longer than it is there', async () => {
    const { client, keeper } = bench
    const effects: (readonly Effect[])[] = []
    for (const sql of [
      'SELECT 1',
      'CREATE POLICY late ON members USING (leaves(id) > 0)',
      'ALTER POLICY late ON members USING (id > 0)',
      'CREATE INDEX late ON members (leaves_fixed(1))',
      'DROP INDEX late',
    ]) {
      await client.query(sql)
      keeper.invalidate()
      effects.push(await effectsOf('SELECT id FROM members'))
    }
    expect(effects).toEqual([['read'], ['read', 'unknown'], ['read'], ['read', 'unknown'], ['read']])
  })
})
