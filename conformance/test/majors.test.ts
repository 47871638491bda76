import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import { missingMajors, olderMajors, type PostgresVersion } from '@sluice/testkit/postgres-binaries'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'
import { received } from '../harness/wire-tap.ts'

/** The gateway's own account at the database: nobody special, who may use the shop. */
const ACCOUNT = `CREATE ROLE sluice LOGIN PASSWORD 'sluice-secret'; GRANT CREATE, USAGE ON SCHEMA public TO sluice;
  GRANT ALL ON ALL TABLES IN SCHEMA public TO sluice`

/** 15 and 18 are what all the other tests run on. */
const versions: readonly PostgresVersion[] = [...olderMajors(), 'embedded']

/** What newer grammars take for calls of their own: the arguments of a function of that name, and what it is given. */
const NEWER_CALLS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['json', ['int', '1']],
  ['json_array', ['int', '1']],
  ['json_arrayagg', ['int', '1']],
  ['json_exists', ['text', "'{}'"]],
  ['json_object', ['int', '1']],
  ['json_query', ['text, text', "'{}', '$.a'"]],
  ['json_scalar', ['int', '1']],
  ['json_serialize', ['text', "'{}'"]],
  ['json_value', ['text, text', "'{}', '$.a'"]],
  ['merge_action', ['', '']],
])

const pause = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, 50, false))

const missing = missingMajors()
if (missing.length > 0)
  describe.skip.each(missing)('PostgreSQL %s is not installed', () => test('it is', () => undefined))

describe.each(versions)('PostgreSQL %s, with an ordinary account of the database', (version) => {
  let server: RunningPostgres
  let gateway: TestGateway
  let ana: pg.Client
  let dora: pg.Client

  beforeAll(async () => {
    server = await startPostgres({ version, superuserPassword: 'secret', auth: 'scram-sha-256' })
    const direct = new pg.Client({ connectionString: server.connectionString('postgres') })
    await direct.connect()
    await direct.query(`${shopSchema}; ${ACCOUNT}`)
    await direct.end()
    const upstream = { host: server.host, port: server.port, superuser: 'sluice', password: 'sluice-secret' }
    gateway = await startGateway({ upstream, database: 'postgres' })
    ana = new pg.Client(gateway.connection('ana'))
    dora = new pg.Client(gateway.connection('dora'))
    await Promise.all([ana.connect(), dora.connect()])
  }, 120_000)

  afterAll(async () => {
    await Promise.all([ana?.end(), dora?.end()])
    await gateway?.close()
    await server?.stop()
  })

  test('it is that version', async () => {
    const { rows } = await dora.query<{ major: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    )
    expect(rows[0]?.major).toBe(version === 'embedded' ? 18 : Number(version))
  })

  test('simple and prepared statements, masked for the one and not for the other', async () => {
    const prepared = { name: 'by id', text: 'SELECT id, email FROM customers WHERE id = $1', values: [1] }
    const [masked, raw] = [await ana.query(prepared), await dora.query(prepared)]
    expect(raw.rows[0]).toMatchObject({ id: 1, email: expect.stringContaining('@') })
    expect(masked.rows[0]).toMatchObject({ id: 1 })
    expect(masked.rows[0]).not.toEqual(raw.rows[0])
    expect((await ana.query('SELECT id, email FROM customers WHERE id = 1')).rows).toEqual(masked.rows)
  })

  test('errors and transactions', async () => {
    await dora.query('BEGIN')
    await expect(dora.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' })
    await expect(dora.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    await dora.query('ROLLBACK')
    expect((await dora.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('the catalog follows DDL: functions, domains, generated columns, partitions, views, checks, indexes, policies', async () => {
    await dora.query(`CREATE DOMAIN shout AS text CHECK (VALUE = upper(VALUE))`)
    await dora.query(
      'CREATE TABLE parts (id int, email text, loud shout, size int GENERATED ALWAYS AS (id * 2) STORED)',
    )
    await dora.query('CREATE TABLE whole (id int, email text) PARTITION BY LIST (id)')
    await dora.query('CREATE TABLE part PARTITION OF whole DEFAULT')
    await dora.query("CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1'")
    await dora.query('ALTER TABLE parts ADD CHECK (twice(id) > 0)')
    await dora.query('CREATE INDEX ON parts (twice(id)) WHERE id > 0')
    await dora.query('CREATE POLICY twofold ON parts USING (twice(id) > 0)')
    await dora.query('CREATE VIEW parts_v AS SELECT twice(id) AS id, email AS contact FROM parts')
    await dora.query(
      "INSERT INTO parts VALUES (1, 'ana@example.com', 'A'); INSERT INTO whole VALUES (1, 'ana@example.com')",
    )
    expect((await dora.query('SELECT * FROM parts_v')).rows).toEqual([{ id: 2, contact: 'ana@example.com' }])
    const { rows } = await ana.query(
      'SELECT p.size, p.loud, v.contact, w.email FROM parts p, parts_v v, whole w',
    )
    expect(rows).toEqual([{ size: 2, loud: 'A', contact: expect.anything(), email: expect.anything() }])
    expect(JSON.stringify(rows)).not.toContain('ana@example.com')
  })

  test('COPY, cursors and errors bring nothing that is masked', async () => {
    const statements = [
      'COPY customers TO STDOUT',
      'BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT email FROM customers; COMMIT',
      'FETCH ALL FROM c',
      'SELECT email::int FROM customers',
    ]
    const bytes = await received(gateway.connection('ana'), statements)
    const { rows } = await dora.query<{ email: string }>('SELECT email FROM customers')
    expect(rows.length).toBeGreaterThan(1)
    for (const { email } of rows) expect(bytes).not.toContain(email)
  })

  test('INVARIANT (no-unproven-column): what the database drops amid a COPY lends no other result its meaning', async () => {
    gateway.usePolicy(`${allowAll}
  - { id: hidden, effect: mask, with: redact, columns: "column.table == 'customers'" }`)
    const client = await RawClient.login(gateway.connection('ana'))
    const texts = [
      'COPY products FROM STDIN',
      "SELECT title || '' AS t FROM products",
      "SELECT email || '' AS t FROM customers",
    ]
    client.send(...texts.map((sql) => encodeQuery({ sql })))
    const lines = await client.ready(2)
    expect(lines).toContain('ErrorResponse 08P01')
    for (const sentinel of sentinels) expect(lines.join()).not.toMatch(sentinel)
    client.close()
    gateway.usePolicy(baselineText)
  })

  test('words that are keywords in newer versions mean what they mean here', async () => {
    const calls = [...NEWER_CALLS].map(
      ([name, [types]]) => `CREATE FUNCTION "${name}"(${types}) RETURNS text LANGUAGE sql
      STABLE AS 'SELECT email FROM public.customers ORDER BY id LIMIT 1'`,
    )
    const inside = `CREATE FUNCTION within_body() RETURNS text LANGUAGE plpgsql STABLE AS
      'BEGIN RETURN (SELECT json_value(''{}'', ''$.a'')); END'`
    const table = 'CREATE TABLE "system_user" (id int, email text)'
    for (const sql of [
      ...calls,
      table,
      'INSERT INTO "system_user" SELECT id, email FROM customers WHERE id < 3',
      inside,
    ])
      await dora.query(sql)
    const bytes = await received(gateway.connection('ana'), [
      ...[...NEWER_CALLS].map(([name, [, given]]) => `SELECT ${name}(${given})`),
      ...[...NEWER_CALLS].map(([name, [, given]]) => `SELECT * FROM ${name} (${given}) AS t (x)`),
      'SELECT within_body()',
      "SELECT system_user || '' FROM (SELECT email AS system_user FROM customers) s",
      'SELECT * FROM system_user',
      'SELECT "extract" FROM (SELECT email AS "extract" FROM customers) c',
      `SELECT (SELECT "extract" FROM (SELECT extract(year FROM now())) s)::text
        FROM (SELECT email AS "extract" FROM customers) c`,
      `SELECT (SELECT "extract".x FROM extract(year FROM now()))::text FROM (SELECT email AS x FROM customers) "extract"`,
    ])
    const { rows } = await dora.query<{ email: string }>('SELECT email FROM customers')
    for (const { email } of rows) expect(bytes).not.toContain(email)
    const older = version !== 'embedded' && Number(version) < 16
    const found = await ana.query('SELECT * FROM system_user')
    expect(found.rows.length).toBe(older ? 2 : 1)
    const { rows: own } = await dora.query("SELECT '{}'::json AS a, json '[]' AS b")
    expect(own).toEqual([{ a: {}, b: [] }])
    if (older)
      expect((await dora.query("SELECT json_value('{}', '$.a') AS a")).rows[0]).toEqual({ a: rows[0]?.email })
  })

  test('a cancel reaches the database', async () => {
    const sleeper = new pg.Client(gateway.connection('dora'))
    await sleeper.connect()
    const sleeps = sleeper.query('SELECT pg_sleep(60)')
    const { processID, secretKey } = sleeper as unknown as { processID: number; secretKey: number }
    const outcome = sleeps.catch((error: unknown) => error)
    // The statement may still be on its way: asked again until it is heard.
    for (let heard = false; !heard; heard = await Promise.race([outcome.then(() => true), pause()])) {
      const canceller = new pg.Client(gateway.connection('dora')) as pg.Client & {
        connection: { cancel(id: number, key: number): void; connect(port: number, host: string): void }
      }
      canceller.connection.connect(gateway.port, '127.0.0.1')
      await pause()
      canceller.connection.cancel(processID, secretKey)
    }
    expect(await outcome).toMatchObject({ code: '57014' })
    await sleeper.end()
  })
})
