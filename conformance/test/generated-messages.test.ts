import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { generatedScript, type Vocabulary } from '../harness/generated-messages.ts'
import { comparableLines, fullLine } from '../harness/message-scripts.ts'
import { type Delivery, type Heard, playPaused } from '../harness/paused-play.ts'
import { RawClient } from '../harness/raw-client.ts'
import { onDatabase, type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

const words: Vocabulary = {
  reads: [
    'SELECT 1',
    'SELECT n FROM t ORDER BY n',
    'TABLE t',
    'SELECT g FROM generate_series(1, 5) g',
    'SELECT $1::int AS a, $2::text AS b',
    'SELECT $1::int + 1',
    'SELECT count(*) FROM t',
    "SELECT 'a\\'||'b'",
    'SELECT * FROM t, u',
    'VALUES (1, $1)',
    'SELECT n FROM v',
    "SELECT current_setting('search_path'), current_user",
    "SELECT date '2020-02-01'",
    'SHOW search_path',
    'EXPLAIN (COSTS OFF) SELECT n FROM t',
    'SELECT n FROM t WHERE n = $1 FOR UPDATE',
    'SELECT 1 AS "é", \'é\'',
    'SELECT FROM t',
    'SELECT n::float8, n > 1, NULL FROM t',
  ],
  writes: [
    'INSERT INTO t VALUES (1)',
    'INSERT INTO t (n) VALUES ($1)',
    'INSERT INTO t (n) SELECT g FROM generate_series(1, 4) g RETURNING n',
    'UPDATE t SET n = n + 1',
    'DELETE FROM t WHERE n > 2',
    'DELETE FROM t RETURNING *',
    'INSERT INTO u VALUES (1, $1)',
    'WITH d AS (DELETE FROM t RETURNING n) SELECT * FROM d',
    'TRUNCATE t',
    'INSERT INTO late VALUES (1)',
  ],
  settings: [
    'SET search_path = public, w',
    'SET search_path = w',
    'SET LOCAL search_path = public',
    'RESET search_path',
    'SET standard_conforming_strings = off',
    'SET standard_conforming_strings = on',
    "SET client_encoding = 'LATIN1'",
    'RESET client_encoding',
    'SET DateStyle = German',
    'SET ROLE lesser',
    'RESET ROLE',
    'SET SESSION AUTHORIZATION lesser',
    'RESET SESSION AUTHORIZATION',
    'SET plan_cache_mode = force_generic_plan',
    'SET plan_cache_mode = force_custom_plan',
    "SELECT set_config('search_path', 'public', true)",
    "SELECT set_config('role', 'lesser', false)",
    'RESET ALL',
    'SET nothing.x = 1',
    'SET nothing = 1',
    'SHOW nothing',
    "SET application_name = 'x'",
    'SET TRANSACTION READ ONLY',
    'SET CONSTRAINTS ALL IMMEDIATE',
    'LISTEN a',
    "NOTIFY a, 'x'",
    'UNLISTEN *',
  ],
  definitions: [
    'ALTER TABLE t ADD COLUMN more int',
    'ALTER TABLE t DROP COLUMN IF EXISTS more',
    'CREATE TABLE public.t (n text, z int)',
    'DROP TABLE IF EXISTS public.t',
    'CREATE TEMP TABLE t (n int, temporary text)',
    'ALTER TABLE t ALTER COLUMN n TYPE bigint',
    'DROP TABLE t',
    'CREATE OR REPLACE VIEW v AS SELECT 2 AS n',
    'CREATE VIEW v AS SELECT 1 AS n',
    'ALTER TABLE t RENAME TO tt',
    'ALTER TABLE tt RENAME TO t',
    'CREATE INDEX CONCURRENTLY ON t (n)',
    'VACUUM t',
    'CREATE TABLE made AS SELECT n FROM t',
  ],
  code: [
    "DO $$ BEGIN EXECUTE 'DEALLOCATE s'; END $$",
    "DO $$ BEGIN RAISE NOTICE 'said'; INSERT INTO t VALUES (9); END $$",
    'DO $$ BEGIN INSERT INTO t VALUES (8); COMMIT; END $$',
    'CALL does()',
    'DO $$ BEGIN PERFORM 1/0; END $$',
    'DO $$ DECLARE c CURSOR FOR SELECT 1; BEGIN OPEN c; END $$',
    'SELECT note(1)',
    'SELECT note(n) FROM t',
    "DO $$ BEGIN EXECUTE 'DEALLOCATE s'; EXECUTE 'PREPARE s AS DELETE FROM t'; END $$",
    "DO $$ BEGIN EXECUTE 'SET search_path = ' || 'public'; END $$",
  ],
}

const tables = `
DROP SCHEMA IF EXISTS w CASCADE;
DROP TABLE IF EXISTS public.t, public.tt, public.made CASCADE;
DROP VIEW IF EXISTS public.v;
CREATE SCHEMA w;
GRANT ALL ON SCHEMA w, public TO PUBLIC;
CREATE TABLE w.t (n int);
INSERT INTO w.t VALUES (1), (2), (3);
CREATE TABLE w.u (n int, x text);
INSERT INTO w.u VALUES (5, 'five');
CREATE TABLE w.late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO w.late VALUES (1);
GRANT SELECT, INSERT ON w.t TO lesser;
CREATE FUNCTION w.note(i int) RETURNS int LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO w.u VALUES (i, 'noted'); RETURN i; END $$;
CREATE PROCEDURE w.does() LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO w.u VALUES (0, 'called'); COMMIT; INSERT INTO w.u VALUES (0, 'again'); END $$;
`

const deliveries: readonly Delivery[] = ['one', 'each', 'cut']
const SCRIPTS = 90

let sides: SideBySide
const makers: pg.Client[] = []

beforeAll(async () => {
  sides = await startSideBySide('embedded', 'CREATE ROLE lesser')
  for (const { database } of [sides.direct, sides.through]) {
    await onDatabase(sides.server, database, `ALTER DATABASE ${database} SET search_path = w, public`)
    const maker = new pg.Client({ connectionString: sides.server.connectionString(database) })
    await maker.connect()
    makers.push(maker)
  }
}, 120_000)

afterAll(async () => {
  for (const maker of makers) await maker.end()
  await sides?.close()
})

async function heard(
  side: Side,
  seed: number,
  delivery: Delivery,
  pauses?: readonly number[],
): Promise<Heard> {
  const client = await RawClient.login(side)
  client.lineOf = fullLine
  const { lines, pauses: taken } = await playPaused(client, generatedScript(seed, words), delivery, pauses)
  client.close()
  return { lines: comparableLines(lines.map(unplaced)), pauses: taken }
}

/** Without what two databases number by themselves. */
function unplaced(line: string): string {
  return line.replace(/pg_temp_\d+/g, 'pg_temp').replace(/(relation|process) \d+/gi, '$1')
}

test('generated messages are answered as by the database itself, in one piece or many', async () => {
  let completed = 0
  for (let seed = 1; seed <= SCRIPTS; seed += 1) {
    for (const maker of makers) await maker.query(tables)
    const delivery = deliveries[seed % deliveries.length] as Delivery
    const direct = await heard(sides.direct, seed, delivery)
    const through = await heard(sides.through, seed, delivery, direct.pauses)
    expect([seed, delivery, ...through.lines]).toEqual([seed, delivery, ...direct.lines])
    completed += direct.lines.filter((line) => line.startsWith('CommandComplete')).length
  }
  expect(completed).toBeGreaterThan(4 * SCRIPTS)
}, 120_000)
