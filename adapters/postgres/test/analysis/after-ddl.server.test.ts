import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type CodeSince, codeAfter } from '@sluice/core/analysis/code-since'
import type { Effect } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { understand, understandRead } from '@sluice/gateway/pipeline/understand'
import type { Governance } from '@sluice/gateway/session/governance'
import { instantJournal } from '@sluice/testkit/governed'
import { governedBy } from '../session/governed.ts'
import { Bench } from './servers.ts'

const SCHEMA = `
CREATE TABLE ran (n int);
CREATE TABLE people (id int, name varchar);
INSERT INTO people VALUES (1, 'Ana');
CREATE FUNCTION leaves(x int) RETURNS int LANGUAGE plpgsql AS
  'BEGIN EXECUTE ''INSERT INTO public.ran VALUES (1)''; RETURN x; END';
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1';
CREATE FUNCTION g(x int) RETURNS int LANGUAGE sql AS 'SELECT public.f(x)';
CREATE FUNCTION total(a int, b int) RETURNS int LANGUAGE plpgsql AS
  'BEGIN EXECUTE ''INSERT INTO public.ran VALUES (1)''; RETURN 1; END';
CREATE FUNCTION longer(a varchar, b varchar) RETURNS varchar LANGUAGE plpgsql AS
  'BEGIN EXECUTE ''INSERT INTO public.ran VALUES (1)''; RETURN b; END';
CREATE VIEW plain AS SELECT id FROM people;
CREATE VIEW by_f AS SELECT f(id) AS id FROM people;
CREATE VIEW leaving AS SELECT leaves(id) AS id FROM people;
CREATE SCHEMA late;
CREATE TABLE shown (id int);
INSERT INTO shown VALUES (1);
CREATE VIEW late.shown AS SELECT leaves(id) AS id FROM people;
CREATE DOMAIN small AS int;
CREATE TABLE guarded (id int);
INSERT INTO guarded VALUES (1);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON guarded USING (f(id) > 0);
`

const LEAVES = `LANGUAGE plpgsql AS 'BEGIN EXECUTE ''INSERT INTO public.ran VALUES (1)''; RETURN $1; END'`
const PATH = ['pg_catalog', 'public', 'late']

let bench: Bench
let governance: Governance

/** What the last of these statements of one transaction does, as the gateway understands it, and what it did. */
const last = async (statements: readonly string[]): Promise<[readonly Effect[], boolean]> => {
  let codeSince: CodeSince | undefined
  let catalogDirty = false
  let effects: readonly Effect[] = []
  await bench.client.query('BEGIN')
  for (const sql of statements) {
    await bench.client.query('DELETE FROM public.ran')
    const [read] = await bench.dialect.read(sql, { standardConformingStrings: true })
    if (!read) throw new Error(`no statement: ${sql}`)
    const { facts, changes } = await understandRead(governance, read, {
      modes: { standardConformingStrings: true },
      names: { database: 'postgres', searchPath: PATH },
      session: NO_NAMES,
      catalogDirty,
      codeSince,
    })
    effects = facts.effects
    catalogDirty ||= changes.some(({ kind }) => kind === 'catalog')
    codeSince = changes.reduce(codeAfter, codeSince)
    await bench.client.query(sql)
  }
  const { rows } = await bench.client.query<{ n: number }>('SELECT count(*)::int AS n FROM public.ran')
  await bench.client.query('ROLLBACK')
  return [effects, (rows[0]?.n ?? 0) > 0]
}

beforeAll(async () => {
  bench = await Bench.open('embedded', SCHEMA)
  await bench.client.query('SET search_path = public, late')
  governance = governedBy({ dialect: bench.dialect, catalog: await bench.catalog(), audit: instantJournal() })
}, 60_000)
afterAll(() => bench.close(), 60_000)

const REPLACE = `CREATE OR REPLACE FUNCTION f(x int) RETURNS int ${LEAVES}`
const VIEW = 'CREATE OR REPLACE VIEW plain AS SELECT leaves(id) AS id FROM people'

describe('INVARIANT (deny-by-default): in a transaction that changed code, what runs that code does anything', () => {
  test.each<[string, ...string[]]>([
    ['a function that is replaced', REPLACE, 'SELECT f(1)'],
    ['one that calls it', REPLACE, 'SELECT g(1)'],
    ['a view that calls it', REPLACE, 'SELECT id FROM by_f'],
    [
      'a table whose policy calls it',
      REPLACE,
      'GRANT SELECT ON guarded TO pg_monitor',
      'GRANT ALL ON ran TO pg_monitor',
      'SET LOCAL ROLE pg_monitor',
      'SELECT id FROM guarded',
    ],
    [
      'a function that hides one of the server',
      `CREATE FUNCTION lower(x varchar) RETURNS varchar ${LEAVES}`,
      'SELECT lower(name) FROM people',
    ],
    [
      'a function with a new name',
      'DROP FUNCTION f CASCADE',
      'ALTER FUNCTION leaves(int) RENAME TO f',
      'SELECT f(1)',
    ],
    ['a view that is replaced', VIEW, 'SELECT id FROM plain'],
    [
      'a view in the place of a table',
      'DROP TABLE shown',
      'CREATE VIEW shown AS SELECT leaves(id) AS id FROM people',
      'SELECT id FROM shown',
    ],
    ['a view that a table was before on the path', 'DROP TABLE shown', 'SELECT id FROM shown'],
    [
      'a view with a new name',
      'DROP TABLE shown',
      'ALTER VIEW leaving RENAME TO shown',
      'SELECT id FROM shown',
    ],
    [
      'a view with a new name twice',
      VIEW,
      'ALTER TABLE plain RENAME TO p',
      'ALTER TABLE p RENAME TO q',
      'SELECT id FROM q',
    ],
    ['a view on a view', VIEW, 'CREATE VIEW twice AS SELECT id FROM plain', 'SELECT id FROM twice'],
    [
      'a new view, whose function is replaced',
      'CREATE VIEW one AS SELECT f(id) AS id FROM people',
      REPLACE,
      'SELECT id FROM one',
    ],
    [
      'an aggregate',
      `CREATE AGGREGATE max(varchar) (SFUNC = longer, STYPE = varchar, INITCOND = '')`,
      'SELECT max(name) FROM people',
    ],
    [
      'an operator',
      'CREATE OPERATOR + (FUNCTION = total, LEFTARG = int, RIGHTARG = int)',
      'SELECT id OPERATOR(public.+) 1 FROM people',
    ],
    ['a domain', 'ALTER DOMAIN small ADD CHECK (leaves(VALUE) > 0)', 'SELECT 1::small'],
    [
      'a policy',
      'CREATE POLICY p ON people USING (leaves(id) > 0)',
      'ALTER TABLE people ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE people FORCE ROW LEVEL SECURITY',
      'GRANT SELECT ON people TO pg_monitor',
      'GRANT ALL ON ran TO pg_monitor',
      'SET LOCAL ROLE pg_monitor',
      'SELECT id FROM people',
    ],
    ['code that makes code', `DO 'BEGIN EXECUTE ''${REPLACE.replaceAll("'", "''''")}''; END'`, 'SELECT f(1)'],
    ['what a COPY writes', REPLACE, 'COPY (SELECT f(1)) TO STDOUT'],
    ['a table that is made', REPLACE, 'CREATE TABLE made AS SELECT f(1)'],
    ['what a column becomes', REPLACE, 'ALTER TABLE shown ALTER id TYPE int USING f(id)'],
    [
      'the bounds of a partition',
      'CREATE TABLE whole (id int) PARTITION BY RANGE (id)',
      REPLACE,
      'CREATE TABLE part PARTITION OF whole FOR VALUES FROM (f(20)) TO (30)',
    ],
  ])('%s', async (_, ...statements) => {
    expect(await last(statements)).toEqual([expect.arrayContaining(['unknown']), true])
  })
})

describe('what runs none of it does what it says', () => {
  test.each<[string, readonly Effect[], ...string[]]>([
    ['a new table', ['write'], 'CREATE TABLE t (id int)', 'INSERT INTO t VALUES (1)'],
    [
      'a table like another, swapped',
      ['read', 'write'],
      'CREATE TABLE t (id int)',
      'DROP TABLE people CASCADE',
      'ALTER TABLE t RENAME TO people',
      'INSERT INTO people SELECT n FROM ran',
    ],
    [
      'a column more',
      ['read', 'write'],
      'ALTER TABLE people ADD COLUMN slug text',
      'UPDATE people SET slug = lower(name)',
    ],
    ['an index', ['read'], 'CREATE INDEX ON people (lower(name))', 'SELECT id FROM people'],
    ['a type', ['read'], "CREATE TYPE mood AS ENUM ('sad')", 'SELECT id FROM people'],
    ['a function beside it', ['write'], REPLACE, "INSERT INTO people VALUES (2, 'Bo')"],
    [
      'a trigger',
      ['read', 'write'],
      `CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      'CREATE TRIGGER t BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION fires()',
      'UPDATE people SET name = upper(name)',
    ],
    ['a new view', ['read'], 'CREATE VIEW one AS SELECT f(id) AS id FROM people', 'SELECT id FROM one'],
    [
      'owners and comments',
      ['ddl'],
      REPLACE,
      'CREATE OR REPLACE VIEW plain AS SELECT id FROM people',
      'ALTER VIEW plain OWNER TO CURRENT_USER',
    ],
    [
      'a function that is replaced, and another definition',
      ['ddl'],
      REPLACE,
      'CREATE TABLE u (id int, n int DEFAULT f(1))',
    ],
    [
      'an extension',
      ['write'],
      'CREATE EXTENSION IF NOT EXISTS plpgsql',
      "INSERT INTO people VALUES (2, 'Bo')",
    ],
    ['rights', ['dcl'], REPLACE, 'GRANT SELECT ON by_f TO pg_monitor'],
    ['a policy that looks', ['read'], 'CREATE POLICY p ON people USING (f(id) > 0)', 'SELECT id FROM people'],
  ])('%s', async (_, effects, ...statements) => {
    expect((await last(statements))[0]).toEqual(effects)
  })
})

test('INVARIANT (deny-by-default): so does what follows in the same text, where names may mean something else', async () => {
  const context = { modes: { standardConformingStrings: true }, session: NO_NAMES, catalogDirty: false }
  const names = { database: 'postgres', searchPath: PATH }
  const text = `${REPLACE}; SELECT f(1)`
  const [, second] = await understand(governance, text, { ...context, names })
  expect(second?.analysis.facts.effects).toEqual(['read', 'unknown'])
})
