import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type CatalogDocument, catalogOf } from '../src/explain/catalog-document.ts'
import { type ExplainDialect, explainDialects } from '../src/explain/dialects.ts'
import { type ExplainedOutput, type Explanation, explain } from '../src/explain/explanation.ts'

const catalog: CatalogDocument = {
  tables: [
    { schema: 'public', name: 'customers', columns: [{ name: 'id' }, { name: 'email' }] },
    { schema: 'vault', name: 'customers', columns: [{ name: 'id' }, { name: 'token' }] },
  ],
  views: [
    { schema: 'public', name: 'mails', definition: 'SELECT email AS mail FROM public.customers' },
    { schema: 'public', name: 'loud', definition: 'SELECT upper(mail) AS m FROM public.mails' },
  ],
}

let postgres: ExplainDialect
beforeAll(async () => {
  postgres = (await explainDialects['postgresql']?.()) as ExplainDialect
})
afterAll(() => postgres.close())

/** What the last statement of a script is taken for. */
const last = async (sql: string): Promise<Explanation> => {
  const explained = await explain(postgres, sql, catalogOf(catalog, postgres), undefined)
  return explained.at(-1)?.explanation as Explanation
}

const outText = ({ name, from, unknown }: ExplainedOutput): string =>
  `${name} <- ${[...from, ...(unknown ? ['?'] : [])].join(', ') || '-'}`

const lineage = ({ lineage: outputs, opaque }: Explanation): string => {
  if (opaque !== undefined) return 'opaque'
  return typeof outputs === 'string' ? outputs : outputs.map(outText).join('; ')
}

const PUBLIC = 'id <- public.customers.id; email <- public.customers.email'
const VAULT = 'id <- vault.customers.id; token <- vault.customers.token'

/** A script of PostgreSQL, and the lineage of its last statement. */
const SCRIPTS: readonly (readonly [sql: string, expected: string])[] = [
  ['SELECT * FROM customers', PUBLIC],
  ['SET search_path = vault, public; SELECT * FROM customers', VAULT],
  ["SET search_path TO 'vault'; SELECT * FROM customers", VAULT],
  ['SET search_path = vault; RESET search_path; SELECT * FROM customers', PUBLIC],
  ['SET search_path = vault; RESET ALL; SELECT * FROM customers', PUBLIC],
  ['SET search_path = vault; DISCARD ALL; SELECT * FROM customers', PUBLIC],
  ["SELECT pg_catalog.set_config('search_path', 'vault', false); SELECT * FROM customers", VAULT],
  ["SELECT set_config('search_path', 'vault', true); SELECT * FROM customers", 'opaque'],
  ["SELECT set_config('search_path', $1, false); SELECT * FROM customers", 'opaque'],
  ["SET SCHEMA 'vault'; SELECT * FROM customers", VAULT],
  // LOCAL outside of a transaction holds or not as the text is sent.
  ['SET LOCAL search_path = vault; SELECT * FROM customers', 'opaque'],
  ['BEGIN; SET LOCAL search_path = vault; SELECT * FROM customers', VAULT],
  ['BEGIN; SET LOCAL search_path = vault; COMMIT; SELECT * FROM customers', PUBLIC],
  ['BEGIN; SET search_path = vault; COMMIT; SELECT * FROM customers', VAULT],
  ['BEGIN; SET search_path = vault; ROLLBACK; SELECT * FROM customers', PUBLIC],
  ['BEGIN; SAVEPOINT a; SET search_path = vault; ROLLBACK TO a; SELECT * FROM customers', PUBLIC],
  ['BEGIN; SET search_path = vault; SAVEPOINT a; RESET ALL; ROLLBACK TO a; SELECT * FROM customers', VAULT],
  ['BEGIN; ROLLBACK TO nowhere; SELECT * FROM customers', 'opaque'],
  ['SET ROLE app; SELECT * FROM customers', PUBLIC],
  ['SET SESSION AUTHORIZATION app; SELECT * FROM customers', PUBLIC],
  ["SET application_name = 'x'; SELECT * FROM customers", PUBLIC],
  ['GRANT SELECT ON customers TO ana; SELECT * FROM customers', PUBLIC],
  // Tables made by the script.
  ['CREATE TABLE t (a int, b text); SELECT * FROM t', 'a <- public.t.a; b <- public.t.b'],
  ['CREATE TABLE t (a int); DROP TABLE t; SELECT a FROM t', 'a <- ?'],
  ['CREATE TABLE t (LIKE customers); SELECT id FROM t', 'id <- ?'],
  ['CREATE TEMP TABLE customers (x int); SELECT * FROM customers', 'x <- pg_temp.customers.x'],
  ['CREATE TEMP TABLE customers (x int); SELECT * FROM public.customers', PUBLIC],
  ['CREATE TEMP TABLE customers (x int); DROP TABLE customers; SELECT * FROM customers', PUBLIC],
  ['CREATE TEMP TABLE customers (x int); DISCARD TEMP; SELECT * FROM customers', PUBLIC],
  ['CREATE TEMP TABLE customers (LIKE public.customers); SELECT * FROM customers', 'opaque'],
  ['BEGIN; CREATE TEMP TABLE customers (x int); ROLLBACK; SELECT * FROM customers', PUBLIC],
  ['CREATE TABLE IF NOT EXISTS customers (x int); SELECT * FROM customers', PUBLIC],
  ['CREATE TABLE t AS SELECT email AS e FROM customers; SELECT * FROM t', 'e <- public.t.e'],
  [
    'CREATE TABLE t (x) AS SELECT email, id FROM customers; SELECT * FROM t',
    'x <- public.t.x; id <- public.t.id',
  ],
  ['SELECT email INTO t FROM customers; SELECT * FROM t', 'email <- public.t.email'],
  ['ALTER TABLE customers RENAME COLUMN email TO e; SELECT id FROM customers', 'id <- ?'],
  ['DROP SCHEMA vault CASCADE; SELECT id FROM vault.customers', 'id <- ?'],
  // Views.
  ['SELECT * FROM mails', 'mail <- public.mails.mail, public.customers.email'],
  ['SELECT * FROM loud', 'm <- public.loud.m, public.mails.mail, public.customers.email'],
  [
    'CREATE VIEW v AS SELECT email FROM customers; SELECT * FROM v',
    'email <- public.v.email, public.customers.email',
  ],
  [
    'CREATE VIEW v (m) AS SELECT email FROM customers; SELECT m FROM v',
    'm <- public.v.m, public.customers.email',
  ],
  [
    'CREATE OR REPLACE VIEW mails AS SELECT id FROM customers; SELECT * FROM mails',
    'id <- public.mails.id, public.customers.id',
  ],
  ['CREATE VIEW v AS SELECT f() AS x; SELECT x FROM v', 'x <- ?'],
  // Names of the session.
  ['PREPARE p AS SELECT email FROM customers; EXECUTE p', 'email <- public.customers.email'],
  ['PREPARE p AS SELECT * FROM customers; SET search_path = vault; EXECUTE p', VAULT],
  ['PREPARE p AS SELECT * FROM customers; DEALLOCATE p; EXECUTE p', 'opaque'],
  ['PREPARE p AS SELECT * FROM customers; DEALLOCATE ALL; EXECUTE p', 'opaque'],
  ['PREPARE p AS SELECT * FROM customers; DISCARD ALL; EXECUTE p', 'opaque'],
  ['BEGIN; PREPARE p AS SELECT * FROM customers; ROLLBACK; EXECUTE p', PUBLIC],
  ['BEGIN; DECLARE c CURSOR FOR SELECT id FROM customers; FETCH c', 'id <- public.customers.id'],
  ['BEGIN; DECLARE c CURSOR FOR SELECT id FROM customers; CLOSE c; FETCH c', 'unknown'],
  ['BEGIN; DECLARE c CURSOR FOR SELECT id FROM customers; COMMIT; FETCH c', 'unknown'],
  // What runs code of its own may have done anything.
  ['DO $$ BEGIN EXECUTE current_user; END $$; SELECT * FROM customers', 'opaque'],
  ['CALL p(); SELECT * FROM customers', 'opaque'],
  ['SELECT no_such(); SELECT * FROM customers', 'opaque'],
  ['CREATE FUNCTION upper(text) RETURNS text LANGUAGE sql AS $$ SELECT 1 $$; SELECT 1', '?column? <- -'],
  ['CREATE OPERATOR || (FUNCTION = f, LEFTARG = int); SELECT * FROM customers', 'opaque'],
]

describe('a script of PostgreSQL: each statement is read in the context of those before it', () => {
  test.each(SCRIPTS)('%s', async (sql, expected) => {
    expect(lineage(await last(sql))).toBe(expected)
  })

  test('what is moved takes its labels along', async () => {
    const { columns } = await last('CREATE TABLE t AS SELECT email AS e FROM customers; SELECT e FROM t')
    expect(columns).toEqual([{ name: 'public.t.e', roles: ['output'], labels: ['pii.email'] }])
  })

  test('a function made by the script may do anything', async () => {
    const { effects } = await last(
      'CREATE FUNCTION lower(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; SET search_path = public, pg_catalog; SELECT lower(1)',
    )
    expect(effects).toContain('unknown')
  })
})
