import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { writtenFunctions } from '@sluice/adapter-postgres/catalog/written'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { shopSchema } from '../harness/shop.ts'

const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - id: personal
    effect: mask
    columns: "column.labels.exists(l, l.startsWith('pii.'))"
    with: { default: redact, pii.email: email }
    unless: "'dpo' in principal.groups"
`

/** None of them can be looked into: text that is put together as it runs, and code of the server under another name. */
const code = `
CREATE TABLE IF NOT EXISTS noted (n text);
CREATE OR REPLACE FUNCTION peek(wanted integer) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE found text; BEGIN EXECUTE 'SELECT email FROM customers WHERE id = $1' INTO found USING wanted; RETURN found; END $$;
CREATE OR REPLACE FUNCTION shout(given text) RETURNS text LANGUAGE internal IMMUTABLE AS 'upper';
CREATE OR REPLACE FUNCTION band(given text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN EXECUTE 'SELECT 1'; RETURN CASE WHEN length(given) > 5 THEN 'long' ELSE 'short' END; END $$;
CREATE OR REPLACE FUNCTION bands() RETURNS TABLE (id integer, b text) LANGUAGE plpgsql AS $$
  BEGIN RETURN QUERY EXECUTE 'SELECT id, ''long''::text FROM customers WHERE id < 3 ORDER BY id'; END $$;
`

/** The same function, with another body. */
const CHANGED = `CREATE OR REPLACE FUNCTION band(given text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN EXECUTE 'SELECT 1'; RETURN given; END $$`

const run = promisify(execFile)
const clients: pg.Client[] = []
let server: RunningPostgres
let gateway: TestGateway
let direct: pg.Client
let email: string

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(shopSchema)
  email =
    (await direct.query<{ email: string }>('SELECT email FROM customers WHERE id = 1')).rows[0]?.email ?? ''
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await server?.stop()
})

afterEach(async () => {
  for (const client of clients.splice(0)) await client.end()
  await gateway?.close()
})

const started = async (functions: readonly string[]): Promise<void> => {
  const keys = functions.length === 0 ? [] : ['functions:', ...functions.map((entry) => `  - { ${entry} }`)]
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    policy,
    keys,
    catalogRefreshSeconds: 1,
  })
}

const connected = async (login = 'ana'): Promise<pg.Client> => {
  const client = new pg.Client({ ...gateway.connection(login), ssl: false })
  await client.connect()
  clients.push(client)
  return client
}

const connect = () => ({ connectionString: server.connectionString('postgres') })

const definitionOf = async (signature: string): Promise<string> => {
  const [found] = await writtenFunctions(connect, [signature])
  if (found?.definition == null) throw new Error(`no ${signature}`)
  return found.definition
}

const entry = async (signature: string, rest: string): Promise<string> =>
  `function: "${signature}", definition: ${await definitionOf(signature)}, ${rest}`

const value = async (client: pg.Client, sql: string | pg.QueryConfig): Promise<unknown> => {
  const query = typeof sql === 'string' ? { text: sql } : sql
  const { rows } = await client.query({ ...query, rowMode: 'array' })
  return rows[0]?.[0]
}

/** The gateway looks at the catalog every second. */
const until = async (read: () => Promise<boolean>): Promise<boolean> => {
  for (let tries = 0; tries < 100; tries++) {
    if (await read()) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

const HIDDEN = '[redacted]'

/** True where the value is masked, or the statement refused: code that may do anything gets nothing that is labelled. */
const hides = async (client: pg.Client, sql: string | pg.QueryConfig): Promise<boolean> => {
  try {
    // What has no room for a text is masked to NULL.
    return [HIDDEN, null].includes((await value(client, sql)) as string | null)
  } catch (error) {
    expect(error).toMatchObject({
      code: '42501',
      message: expect.stringMatching(/sluice:(?:masked-flow|inference)/),
    })
    return true
  }
}

beforeEach(async () => {
  await direct.query('DROP FUNCTION IF EXISTS band(integer)')
  await direct.query(code)
  await direct.query('CREATE OR REPLACE VIEW banded AS SELECT band(email) AS b FROM customers')
})

describe('a function that nobody blessed', () => {
  test.each(['peek(1)', "shout('abc')", "band('abc')"])('shows nothing: %s', async (call) => {
    await started([])
    const ana = await connected()
    expect(await hides(ana, `SELECT ${call}`)).toBe(true)
    expect(await hides(ana, `SELECT * FROM ${call}`)).toBe(true)
    expect(await hides(ana, `SELECT max(x) FROM (SELECT ${call} AS x) y`)).toBe(true)
    expect(await value(await connected('dora'), `SELECT ${call}`)).not.toBe(HIDDEN)
  })
})

describe('a blessed function', () => {
  test('of which nothing is labelled shows its value, whatever it is given', async () => {
    await started([await entry('public.band(text)', 'effect: reads, result: none')])
    const ana = await connected()
    expect(await value(ana, 'SELECT band(email) FROM customers WHERE id = 1')).toBe('long')
    expect(await value(ana, "SELECT * FROM public.band('abc')")).toBe('short')
    expect(await hides(ana, 'SELECT shout(band(email)) FROM customers WHERE id = 1')).toBe(true)
    expect(
      await value(ana, "SELECT count(*)::int FROM customers WHERE band(email) = 'long'"),
    ).toBeGreaterThan(0)
  })

  test.each([
    'SELECT band(x) FROM (SELECT reverse(email) AS band FROM customers) x',
    'SELECT band(x) FROM (SELECT reverse(email) FROM customers) x (band)',
    'SELECT band(coalesce(x, x)) FROM made x',
    'SELECT band((array_agg(x))[1]) FROM made x',
    'SELECT band((SELECT x FROM made x LIMIT 1))',
    'SELECT band(CASE WHEN true THEN x END) FROM made x',
    'SELECT band(y) FROM (SELECT x AS y FROM made x) z',
    "SELECT band(concat('(', email, ')')::holds) FROM customers",
    "SELECT band(json_populate_record(NULL::holds, json_build_object('band', email))) FROM customers",
    'SELECT band(held(email)) FROM customers',
    'SELECT band(0 ### email) FROM customers',
    'SELECT band(email::varchar) FROM customers',
    'SELECT public.band(email::varchar) FROM customers',
  ])('shows no column that is called as it is: %s', async (sql) => {
    await direct.query(`
      CREATE TABLE made (id integer, band text); INSERT INTO made VALUES (1, 'secret');
      CREATE TYPE holds AS (band text);
      CREATE FUNCTION held(text) RETURNS holds IMMUTABLE LANGUAGE sql AS 'SELECT $1';
      CREATE FUNCTION held(integer, text) RETURNS holds IMMUTABLE LANGUAGE sql AS 'SELECT $2';
      CREATE OPERATOR ### (FUNCTION = held, LEFTARG = integer, RIGHTARG = text);
      COMMENT ON COLUMN made.band IS '@pii.email'`)
    try {
      if (sql.includes('varchar')) await direct.query('CREATE DOMAIN band AS text')
      await started([await entry('public.band(text)', 'effect: reads, result: none')])
      const ana = await connected()
      expect(await value(direct, sql)).not.toMatch(/^(?:long|short)$/)
      expect(await hides(ana, sql)).toBe(true)
    } finally {
      await direct.query(`DROP DOMAIN IF EXISTS band; DROP OPERATOR ### (integer, text);
        DROP FUNCTION held(text), held(integer, text); DROP TYPE holds; DROP TABLE made`)
    }
  })

  test('nor the column of a temporary table that a type of the system is called as', async () => {
    await started([await entry('public.band(text)', 'effect: reads, result: none')])
    const ana = await connected()
    const sql = "SELECT band(concat('(', email, ')')::text) FROM customers WHERE id = 1"
    expect(await value(ana, sql)).toBe('long')
    await ana.query('CREATE TEMP TABLE text (band varchar)')
    expect(await hides(ana, sql)).toBe(true)
  })

  test('and does not take what is no row for one', async () => {
    await started([await entry('public.band(text)', 'effect: reads, result: none')])
    const ana = await connected()
    for (const given of [
      'lower(email)',
      "email || '!'",
      "regexp_replace(email, 'a', 'b')::text",
      'coalesce(email, $1)',
    ])
      expect(
        await value(ana, {
          text: `SELECT band(${given}) FROM customers`,
          values: given.includes('$1') ? [''] : [],
        }),
      ).toBe('long')
    expect(await value(ana, 'SELECT band(e) FROM (SELECT lower(email) AS e FROM customers) x')).toBe('long')
  })

  test('that makes rows shows them', async () => {
    await started([await entry('public.bands()', 'effect: reads, result: none')])
    const { rows } = await (await connected()).query('SELECT * FROM bands()')
    expect(rows).toEqual([
      { id: 1, b: 'long' },
      { id: 2, b: 'long' },
    ])
  })

  test('of its arguments shows what these may show', async () => {
    await started([await entry('public.shout(text)', 'effect: reads, result: arguments')])
    const ana = await connected()
    expect(await value(ana, "SELECT shout('abc')")).toBe('ABC')
    expect(await value(ana, 'SELECT shout(email) FROM customers WHERE id = 1')).toBe(HIDDEN)
  })

  test('of labelled values shows them as these are masked, and labels go on from it', async () => {
    await started([await entry('public.peek(integer)', 'effect: reads, result: [pii.email]')])
    const ana = await connected()
    const masked = await value(ana, 'SELECT email FROM customers WHERE id = 1')
    expect(masked).not.toBe(email)
    expect(await value(ana, 'SELECT peek(1)')).toBe(masked)
    expect(await value(ana, 'SELECT upper(peek(1))')).toBe(HIDDEN)
    const dora = await connected('dora')
    expect(await value(dora, 'SELECT peek(1)')).toBe(email)
    await dora.query('DROP TABLE IF EXISTS peeked')
    await dora.query('CREATE TABLE peeked AS SELECT peek(1) AS x')
    await dora.query('INSERT INTO peeked (x) SELECT peek(1)')
    expect(await value(ana, 'SELECT x FROM peeked')).toBe(masked)
  })

  test('stands in the record', async () => {
    await started([await entry('public.band(text)', 'effect: reads, result: none')])
    await value(await connected(), "SELECT band('abc'), upper('a')")
    for (const client of clients.splice(0)) await client.end()
    await gateway.stop()
    const blessed = [...readEntries(gateway.journal)].flatMap(({ entry: one }) =>
      one.type === 'statement.opened' && one.verb === 'select' ? [one.blessed] : [],
    )
    expect(blessed).toContainEqual(['public.band'])
  })
})

describe('INVARIANT (no-unproven-column): what is not the definition that was reviewed is not blessed', () => {
  const OF_NOTHING = ['none', 'SELECT band(email) FROM customers WHERE id = 1'] as const
  const OF_ARGUMENTS = ['arguments', "SELECT band('abcdefgh'::text)"] as const

  test.each([
    ['another body', CHANGED, ...OF_NOTHING],
    ['another body', CHANGED, ...OF_ARGUMENTS],
    ['the rights of its owner', 'ALTER FUNCTION band(text) SECURITY DEFINER', ...OF_ARGUMENTS],
    ['a setting', "ALTER FUNCTION band(text) SET search_path = 'pg_temp'", ...OF_ARGUMENTS],
    ['another volatility', 'ALTER FUNCTION band(text) IMMUTABLE', ...OF_ARGUMENTS],
    ['another function of the name', CHANGED.replace('text)', 'integer)'), ...OF_ARGUMENTS],
  ])('%s', async (_, ddl, result, call) => {
    await started([await entry('public.band(text)', `result: ${result}`)])
    const ana = await connected()
    const prepared = { name: 'p', text: call }
    await ana.query(`PREPARE p2 AS ${call}`)
    for (const one of [call, prepared, 'EXECUTE p2']) expect(await value(ana, one)).toBe('long')
    await ana.query(`PREPARE w AS INSERT INTO noted ${call}`)
    await ana.query('EXECUTE w')
    await (await connected('dora')).query(ddl)
    // Through the gateway: with the very next statement.
    for (const one of [call, prepared, 'EXECUTE p2', 'EXECUTE w']) expect(await hides(ana, one)).toBe(true)
  })

  test('what a view makes of it', async () => {
    await started([await entry('public.band(text)', 'result: none')])
    const ana = await connected()
    expect(await value(ana, 'SELECT b FROM banded')).toBe('long')
    await (await connected('dora')).query(CHANGED)
    expect(await value(ana, 'SELECT b FROM banded')).toBe(HIDDEN)
  })

  test('a change past the gateway, once the catalog is read; and it counts again when it is taken back', async () => {
    await started([await entry('public.band(text)', 'effect: reads, result: none')])
    const ana = await connected()
    const shows = async () => (await value(ana, "SELECT band('abcdefgh')")) !== HIDDEN
    expect(await shows()).toBe(true)
    await direct.query(CHANGED)
    expect(await until(async () => !(await shows()))).toBe(true)
    await direct.query(code)
    expect(await until(shows)).toBe(true)
  })

  test('a change while no gateway ran', async () => {
    const before = await entry('public.band(text)', 'effect: reads, result: none')
    await direct.query(CHANGED)
    await started([before])
    expect(await value(await connected(), OF_NOTHING[1])).toBe(HIDDEN)
  })

  test('an open cursor', async () => {
    await started([await entry('public.band(text)', 'result: arguments')])
    const ana = await connected()
    await ana.query('BEGIN')
    await ana.query('DECLARE c CURSOR FOR SELECT band(x::text) FROM generate_series(100000, 100009) x')
    expect(await value(ana, 'FETCH 1 FROM c')).toBe('long')
    await (await connected('dora')).query(CHANGED)
    expect(await value(ana, 'FETCH 1 FROM c')).toBe(HIDDEN)
  })
})

const sluice = async (...words: readonly string[]): Promise<string> => {
  const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
  const flags = ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning', main, 'functions']
  const config = join(gateway.directory, 'sluice.yaml')
  return (await run(process.execPath, [...flags, ...words, '-c', config])).stdout
}

test('the command lists functions, and shows what a review is of', async () => {
  const before = await entry('public.band(text)', 'result: none')
  await direct.query(CHANGED)
  const after = await entry('public.shout(text)', 'result: arguments')
  await started([
    before,
    after,
    `function: "public.gone( text,  integer )", definition: ${'f'.repeat(64)}, result: none`,
  ])
  const listed = await sluice('list')
  expect(listed).toContain('missing      public.gone(text,integer)\n')
  expect(listed).toContain('changed      public.band(text) (plpgsql)\n')
  expect(listed).toContain('blessed      public.shout(text) (internal)\n')
  expect(listed).toContain('not blessed  public.peek(integer) (plpgsql)\n')
  const shown = await sluice('show', 'public.band(text)')
  expect(shown).toContain('RETURN given; END')
  expect(shown).toContain(`definition: "${await definitionOf('public.band(text)')}"`)
})
