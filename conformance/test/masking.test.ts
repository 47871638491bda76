import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { unscannedBaseline } from '../harness/leak-shop.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'
import { received } from '../harness/wire-tap.ts'

/** A table whose names say nothing. */
const unlabelled = `CREATE TABLE misc AS SELECT 1 AS id, note AS x, jsonb_build_object('a', note) AS j, array[note, 'b'] AS a
  FROM (VALUES ('ask ana@example.com, card 4111 1111 1111 1111')) AS v (note)`

/** A function that nobody can look into, with the name of one that is known to show settings. */
const namedAlike = `CREATE SCHEMA app; CREATE FUNCTION app.current_setting(text) RETURNS text LANGUAGE plpgsql
  AS $$DECLARE r text; BEGIN EXECUTE 'SELECT em' || 'ail FROM public.customers' INTO r; RETURN r; END$$`

/** Tables with a generated column amid the others, which COPY leaves out. */
const generated = `CREATE TABLE priced (id int, label text GENERATED ALWAYS AS (id::text || '!') STORED, amount int);
  INSERT INTO priced VALUES (1, DEFAULT, 1200);
  CREATE TABLE reachable (id int, shout text GENERATED ALWAYS AS (upper(email)) STORED, email text, tail int);
  INSERT INTO reachable (id, email, tail) SELECT id, email, 4711 FROM customers WHERE id = 1`

let server: RunningPostgres
let gateway: TestGateway
/** The baseline as it is. The other one is without its search of texts, which would hide what a proof lets through. */
let scanning: TestGateway

beforeAll(async () => {
  server = await postgresWith(`${shopSchema}; ${unlabelled}; ${generated}; ${namedAlike}`)
  gateway = await startGateway({ upstream: server, database: 'postgres', policy: unscannedBaseline })
  scanning = await startGateway({ upstream: server, database: 'postgres' })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await scanning?.close()
  await server?.stop()
})

/** Statements whose every output is fed by a masked column. The whole byte stream is searched. */
const ways: readonly (readonly [string, string])[] = [
  ['a plain column', 'SELECT email FROM customers'],
  ['an alias', 'SELECT email AS x FROM customers'],
  ['a function', 'SELECT upper(email) FROM customers'],
  ['an operator', "SELECT email || '' FROM customers"],
  ['a whole row', 'SELECT c FROM customers c'],
  ['a row as json', 'SELECT row_to_json(c) FROM customers c'],
  ['a CTE', 'WITH t AS (SELECT email AS e FROM customers) SELECT e FROM t'],
  ['a UNION', 'SELECT title FROM products UNION ALL SELECT email FROM customers'],
  ['a view', 'SELECT contact, call FROM customer_contacts'],
  ['a view of a view', 'SELECT c FROM contacts_of_contacts'],
  ['RETURNING', 'UPDATE customers SET name = name WHERE id = 1 RETURNING email, lower(email), customers'],
  ['a scalar subquery', 'SELECT (SELECT email FROM customers WHERE id = 2)'],
  ['an aggregate', "SELECT string_agg(email, ','), max(phone), array_agg(card) FROM customers"],
  ['a window', 'SELECT first_value(email) OVER (ORDER BY id) FROM customers'],
  ['a CASE', "SELECT CASE WHEN id > 0 THEN email ELSE '' END FROM customers"],
  ['a star', 'SELECT * FROM customers'],
  ['a join with USING', 'SELECT * FROM customers JOIN orders o ON o.customer_id = customers.id LIMIT 3'],
  ['a cast to another type', 'SELECT email::varchar, date_of_birth::text, ARRAY[email] FROM customers'],
  ['an error that quotes a value', 'SELECT email::integer FROM customers'],
  ['a temporary table', 'CREATE TEMP TABLE leak AS SELECT email AS e FROM customers; SELECT e FROM leak'],
  ['COPY of a query', 'COPY (SELECT email, name FROM customers) TO STDOUT'],
  [
    'COPY of a query as csv',
    'COPY (SELECT email, upper(name) FROM customers) TO STDOUT (FORMAT csv, HEADER)',
  ],
  [
    'COPY of a query in binary',
    'COPY (SELECT email, date_of_birth FROM customers) TO STDOUT (FORMAT binary)',
  ],
  ['COPY of a table', 'COPY customers TO STDOUT'],
  [
    'a cursor',
    'BEGIN; DECLARE cur CURSOR FOR SELECT email, lower(email) FROM customers; FETCH ALL FROM cur; COMMIT',
  ],
  ['SQL PREPARE', 'PREPARE p AS SELECT lower(email) FROM customers; EXECUTE p'],
  ['statistics', 'SELECT most_common_vals, histogram_bounds FROM pg_stats'],
  ['DISTINCT ON', 'SELECT DISTINCT ON (email) email FROM customers'],
  ['VALUES over a subquery', 'VALUES ((SELECT email FROM customers LIMIT 1))'],
  [
    'LATERAL',
    'SELECT l.e FROM orders o, LATERAL (SELECT c.email AS e FROM customers c WHERE c.id = o.customer_id) l',
  ],
  ['a composite field', 'SELECT (c).email FROM customers c'],
  ['json of the table', 'SELECT jsonb_agg(to_jsonb(c)) FROM customers c'],
  ['a setting', "SELECT set_config('application_name', email, false) FROM customers"],
  ['a function called as the one that shows settings', "SELECT app.current_setting('server_version_num')"],
  [
    'the same, by the search path',
    "SET search_path = app, pg_catalog; SELECT current_setting('server_version_num')",
  ],
  ['query_to_xml', "SELECT query_to_xml('SELECT email FROM customers', true, true, '')"],
]

describe('for an analyst under the baseline policy nothing personal arrives by', () => {
  test.each(ways)('%s', async (_name, sql) => {
    const statements = sql.split(/;\s*/)
    const bytes = await received(gateway.connection('ana'), statements)
    for (const sentinel of sentinels) expect(bytes).not.toMatch(sentinel)
  })
})

describe('the statements above do bring personal data where nothing is masked', () => {
  const refusedByPostgres = new Set(['an error that quotes a value'])
  test.each(ways.filter(([name]) => !refusedByPostgres.has(name)))('%s', async (_name, sql) => {
    const { host, port, superuser: user, password } = server
    const bytes = await received({ host, port, user, password, database: 'postgres' }, sql.split(/;\s*/))
    expect(sentinels.some((sentinel) => sentinel.test(bytes))).toBe(true)
  })
})

const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client(gateway.connection('ana'))
  await client.connect()
  return client
}

describe('for an analyst the extended protocol gives nothing away', () => {
  test('in binary format', async () => {
    const client = await connect()
    // The driver knows `binary`; its type declarations do not.
    const query = {
      text: 'SELECT id, email, date_of_birth FROM customers WHERE id = $1',
      values: [1],
      binary: true,
    }
    const { rows } = await client.query(query as pg.QueryConfig)
    await client.end()
    expect(rows).toHaveLength(1)
    for (const sentinel of sentinels) expect(JSON.stringify(rows)).not.toMatch(sentinel)
  })

  test('at a second Execute of a prepared statement', async () => {
    const client = await connect()
    const query = {
      name: 'again',
      text: 'SELECT email, lower(email) AS l FROM customers WHERE id = $1',
      values: [1],
    }
    const first = await client.query(query)
    const second = await client.query({ ...query, values: [2] })
    await client.end()
    for (const sentinel of sentinels) expect(JSON.stringify([first.rows, second.rows])).not.toMatch(sentinel)
    expect(second.rows).toHaveLength(1)
  })
})

describe('where the policy masks personal data alone, nothing of it arrives by', () => {
  const policy = `
version: 1
rules:
  - { id: use, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact }
`
  beforeAll(() => gateway.usePolicy(policy))
  afterAll(() => gateway.usePolicy(unscannedBaseline))
  test.each([
    'SELECT * FROM pg_stats',
    'SELECT s, to_jsonb(s) FROM pg_stats s',
    'SELECT stavalues1, stavalues2 FROM pg_statistic',
  ])('%s', async (sql) => {
    const { host, port, superuser: user, password } = server
    const direct = await received({ host, port, user, password, database: 'postgres' }, [sql])
    const through = await received(gateway.connection('ana'), [sql])
    expect(sentinels.some((sentinel) => sentinel.test(direct))).toBe(true)
    for (const sentinel of sentinels) expect(through).not.toMatch(sentinel)
  })
})

describe('what feeds on no personal data arrives as it is', () => {
  test('count(*) and unlabelled columns', async () => {
    const client = new pg.Client(gateway.connection('ana'))
    await client.connect()
    const counted = await client.query('SELECT count(*) AS n FROM customers')
    const products = await client.query('SELECT id, title, price FROM products ORDER BY id LIMIT 2')
    await client.end()
    expect(counted.rows).toEqual([{ n: '20' }])
    expect(products.rows).toEqual([
      { id: 1, title: 'Product 1', price: '1.50' },
      { id: 2, title: 'Product 2', price: '3.00' },
    ])
  })

  test.each([
    [
      "SELECT * FROM unnest(ARRAY['a', 'b'], $1::int[]) WITH ORDINALITY AS u (a, b)",
      [
        ['a', 1, '1'],
        ['b', 2, '2'],
      ],
    ],
    [
      'SELECT * FROM ROWS FROM (generate_series(7, 8), unnest($1::int[]))',
      [
        [7, 1],
        [8, 2],
      ],
    ],
    ['SELECT * FROM cardinality($1::int[])', [[2]]],
    [
      'SELECT p.id, u.* FROM unnest($1::int[]) AS u JOIN products p ON p.id = u ORDER BY 1',
      [
        [1, 1],
        [2, 2],
      ],
    ],
  ])('%s', async (text, rows) => {
    const client = new pg.Client(gateway.connection('ana'))
    await client.connect()
    const found = await client.query({ text, values: [[1, 2]], rowMode: 'array' })
    await client.end()
    expect(found.rows).toEqual(rows)
  })

  test('settings that are asked for by name, as drivers and ORMs do, unless any text can be in them', async () => {
    const client = new pg.Client(gateway.connection('ana'))
    await client.connect()
    const { rows } = await client.query(
      `SELECT current_setting('server_version_num')::integer > 120000 AS version, pg_catalog.current_setting('transaction_isolation') AS level,
         current_setting('integer_datetimes', true) AS datetimes, current_setting('search_path') AS path, current_setting('app.x', true) AS x`,
    )
    await client.end()
    const [path, x] = [expect.stringMatching('redacted'), null]
    expect(rows).toEqual([{ version: true, level: 'read committed', datetimes: 'on', path, x }])
  })

  test('everything, for the data-protection officer', async () => {
    const client = new pg.Client(gateway.connection('dora'))
    await client.connect()
    const { rows } = await client.query('SELECT email, upper(phone) AS p FROM customers WHERE id = 1')
    await client.end()
    expect(rows).toEqual([{ email: 'mail1.sentinel@shop.example', p: '+49305551001' }])
  })
})

describe('COPY of a table with a generated column', () => {
  test.each([
    ['nothing that is masked', 'COPY priced TO STDOUT', '1\t1200\n'],
    ['a masked column behind it', 'COPY reachable TO STDOUT', '1\tm***@shop.example\t4711\n'],
    ['columns by name', 'COPY reachable (tail, email) TO STDOUT', '4711\tm***@shop.example\n'],
  ])('%s', async (_name, sql, line) => {
    const shown = await received(gateway.connection('ana'), [sql])
    expect(shown).toContain(line)
    expect(shown).not.toContain('sentinel')
  })
})

describe('texts that nobody labelled', () => {
  test.each([
    ['text', 'SELECT id, x FROM misc'],
    ['json', 'SELECT j FROM misc'],
    ['arrays', 'SELECT a FROM misc'],
    ['rows', 'SELECT misc FROM misc'],
    ['COPY', 'COPY (SELECT x FROM misc) TO STDOUT'],
    ['COPY in binary', 'COPY (SELECT x FROM misc) TO STDOUT (FORMAT binary)'],
  ])('are searched: %s', async (_name, sql) => {
    const shown = await received(scanning.connection('ana'), [sql])
    expect(shown).toContain('ask ***')
    expect(shown).not.toMatch(/ana@example|4111 1111/)
    expect(await received(gateway.connection('ana'), [sql])).toContain('ana@example.com')
  })
})
