import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { builtinFunction } from '../../src/analysis-traits/functions.ts'
import { Bench, VERSIONS } from './servers.ts'

const SCHEMA = `
CREATE TABLE customers (id int PRIMARY KEY, name text, email text, gone text, doc jsonb,
  domain text GENERATED ALWAYS AS (split_part(email, '@', 2)) STORED);
ALTER TABLE customers DROP COLUMN gone;
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total numeric, note text);
CREATE TABLE contacts (customer_id int, email text, phone text);
CREATE TABLE measures (at date, value int) PARTITION BY RANGE (at);
CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
CREATE VIEW customer_v AS SELECT id, email AS mail, upper(name) AS loud FROM customers;
CREATE VIEW customer_vv AS SELECT v.*, o.total FROM customer_v v LEFT JOIN orders o ON o.customer_id = v.id;
CREATE MATERIALIZED VIEW customer_mv AS SELECT email FROM customers;
CREATE VIEW union_v AS SELECT email FROM customers UNION SELECT phone FROM contacts;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE SEQUENCE s;
CREATE TYPE mood AS ENUM ('well');
CREATE TYPE pair AS (a text, b text);
CREATE TABLE tagged (id int, tags text[], moods mood[], pairs pair[], vector tsvector);
INSERT INTO customers (id, name, email) VALUES (1, 'Ana', 'ana@example.com');
INSERT INTO orders VALUES (1, 1, 5, 'x');
INSERT INTO contacts VALUES (1, 'ana@example.com', '1');
`

/** Statements whose columns the server itself traces to a table, in the many ways it does. */
const STATEMENTS: readonly string[] = [
  'SELECT * FROM customers',
  'SELECT c.*, o.* FROM customers c, orders o',
  'SELECT email AS x, domain, name FROM customers',
  'SELECT id FROM customers GROUP BY id',
  'SELECT DISTINCT email FROM customers',
  'SELECT DISTINCT ON (id) email FROM customers ORDER BY id',
  'SELECT * FROM customer_v',
  'SELECT * FROM customer_vv',
  'SELECT email FROM customer_mv',
  'SELECT * FROM union_v',
  'SELECT * FROM (SELECT email AS e, id FROM customers) d',
  'SELECT * FROM (SELECT email, id FROM customers) AS d (a, b)',
  'WITH t AS (SELECT email FROM customers) SELECT * FROM t',
  'WITH t (x) AS MATERIALIZED (SELECT email FROM customers) SELECT x FROM t',
  'WITH RECURSIVE r AS (SELECT id, email FROM customers UNION ALL SELECT id + 1, email FROM r WHERE id < 3) SELECT * FROM r',
  'SELECT * FROM customers JOIN contacts USING (email)',
  'SELECT email FROM customers LEFT JOIN contacts USING (email)',
  'SELECT email FROM customers RIGHT JOIN contacts USING (email)',
  'SELECT email FROM customers FULL JOIN contacts USING (email)',
  'SELECT * FROM customers NATURAL JOIN contacts',
  'SELECT * FROM (customers NATURAL JOIN contacts) AS j (a, b)',
  'SELECT j.* FROM customers JOIN contacts USING (email) AS j',
  'SELECT * FROM customers c, LATERAL (SELECT c.email AS inner_email, note FROM orders) l',
  'SELECT (SELECT email FROM customers LIMIT 1), (SELECT c.id)  FROM customers c',
  'SELECT (c).email, (c).* FROM customers c',
  'SELECT c, row_to_json(c), c.ctid, c.tableoid FROM customers c',
  'SELECT a.b FROM customers AS a (x, b)',
  'SELECT email FROM customers UNION ALL SELECT note FROM orders',
  'SELECT email FROM customers INTERSECT SELECT email FROM contacts',
  'SELECT x FROM (VALUES (1, 2)) AS v (x, y)',
  'VALUES (1), (2)',
  'TABLE orders',
  'SELECT * FROM measures',
  'SELECT * FROM ONLY measures_1',
  'SELECT g.n, c.email FROM customers c, generate_series(1, 2) AS g (n)',
  'SELECT k.key, k.value FROM customers c, jsonb_each(c.doc) AS k',
  'SELECT * FROM generate_series(1, 2) AS n',
  'SELECT * FROM generate_series(1, 2)',
  "SELECT * FROM jsonb_array_elements('[1]') AS e",
  "SELECT e.value, value FROM jsonb_array_elements('[1]') AS e",
  "SELECT * FROM jsonb_each('{}') AS e, json_object_keys('{}') AS k",
  "SELECT * FROM regexp_split_to_table('a b', ' ') AS part, string_to_table('a', 'b')",
  "SELECT * FROM regexp_matches('a', 'a') AS m, generate_subscripts(ARRAY[1], 1)",
  'SELECT * FROM now()',
  'SELECT * FROM generate_series(1, 2) WITH ORDINALITY',
  "SELECT * FROM jsonb_each('{}') WITH ORDINALITY AS e (k)",
  "SELECT * FROM ROWS FROM (generate_series(1, 2), jsonb_each('{}'), now()) WITH ORDINALITY AS r (a)",
  "SELECT * FROM unnest(ARRAY['a', 'b'])",
  "SELECT * FROM unnest(ARRAY['a', 'b']) AS u",
  "SELECT * FROM unnest('{a}'::text[], ARRAY[ARRAY[1, 2], ARRAY[3, 4]]) AS u (a)",
  "SELECT * FROM unnest(string_to_array('a b', ' ')) WITH ORDINALITY AS u",
  'SELECT u.*, t.* FROM tagged t, unnest(t.tags) AS u, unnest(t.moods) AS m (mood), unnest(ARRAY[t.id, 1])',
  'SELECT * FROM customers NATURAL JOIN ROWS FROM (generate_series(1, 2)) AS r (id)',
  'SELECT last_value FROM s',
  'SELECT nspname, relname, relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace',
  'SELECT query, pid, usename FROM pg_stat_activity',
  'SELECT table_schema, table_name FROM information_schema.tables',
  'SELECT attname, most_common_vals FROM pg_stats',
  'SELECT max(email), count(*), string_agg(name, $$,$$) FROM customers',
  'SELECT first_value(email) OVER (ORDER BY id), email FROM customers',
  'SELECT CASE WHEN id = 1 THEN email END, COALESCE(email, name), NULLIF(email, name) FROM customers',
  'SELECT twice(id), id::text, email COLLATE "C", -id, ARRAY[email], ROW(id, email) FROM customers',
  'INSERT INTO orders (id, note) SELECT 7, email FROM customers RETURNING *',
  'UPDATE orders SET note = c.email FROM customers c WHERE c.id = customer_id RETURNING *',
  'UPDATE orders o SET note = note WHERE id = 1 RETURNING o.note, id AS x, (SELECT email FROM customers LIMIT 1)',
  'DELETE FROM orders USING customers c WHERE c.id = customer_id RETURNING orders.*, c.email',
  'WITH gone AS (DELETE FROM orders RETURNING note) SELECT note FROM gone',
  'SELECT EXISTS (SELECT 1 FROM customers), id IN (SELECT customer_id FROM orders) FROM customers',
  'SELECT customer_v FROM customer_v',
  'SHOW server_version',
  'EXPLAIN SELECT 1',
]

describe.each(VERSIONS)('PostgreSQL %s', (version) => {
  let bench: Bench

  beforeAll(async () => {
    bench = await Bench.open(version, SCHEMA)
  }, 60_000)

  afterAll(() => bench.close(), 60_000)

  test.each(STATEMENTS)('%s', async (sql) => {
    const { facts } = await bench.analyse(sql)
    await bench.client.query('BEGIN')
    const { fields } = await bench.client.query({ text: sql, rowMode: 'array' })
    await bench.client.query('ROLLBACK')
    const outputs = facts.outputs
    if (typeof outputs === 'string') throw new Error(`the outputs are ${outputs}`)
    expect(outputs.map((output) => output.name)).toEqual(fields.map((field) => field.name))
    for (const [i, field] of fields.entries()) {
      if (field.tableID === 0 || field.columnID < 1) continue
      const named = outputs[i]?.sources.map((c) => `${c.relation.id}.${c.ordinal}`)
      expect(named).toContain(`${field.tableID}.${field.columnID}`)
    }
  })

  test.each([
    'unnest(t.pairs)',
    'unnest(ARRAY[t.pairs[1]])',
    'unnest(t.vector)',
    'unnest(ARRAY[t])',
    'unnest(t.tags, t.pairs)',
    "lower('[1,2]'::int4range)",
  ])('the columns of %s are not told by its name', async (call) => {
    const { facts } = await bench.analyse(`SELECT u.* FROM tagged t, ${call} AS u`)
    expect(facts.outputs).toBe('unknown')
  })

  test('functions of the system have the columns that are told of them', async () => {
    const { rows } = await bench.client.query<{ name: string; columns: string[] | null }>(
      `SELECT p.proname AS name, CASE
         WHEN p.proargmodes && '{o,b,t}' THEN ARRAY(SELECT p.proargnames[i] FROM generate_subscripts(p.proargmodes, 1) i
           WHERE p.proargmodes[i] IN ('o', 'b', 't') ORDER BY i)
         WHEN t.typtype <> 'c' AND t.typname NOT IN ('record', 'anyelement', 'anynonarray', 'anycompatible')
           THEN ARRAY[p.proname::text] END AS columns
       FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype
       WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'`,
    )
    const told = rows.filter(({ name }) => builtinFunction(name)?.columns !== undefined)
    expect(told.length).toBeGreaterThan(600)
    const other = told.filter(
      ({ name, columns }) => JSON.stringify(builtinFunction(name)?.columns) !== JSON.stringify(columns),
    )
    expect(other).toEqual([])
  })

  test('what the server traces is what the catalog calls a column', async () => {
    const catalog = await bench.catalog()
    const relation = catalog.relation('public', 'customers')
    expect(relation?.columns.map((c) => `${c.ordinal} ${c.name} ${c.type}`)).toEqual([
      '1 id int4',
      '2 name text',
      '3 email text',
      '5 doc jsonb',
      '6 domain text',
    ])
  })
})
