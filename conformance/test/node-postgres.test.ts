import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('embedded')
}, 120_000)

afterAll(() => sides?.close())

type Act = (client: pg.Client) => Promise<unknown>

/** Does the same on a fresh connection. What it gives back, an error included, is what the program saw. */
async function seen(side: Side, act: Act): Promise<unknown> {
  const { ca: _, ...connection } = side
  const client = new pg.Client(connection)
  const notices: unknown[] = []
  client.on('notice', (notice) => notices.push(fieldsOf(notice)))
  await client.connect()
  try {
    return { result: await act(client), notices }
  } finally {
    await client.end()
  }
}

/** Everything a database says in an error, and nothing of the program's own stack. */
function fieldsOf(error: unknown): object {
  const {
    severity,
    code,
    detail,
    hint,
    position,
    where,
    schema,
    table,
    column,
    constraint,
    routine,
    message,
  } = error as pg.DatabaseError
  return {
    severity,
    code,
    detail,
    hint,
    position,
    where,
    schema,
    table,
    column,
    constraint,
    routine,
    message,
  }
}

const failure = (attempt: Promise<unknown>): Promise<object> =>
  attempt.then(
    () => ({ failed: false }),
    (error: unknown) => fieldsOf(error),
  )

/** A result without what is the driver's own. */
const plain = ({ command, rowCount, rows, fields }: pg.QueryResult): object => ({
  command,
  rowCount,
  rows,
  fields,
})

/** The same for a table that was made on the way, and so has an OID of its own on either side. */
const plainOfNew = ({ fields, ...rest }: pg.QueryResult): object => ({
  ...plain({ ...rest, fields: fields.map((field) => ({ ...field, tableID: Math.sign(field.tableID) })) }),
})

const query =
  (text: string | (pg.QueryConfig & { binary?: boolean; rowMode?: string }), values?: unknown[]): Act =>
  async (client) => {
    const result: pg.QueryResult | pg.QueryResult[] = await client.query(text, values)
    return Array.isArray(result) ? result.map(plain) : plain(result)
  }

const everyType = `SELECT true AS b, 1::int2 AS i2, 2::int4 AS i4, 3::int8 AS i8, 1.5::float4 AS f4, 2.5::float8 AS f8,
  123456789012345678901234567890.123::numeric AS n, 'text'::text AS t, 'v'::varchar(5) AS v, 'c'::char(4) AS c,
  '\\x00ff'::bytea AS by, date '2020-02-29' AS d, time '12:34:56.789' AS tm, timestamp '2020-02-29 01:02:03' AS ts,
  timestamptz '2020-02-29 01:02:03+00' AS tz, interval '1 year 2 days 3 seconds' AS iv, gen_random_uuid() IS NULL AS u,
  '{"a": [1, null]}'::json AS j, '{"b": "x"}'::jsonb AS jb, ARRAY[1, 2, NULL] AS ia, ARRAY['a', 'b,"c'] AS ta,
  ARRAY[ARRAY[1, 2], ARRAY[3, 4]] AS ia2, point(1, 2) AS p, inet '10.0.0.1/8' AS ip, '[1,5)'::int4range AS r,
  B'101' AS bits, '<a/>'::xml AS x, row(1, 'x') AS rec, 'pg_class'::regclass AS rc, NULL AS nothing`

const cases: Readonly<Record<string, Act>> = {
  'every type as text': query(everyType),
  'every type with parameters present': query(`${everyType}, $1::text AS given`, ['x']),
  'every type in binary, as it comes': query({
    text: `${everyType}, $1::text AS given`,
    values: ['x'],
    binary: true,
    types: { getTypeParser: () => (value: unknown) => value },
  }),
  'rows as arrays': query({ text: 'SELECT id, title FROM products ORDER BY id', rowMode: 'array' }),
  'several statements': query(
    'SELECT 1 AS a; SELECT 2 AS b, 3 AS c; UPDATE products SET price = price WHERE id < 3',
  ),
  nothing: query(''),
  'nothing, with parameters': query({ text: '', values: [], name: 'empty' }),
  'a comment': query('-- nothing here'),
  parameters: query(
    'SELECT $1::int + $2 AS sum, $3::text || $4 AS joined, $5::jsonb AS j, $6::int[] AS list',
    [1, 2, 'a', 'b', { deep: [1, { x: null }] }, [1, 2, 3]],
  ),
  'parameters whose types the database infers': query(
    'SELECT * FROM orders WHERE id = $1 AND quantity > $2',
    [3, 0],
  ),
  'null and bytes as parameters': query('SELECT $1::text AS t, $2::bytea AS b', [
    null,
    Buffer.from([0, 1, 255]),
  ]),
  'INSERT … RETURNING and its undoing': async (client) => {
    await client.query('BEGIN')
    const inserted = await client.query("INSERT INTO products VALUES ($1, 'new', 1) RETURNING *", [900])
    await client.query('ROLLBACK')
    return [plain(inserted), plain(await client.query('SELECT count(*) FROM products'))]
  },
  'a named prepared statement, again and again': async (client) => {
    const results: unknown[] = []
    for (const id of [1, 2, 1000]) {
      const named = { name: 'by-id', text: 'SELECT id, title FROM products WHERE id = $1', values: [id] }
      results.push(plain(await client.query(named)))
    }
    return results
  },
  'a prepared statement whose table changed': async (client) => {
    await client.query('CREATE TABLE shifting (a int)')
    const named = { name: 'star', text: 'SELECT * FROM shifting' }
    const before = plainOfNew(await client.query(named))
    await client.query('ALTER TABLE shifting ADD COLUMN b int')
    const after = await failure(client.query(named))
    await client.query('DROP TABLE shifting')
    return [before, after, plain(await client.query('SELECT 1 AS fine'))]
  },
  errors: async (client) => {
    const errors: unknown[] = []
    for (const [text, values] of [
      ['SELEC 1', undefined],
      ['SELECT 1/0', undefined],
      ['SELECT $1::int / 0', [1]],
      ['SELECT * FROM nothing WHERE a = $1', [1]],
      ["SELECT 'x'::int", undefined],
      ['SELECT $1::int', ['x']],
      ["INSERT INTO products VALUES (1, 'dup', 1)", undefined],
      ['INSERT INTO products VALUES ($1, $2, 1)', [501, null]],
      ['DELETE FROM customers WHERE id = $1', [1]],
      ['SELECT 1; SELECT 2', []],
      ['SELECT $1::int, $2::int', [1]],
      ['COMMIT', undefined],
      [
        "DO $$ BEGIN RAISE 'x' USING ERRCODE = 'P0042', DETAIL = 'd', HINT = 'h', TABLE = 't'; END $$",
        undefined,
      ],
    ] as const) {
      errors.push(await failure(client.query(text, values === undefined ? undefined : [...values])))
    }
    return [errors, plain(await client.query('SELECT 1 AS fine'))]
  },
  'a transaction that fails and is saved': async (client) => {
    await client.query('BEGIN')
    await client.query('SAVEPOINT a')
    const error = await failure(client.query('SELECT $1::int / 0', [1]))
    const aborted = await failure(client.query('SELECT $1::int', [1]))
    await client.query('ROLLBACK TO a')
    const fine = await client.query('SELECT $1::int AS fine', [1])
    const committed = await client.query('COMMIT')
    return [error, aborted, plain(fine), plain(committed)]
  },
  'COMMIT of a failed transaction': async (client) => {
    await client.query('BEGIN')
    const error = await failure(client.query('SELECT 1/0'))
    return [error, plain(await client.query('COMMIT'))]
  },
  'isolation set by a prepared statement, which must come first': async (client) => {
    await client.query('BEGIN')
    await client.query({ text: 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', name: 'isolate' })
    const shown = await client.query('SHOW transaction_isolation')
    await client.query('COMMIT')
    return plain(shown)
  },
  notices: async (client) => {
    await client.query(
      "DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two' USING DETAIL = 'd', HINT = 'h'; END $$",
    )
    return plain(await client.query('DROP TABLE IF EXISTS nothing'))
  },
  'hundreds of queries sent without waiting': async (client) => {
    const texts = Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0 ? client.query(`SELECT ${i} AS i`) : client.query('SELECT $1::int AS i', [i]),
    )
    return (await Promise.all(texts)).map(({ rows }) => rows)
  },
  'COPY … TO STDOUT does not disturb the driver': async (client) => {
    const copied = await client.query('COPY (SELECT 1 UNION ALL SELECT 2) TO STDOUT')
    return [copied.command, plain(await client.query('SELECT 1 AS fine'))]
  },
  'a cursor that reads a part at a time': async (client) => {
    const cursor = client.query(new Cursor('SELECT g FROM generate_series(1, $1::int) g', [250]))
    const sizes: number[] = []
    for (;;) {
      const rows = await cursor.read(100)
      sizes.push(rows.length)
      if (rows.length === 0) break
    }
    await cursor.close()
    return [sizes, plain(await client.query('SELECT 1 AS fine'))]
  },
  'a cursor that is closed early, in a transaction': async (client) => {
    await client.query('BEGIN')
    const cursor = client.query(new Cursor('SELECT * FROM orders ORDER BY id'))
    const first = await cursor.read(2)
    await cursor.close()
    const counted = await client.query('SELECT count(*) FROM orders')
    await client.query('COMMIT')
    return [first, plain(counted)]
  },
  'a cursor that fails on its way': async (client) => {
    const cursor = client.query(new Cursor('SELECT 10 / (5 - g) AS q FROM generate_series(1, 9) g'))
    const first = await cursor.read(3)
    const error = await failure(cursor.read(3))
    return [first, error, plain(await client.query('SELECT 1 AS fine'))]
  },
  'cursors of SQL': async (client) => {
    await client.query('BEGIN')
    await client.query('DECLARE c SCROLL CURSOR FOR SELECT id, title FROM products ORDER BY id')
    const forward = await client.query('FETCH 3 FROM c')
    const back = await client.query('FETCH BACKWARD 2 FROM c')
    await client.query('CLOSE c')
    await client.query('COMMIT')
    return [plain(forward), plain(back)]
  },
  'settings, temporary tables, prepared statements of SQL': async (client) => {
    await client.query("SET search_path = pg_temp, public; SET TIME ZONE 'Asia/Tokyo'")
    await client.query('CREATE TEMP TABLE products (own int)')
    await client.query('INSERT INTO products VALUES (1)')
    const own = await client.query('SELECT * FROM products')
    await client.query('PREPARE p (int) AS SELECT $1 * 2 AS twice')
    const twice = await client.query('EXECUTE p (21)')
    await client.query('DISCARD ALL')
    return [plainOfNew(own), plain(twice), plain(await client.query('SELECT count(*) FROM products'))]
  },
}

describe('node-postgres sees no difference', () => {
  test.each(Object.entries(cases))('in %s', async (_name, act) => {
    const direct = await seen(sides.direct, act)
    const through = await seen(sides.through, act)
    expect(through).toEqual(direct)
  })

  test('the parts of results that the cases are about are there', async () => {
    const { result } = (await seen(sides.through, cases['errors'] as Act)) as {
      result: [{ code: string }[], object]
    }
    const codes = result[0].map(({ code }) => code)
    expect(codes.slice(0, 4)).toEqual(['42601', '22012', '22012', '42P01'])
    expect(codes.slice(6, 9)).toEqual(['23505', '23502', '23503'])
  })
})

/** A connection, encrypted where the side has a certificate authority. */
const connected = async (side: Side): Promise<pg.Client> => {
  const { ca, ...connection } = side
  const ssl = ca === undefined ? undefined : { ca: await readFile(ca, 'utf8') }
  const client = new pg.Client({ ...connection, ...(ssl === undefined ? {} : { ssl }) })
  await client.connect()
  return client
}

describe('what does not fit into a table of cases', () => {
  test('20 MB of text as a parameter and in a result, over TLS', async () => {
    const client = await connected(sides.through)
    const text = 'ä'.repeat(5_000_000) + 'x'.repeat(10_000_000)
    const { rows } = await client.query('SELECT $1::text AS back, length($1::text) AS length', [text])
    await client.end()
    expect(rows[0].length).toBe(15_000_000)
    expect(rows[0].back === text).toBe(true)
  }, 60_000)

  test('100,000 rows, in both protocols', async () => {
    const client = await connected(sides.through)
    const text = "SELECT g, repeat('r', 40) AS filler FROM generate_series(1, 100000) g"
    const simple = await client.query(text)
    const extended = await client.query(`${text} WHERE g > $1`, [0])
    await client.end()
    for (const { rows } of [simple, extended]) {
      expect(rows.length).toBe(100_000)
      expect(rows.at(-1)).toEqual({ g: 100_000, filler: 'r'.repeat(40) })
    }
  }, 60_000)

  test('LISTEN and NOTIFY between two sessions, with the sender’s process id', async () => {
    const [listener, sender] = [await connected(sides.through), await connected(sides.through)]
    await listener.query('LISTEN news')
    const told = once(listener, 'notification')
    await sender.query("SELECT pg_notify('news', $1)", ['hello'])
    const [notification] = (await told) as [pg.Notification]
    const { rows } = await sender.query('SELECT pg_backend_pid() AS pid')
    await Promise.all([listener.end(), sender.end()])
    expect(notification).toMatchObject({ channel: 'news', payload: 'hello', processId: rows[0].pid })
  })

  test('a transaction that keeps a table to itself goes on while another session changes the schema', async () => {
    const [holder, other] = [await connected(sides.through), await connected(sides.through)]
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE customers IN ACCESS EXCLUSIVE MODE')
    await other.query('CREATE TABLE made_meanwhile (a int)')
    const { rows } = await holder.query('SELECT count(*) AS n FROM customer_contacts')
    await holder.query('COMMIT')
    await other.query('DROP TABLE made_meanwhile')
    await Promise.all([holder.end(), other.end()])
    expect(rows).toEqual([{ n: '20' }])
  })

  test('a pool of clients at work together', async () => {
    const { ca: _, ...connection } = sides.through
    const pool = new pg.Pool({ ...connection, max: 8 })
    // `end` does not wait for the connections to be closed; the gateway may end first.
    pool.on('error', () => undefined)
    const sums = await Promise.all(
      Array.from({ length: 200 }, (_value, i) => pool.query('SELECT $1::int + $2::int AS sum', [i, i])),
    )
    await pool.end()
    expect(sums.map(({ rows }) => rows[0].sum)).toEqual(Array.from({ length: 200 }, (_value, i) => 2 * i))
  })
})
