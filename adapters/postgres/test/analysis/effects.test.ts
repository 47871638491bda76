import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Facts } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { shopCatalog } from './shop.ts'

const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
let catalog: Catalog
beforeAll(async () => {
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())

const CONTEXT = { database: 'shop', searchPath: ['pg_catalog', 'public'] }
/** Lines in pairs: a statement, and `--> verb [effects] table:access …`. */
const pairs = (name: string): readonly (readonly [sql: string, expected: string])[] =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trim()
    .split(/\n(?!--> )/)
    .map((pair) => pair.split('\n--> ') as [sql: string, expected: string])

const factsOf = async (sql: string): Promise<Facts> => {
  const [read] = await dialect.read(sql, { standardConformingStrings: true })
  if (!read) throw new Error('no statement')
  return analyse(read, catalog, CONTEXT, NO_NAMES, postgresTraits).facts
}

test.each([...pairs('./effects.sql'), ...pairs('./plpgsql.sql')])('%s', async (sql, expected) => {
  const facts = await factsOf(sql)
  const tables = facts.tables.map(({ schema, name, access }) => ` ${schema}.${name}:${access.join('+')}`)
  const opaque = facts.opaque === undefined ? '' : ` opaque`
  expect(`${facts.verb} [${facts.effects.join(' ')}]${tables.join('')}${opaque}`).toBe(expected)
})

test.each([
  ['LISTEN News', ['news']],
  ['NOTIFY "News", \'x\'', ['News']],
  ['UNLISTEN *', ['*']],
  ['DO $$ BEGIN NOTIFY a; IF true THEN LISTEN b; END IF; END $$', ['a', 'b']],
  ["SELECT pg_notify('a', 'x')", undefined],
])('the channels of %s', async (sql, channels) => {
  expect((await factsOf(sql)).channels).toEqual(channels)
})

/** Every place of PL/pgSQL where an expression or a statement can stand, each calling a function of its own. */
const PLACES = `DO $$
  DECLARE a int := f1(); c CURSOR (k int) FOR SELECT f2(); v refcursor; r record; t text; xs int[];
  BEGIN
    a := f3(); xs[f4()] := f5(); PERFORM f6(); SELECT f7() INTO a; INSERT INTO orders (id) VALUES (f8()) RETURNING f9() INTO a;
    IF f10() THEN PERFORM f11(); ELSIF f12() THEN PERFORM f13(); ELSE PERFORM f14(); END IF;
    CASE f15() WHEN f16(), f17() THEN PERFORM f18(); ELSE PERFORM f19(); END CASE;
    CASE WHEN f20() THEN PERFORM f21(); ELSE PERFORM f22(); END CASE;
    LOOP EXIT WHEN f23(); CONTINUE WHEN f24(); END LOOP;
    WHILE f25() LOOP PERFORM f26(); END LOOP;
    FOR i IN f27()..f28() BY f29() LOOP PERFORM f30(); END LOOP;
    FOR r IN SELECT f31() LOOP PERFORM f32(); END LOOP;
    FOR r IN c(f33()) LOOP PERFORM f34(); END LOOP;
    FOR r IN EXECUTE 'SELECT f35()' USING f36() LOOP PERFORM f37(); END LOOP;
    FOREACH a SLICE 0 IN ARRAY f38() LOOP PERFORM f39(); END LOOP;
    RAISE NOTICE '%', f40() USING HINT = f41(), DETAIL = f42();
    ASSERT f43(), f44();
    EXECUTE 'SELECT f45()' INTO a USING f46(), f47();
    OPEN c(f48()); OPEN v FOR SELECT f49(); OPEN v FOR EXECUTE 'SELECT f50()' USING f51();
    FETCH RELATIVE f52() FROM c INTO r; MOVE FORWARD f53() FROM c;
    CALL f54(f55());
    DECLARE b int DEFAULT f56(); BEGIN PERFORM f57(); EXCEPTION WHEN OTHERS THEN PERFORM f58(); WHEN SQLSTATE '22012' THEN PERFORM f59(); END;
    DO 'BEGIN PERFORM f60(); END';
  END $$`

test('no place of a block is passed over', async () => {
  const { functions } = await factsOf(PLACES)
  const wanted = Array.from({ length: 60 }, (_, i) => `f${i + 1}`)
  expect(functions.map(({ name }) => name).sort()).toEqual(wanted.sort())
})

/** Takes what a block of DO cannot hold: RETURN. */
const RETURNS = `CREATE FUNCTION f() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN
  RETURN NEXT f1(); RETURN QUERY SELECT f2(); RETURN QUERY EXECUTE 'SELECT f3()' USING f4(); END $$;
CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN f1(); END $$;
CREATE FUNCTION h() RETURNS int LANGUAGE plpgsql AS $$ DECLARE r record := f1(); BEGIN RETURN 1; END $$`

test('a routine is read for what calling it does', async () => {
  const reading = await dialect.read(RETURNS, { standardConformingStrings: true })
  const calls = reading.map(({ statement }) => {
    if (statement.kind !== 'ddl' || !statement.runs) return 'unread'
    const runs = { ...reading[0]!, statement: statement.runs }
    const { functions } = analyse(runs, catalog, CONTEXT, NO_NAMES, postgresTraits).facts
    return functions.map(({ name }) => name).sort()
  })
  expect(calls).toEqual([['f1', 'f2', 'f3', 'f4'], ['f1'], 'unread'])
})

test.each([
  ['what a block holds in variables may flow anywhere', 'SELECT total INTO v FROM orders', ['total']],
  ['but nothing does of one that reads nothing', 'NULL', []],
])('%s', async (_, does, columns) => {
  const { flows, dynamic } = await factsOf(`DO $$ DECLARE v int; BEGIN ${does}; v := v + 1; END $$`)
  expect([dynamic, flows.some(({ unknown }) => unknown)]).toEqual([false, false])
  const anywhere = flows.filter(({ target, place }) => target === undefined && place === undefined)
  expect([...new Set(anywhere.flatMap(({ sources }) => sources.map(({ name }) => name)))]).toEqual(columns)
})

test('anything flows anywhere that a block of which more is not known', async () => {
  const { flows } = await factsOf('DO $$ DECLARE v int; BEGIN FETCH c INTO v; EXECUTE v::text; END $$')
  expect(flows).toContainEqual({ sources: [], unknown: true, direct: false, target: undefined })
})
