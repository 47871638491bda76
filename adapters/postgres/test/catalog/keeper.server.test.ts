import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Column } from '@sluice/core/catalog/catalog'
import { CatalogUnavailable } from '@sluice/gateway/catalog/keeper'
import { catalogSource } from '@sluice/gateway/catalog/source'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { freePort } from '@sluice/testkit/free-port'
import * as Effect from 'effect/Effect'
import { CatalogKeeper } from '../../src/catalog/keeper.ts'
import { CatalogReader } from '../../src/catalog/reader.ts'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { Bench, VERSIONS } from '../analysis/servers.ts'

const SCHEMA = `
CREATE TABLE customers (id int PRIMARY KEY, email text, tags text[],
  domain text GENERATED ALWAYS AS (split_part(email, '@', 2)) STORED);
COMMENT ON COLUMN customers.email IS 'where we write to';
CREATE VIEW customer_v AS SELECT id, email FROM customers WHERE domain = 'x';
CREATE VIEW customer_vv AS SELECT upper(email) AS loud FROM customer_v;
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('good', 'bad');
CREATE DOMAIN app.short AS text CHECK (length(VALUE) < 5);
CREATE FUNCTION app.tick() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE current_setting('a.b'); RETURN 1; END$$;
CREATE FUNCTION app.same(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION app.emails() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT email FROM public.customers';
CREATE FUNCTION app.wipe() RETURNS void LANGUAGE sql AS 'DELETE FROM public.customers';
CREATE FUNCTION app.calls_tick() RETURNS int LANGUAGE sql STABLE AS 'SELECT app.tick()';
CREATE FUNCTION app.add(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE AGGREGATE app.total (int) (SFUNC = app.add, STYPE = int, INITCOND = '0');
CREATE FUNCTION app.count_up(int, int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM app.tick(); RETURN $1 + 1; END';
CREATE AGGREGATE app.counted (int) (SFUNC = app.count_up, STYPE = int);
CREATE FUNCTION app.longer(text, text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN app.tick() > 0; END';
CREATE OPERATOR app.>>>> (LEFTARG = text, RIGHTARG = text, FUNCTION = app.longer);
CREATE FUNCTION app.moody(app.mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE DOMAIN app.ticking AS int CHECK (app.tick() > VALUE);
CREATE FUNCTION app.looks(customers, n customers.id%TYPE DEFAULT 1) RETURNS TABLE (id int, mail text) LANGUAGE plpgsql
  SET search_path = public AS $$BEGIN RETURN QUERY SELECT c.id, c.email FROM customers c; END$$;
CREATE FUNCTION app.stores() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
  IF TG_OP = 'DELETE' THEN INSERT INTO customers (email) SELECT OLD.email; RETURN OLD; END IF;
  NEW.email := lower(NEW.email); RETURN NEW; END$$;
CREATE PROCEDURE app.wipes(INOUT n int) LANGUAGE plpgsql AS $$DECLARE r customers%ROWTYPE; BEGIN
  FOR r IN SELECT * FROM customers LOOP PERFORM app.wipe(); n := n + 1; END LOOP; END$$;
CREATE PROCEDURE app.ends() LANGUAGE plpgsql AS $$BEGIN DELETE FROM customers; COMMIT; END$$;
CREATE FUNCTION app.leaves() RETURNS refcursor LANGUAGE plpgsql STABLE AS $$DECLARE c refcursor; BEGIN
  OPEN c FOR SELECT email FROM customers; RETURN c; END$$;
CREATE FUNCTION app.sets() RETURNS void LANGUAGE plpgsql AS $$BEGIN SET search_path = app; END$$;
CREATE FUNCTION app.says(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE NOTICE '%', $1; RETURN $1; END$$;
CREATE FUNCTION app.hides() RETURNS void LANGUAGE plpgsql STABLE AS $$DECLARE r record := app.tick(); BEGIN NULL; END$$;
`

const source = ({ relation, name }: Column): string => `${relation.name}.${name}`

describe.each(VERSIONS)('PostgreSQL %s', (version) => {
  let bench: Bench

  beforeAll(async () => {
    bench = await Bench.open(version, SCHEMA, ({ name, comment }) =>
      comment === undefined ? [] : [{ name: `seen.${name}`, origin: 'detector', confidence: 1 }],
    )
  }, 60_000)

  afterAll(() => bench.close(), 60_000)

  test('columns have their types, comments and labels', async () => {
    const relation = (await bench.catalog()).relation('public', 'customers')
    expect(
      relation?.columns.map(({ name, type, labels }) => [name, type, labels.map((l) => l.name)]),
    ).toEqual([
      ['id', 'int4', []],
      ['email', 'text', ['seen.email']],
      ['tags', 'text[]', []],
      ['domain', 'text', []],
    ])
  })

  test('views and generated columns are derived from base columns', async () => {
    const catalog = await bench.catalog()
    const derived = (view: string, column: string): readonly string[] | undefined =>
      catalog
        .relation('public', view)
        ?.columns.find((c) => c.name === column)
        ?.derivedFrom?.sources.map(source)
        .sort()
    expect(derived('customer_v', 'email')).toEqual(['customers.email'])
    expect(derived('customer_vv', 'loud')).toEqual(['customer_v.email', 'customers.email'])
    expect(derived('customers', 'domain')).toEqual(['customers.email'])
    expect(catalog.relation('public', 'customer_v')?.conditions?.map(source).sort()).toEqual([
      'customers.domain',
      'customers.email',
    ])
  })

  test.each([
    ['same', 'pure'],
    ['emails', 'reads'],
    ['wipe', 'writes'],
    ['tick', 'unknown'],
    ['calls_tick', 'unknown'],
    ['total', 'pure'],
    ['counted', 'unknown'],
    ['operator >>>>', 'unknown'],
    ['type mood', 'pure'],
    ['type short', 'pure'],
    ['type ticking', 'unknown'],
    ['looks', 'reads'],
    ['stores', 'writes'],
    ['wipes', 'writes'],
    ['ends', 'unknown'],
    ['leaves', 'unknown'],
    ['sets', 'unknown'],
    ['says', 'reads'],
    ['hides', 'unknown'],
  ])('%s: %s', async (name, effect) => {
    const routines = (await bench.catalog()).routines('app', name)
    expect(routines.map((routine) => routine.effect)).toEqual([effect])
  })

  test.each([
    ['pg_stat_activity', 'query', 'internal.query'],
    ['pg_stats', 'most_common_vals', 'internal.sample'],
    ['pg_stats', 'histogram_bounds', 'internal.sample'],
    ['pg_stats', 'correlation', 'internal.sample'],
    ['pg_stats_ext', 'dependencies', 'internal.sample'],
    ['pg_statistic', 'stavalues1', 'internal.sample'],
    ['pg_statistic', 'stadistinct', 'internal.sample'],
    ['pg_prepared_statements', 'statement', 'internal.query'],
    ['pg_cursors', 'statement', 'internal.query'],
    ['pg_authid', 'rolpassword', 'secret.password-hash'],
    ['pg_shadow', 'passwd', 'secret.password-hash'],
    ['pg_user_mappings', 'umoptions', 'secret.connection'],
    ['pg_subscription', 'subconninfo', 'secret.connection'],
    ['pg_largeobject', 'data', 'internal.sample'],
    ['pg_db_role_setting', 'setconfig', 'secret.connection'],
    ['pg_roles', 'rolconfig', 'secret.connection'],
    ['pg_user', 'useconfig', 'secret.connection'],
    ['pg_file_settings', 'setting', 'secret.connection'],
    ['pg_backend_memory_contexts', 'ident', 'internal.query'],
  ])('%s.%s is labelled %s', async (relation, name, label) => {
    const columns = (await bench.catalog()).relation('pg_catalog', relation)?.columns
    expect(columns?.find((c) => c.name === name)?.labels.map((l) => l.name)).toEqual([label])
  })

  test('nothing new: the very same catalog', async () => {
    const before = await bench.keeper.settled()
    bench.keeper.invalidate()
    expect(bench.keeper.current()).toBeUndefined()
    expect(await bench.keeper.settled()).toBe(before)
    expect(bench.keeper.current()).toBe(before)
  })

  test('a new table: a new version', async () => {
    const before = await bench.keeper.settled()
    await bench.client.query('CREATE TABLE fresh (a int)')
    bench.keeper.invalidate()
    const after = await bench.keeper.settled()
    expect(after.version).toBeGreaterThan(before.version)
    expect(after.relation('public', 'fresh')?.columns.map((c) => c.name)).toEqual(['a'])
    expect(before.relation('public', 'fresh')).toBeUndefined()
  })

  test('invalidated while it is read: whoever asks then waits for the next reading, who asked before does not', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    // By the time that definitions are read, the rows are.
    const dialect: Dialect = {
      ...bench.dialect,
      read: async (text) => {
        begin()
        await gate
        return bench.dialect.read(text, { standardConformingStrings: true })
      },
    }
    const connect = () => ({ connectionString: bench.server.connectionString('postgres') })
    const keeper = new CatalogKeeper({ connect, dialect, labeller: () => [] })
    const first = keeper.settled()
    await begun
    await bench.client.query('CREATE TABLE fresher (a int)')
    keeper.invalidate()
    const second = keeper.settled()
    await bench.client.query('CREATE TABLE freshest (a int)')
    keeper.invalidate()
    const third = keeper.settled()
    open()
    expect((await first).relation('public', 'fresher')).toBeUndefined()
    expect((await second).relation('public', 'fresher')).toBeDefined()
    expect((await third).relation('public', 'freshest')).toBeDefined()
    expect(keeper.current()?.version).toBe((await third).version)
    await keeper.close()
  })

  test.each([
    ['CREATE TABLE stamped (a int, b text)', true],
    ['INSERT INTO stamped VALUES (1)', false],
    ['CREATE INDEX ON stamped (a)', true],
    ['ALTER TABLE stamped ALTER a TYPE bigint', true],
    ["COMMENT ON COLUMN stamped.a IS 'x'", true],
    ["COMMENT ON COLUMN stamped.a IS 'y'", true],
    ['COMMENT ON COLUMN stamped.a IS NULL', true],
    ['ALTER TABLE stamped RENAME a TO c', true],
    ['ALTER TABLE stamped DROP c', true],
    ['CREATE VIEW stamped_v AS SELECT b FROM stamped', true],
    ['CREATE OR REPLACE VIEW stamped_v AS SELECT upper(b) AS b FROM stamped', true],
    ['CREATE SCHEMA stamped_s', true],
    ['GRANT USAGE ON SCHEMA stamped_s TO public', true],
    ['CREATE ROLE stamped_r', true],
    ['GRANT pg_monitor TO stamped_r', true],
    ['ALTER ROLE stamped_r SUPERUSER', true],
    ["ALTER ROLE stamped_r PASSWORD 'x'", false],
    ['DROP ROLE stamped_r', true],
    ['ALTER TABLE stamped SET SCHEMA stamped_s', true],
    ['ALTER SCHEMA stamped_s RENAME TO stamped_t', true],
    ["CREATE OR REPLACE FUNCTION app.same(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)'", true],
    ['ALTER FUNCTION app.same(text) STABLE', true],
    ['ALTER DOMAIN app.short ADD CHECK (length(VALUE) < 4)', true],
    ['CREATE CAST (app.mood AS int) WITH FUNCTION app.moody', true],
    ['DROP CAST (app.mood AS int)', true],
    ['ANALYZE stamped_t.stamped', false],
    [
      'CREATE TRIGGER stamped_g BEFORE UPDATE ON stamped_t.stamped EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      true,
    ],
    ['CREATE TABLE stamped_rows (a stamped_t.stamped, b stamped_t.stamped[], c app.mood, d text)', true],
    ['ALTER TABLE stamped_t.stamped RENAME TO renamed', true],
    ['ALTER TYPE app.mood RENAME TO feeling', true],
    ["ALTER TYPE app.feeling ADD VALUE 'so so'", true],
    ['ALTER TYPE app.feeling SET SCHEMA stamped_t', true],
    ['ALTER TABLE stamped_rows ADD e int GENERATED ALWAYS AS (app.add(1, length(d))) STORED', true],
    ['ALTER FUNCTION app.add(int, int) RENAME TO plus', true],
    ['ALTER TABLE stamped_rows RENAME d TO dd', true],
    ['ALTER TABLE stamped_rows ALTER e DROP EXPRESSION', true],
    ['CREATE TABLE stamped_parts (a int, b text) PARTITION BY LIST (a)', true],
    ['CREATE TABLE stamped_part PARTITION OF stamped_parts DEFAULT', true],
    ['ALTER TABLE stamped_parts ADD c date', true],
    ['CREATE TYPE stamped_pair AS (x int, y text)', true],
    ['ALTER TYPE stamped_pair ADD ATTRIBUTE z date', true],
    ['CREATE TEMPORARY TABLE stamped_temp (a int)', true],
    ['BEGIN; CREATE TABLE undone (a int); ROLLBACK', false],
    ['BEGIN; SAVEPOINT s; CREATE TABLE done (a int); RELEASE s; ALTER TABLE done ADD b text; COMMIT', true],
    [
      'CREATE VIEW parted AS SELECT app.plus(p.a, 1) AS more, p.b, (p.b)::app.short AS s FROM stamped_parts p',
      true,
    ],
    ['CREATE VIEW parted_v AS SELECT * FROM parted NATURAL JOIN done', true],
    ['ALTER TABLE stamped_parts RENAME b TO bb', true],
    ['ALTER TABLE stamped_parts RENAME TO stamped_whole', true],
    ['ALTER VIEW parted RENAME COLUMN more TO most', true],
    ['ALTER FUNCTION app.plus(int, int) RENAME TO added', true],
    ['ALTER OPERATOR app.>>>> (text, text) SET SCHEMA stamped_t', true],
    ['ALTER TABLE done ADD extra int', true],
    ['ALTER TABLE done SET SCHEMA app; ALTER TABLE app.done SET SCHEMA public', true],
    ["COMMENT ON COLUMN done.extra IS 'more'", true],
    ['ALTER TABLE done ALTER COLUMN extra SET DEFAULT app.added(1, 2)', true],
    ['ALTER TABLE stamped_rows ADD g int', true],
    ['ALTER FUNCTION app.added(int, int) RENAME TO summed', true],
    ['ALTER TABLE done ALTER COLUMN extra DROP DEFAULT', true],
    ['COMMENT ON COLUMN done.extra IS NULL', true],
    ['CREATE INDEX ON done (extra)', true],
    [
      'CREATE OR REPLACE VIEW parted AS SELECT 2 AS most, p.bb AS b, p.bb::app.short AS s FROM stamped_whole p',
      true,
    ],
    ['DROP VIEW parted_v', true],
    ['VACUUM FULL pg_attribute', false],
    [
      'BEGIN; ALTER TABLE done RENAME b TO d; ALTER TABLE done RENAME d TO e; ALTER TABLE done RENAME e TO b; COMMIT',
      true,
    ],
    ['ALTER TABLE done RENAME b TO c', true],
    ['DROP TABLE stamped_t.renamed CASCADE', true],
  ])('%s: rows changed that the catalog is read from: %s', async (sql, changes) => {
    const connect = () => ({ connectionString: bench.server.connectionString('postgres') })
    const reader = new CatalogReader({ connect, timeoutMs: 10_000, blessed: [] })
    const before = await reader.read()
    expect(await reader.read()).toBe(before)
    await bench.client.query(sql)
    const after = await reader.read()
    expect(after === before).toBe(!changes)
    // What was kept and what was read anew are together what somebody reads who knows nothing.
    const stranger = new CatalogReader({ connect, timeoutMs: 10_000, blessed: [] })
    const { stamp: _, hash, ...known } = after
    const { stamp: __, hash: same, ...fresh } = await stranger.read()
    expect(known).toEqual(fresh)
    expect(hash).toBe(same)
    reader.close()
    stranger.close()
  })

  test('it ends with its scope', async () => {
    const connect = () => ({ connectionString: bench.server.connectionString('postgres') })
    const options = { connect, dialect: bench.dialect, labeller: () => [] }
    const name = await Effect.runPromise(
      Effect.scoped(
        Effect.map(
          catalogSource(() => new CatalogKeeper(options)),
          (kept) => kept.current()?.database,
        ),
      ),
    )
    expect(name).toBe('postgres')
  })
})

test('an unreachable database: no catalog, and after some tries an error', async () => {
  const port = await freePort()
  const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
  let failures = 0
  const keeper = new CatalogKeeper({
    connect: () => ({ host: '127.0.0.1', port, user: 'nobody', database: 'none' }),
    dialect,
    labeller: () => [],
    tries: 2,
    onFailure: () => failures++,
  })
  await keeper.start()
  expect(keeper.current()).toBeUndefined()
  await expect(keeper.settled()).rejects.toThrow(CatalogUnavailable)
  expect(failures).toBe(3)
  await keeper.close()
  await dialect.close()
})
