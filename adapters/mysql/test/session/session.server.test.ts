import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { findProgram } from '@sluice/testkit/system-tools'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { errno } from '../../src/replies/errno.ts'
import { clientOf, maskPii, openShop, type Shop } from './shop-server.ts'
import type { Through } from './through.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so sessions are not held against a server: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip
const cli = findProgram('mariadb')

const rows = async (
  connection: Connection,
  sql: string,
  how: 'query' | 'execute' = 'query',
): Promise<unknown> => {
  const asked = { sql, rowsAsArray: true }
  const [found] = await (how === 'query'
    ? connection.query<RowDataPacket[]>(asked)
    : connection.execute<RowDataPacket[]>(asked))
  return found
}

const capped = (most: string): string => `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: cap, effect: limit, ${most} }
`

suite('a session with MariaDB', () => {
  let shop: Shop
  let open: Connection[] = []

  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop.close())
  afterEach(async () => {
    await Promise.all(open.map((connection) => connection.end().catch(() => undefined)))
    open = []
  })

  const connected = async (gate: Through, options = {}): Promise<Connection> => {
    const connection = await clientOf(gate, options)
    open.push(connection)
    return connection
  }

  const opened = (): unknown[] =>
    shop.journal().entries.flatMap((entry) => (entry.type === 'statement.opened' ? [entry.canonical] : []))

  const outcomes = (): unknown[] =>
    shop
      .journal()
      .entries.flatMap((entry) =>
        entry.type === 'statement.closed' ? [[entry.outcome, entry.code, entry.rows]] : [],
      )

  test.each(['query', 'execute'] as const)(
    'rows come as they are where nothing is masked: %s',
    async (how) => {
      const client = await connected(await shop.gate())
      expect(await rows(client, 'select id, email, ssn from customers order by id', how)).toEqual([
        [1, 'ana@example.com', '123-45-6789'],
        [2, 'bo@example.com', '987-65-4321'],
      ])
      expect(opened()).toEqual(['select id, email, ssn from customers order by id'])
      expect(outcomes()).toEqual([['completed', undefined, 2]])
    },
  )

  test.each(['query', 'execute'] as const)('what is labelled is masked: %s', async (how) => {
    const client = await connected(await shop.gate(maskPii))
    const sql = 'select id, email as e, upper(ssn), name, concat(id, email) from customers order by id'
    expect(await rows(client, sql, how)).toEqual([
      [1, '[redacted]', '[redacted]', 'Ana', '[redacted]'],
      [2, '[redacted]', '[redacted]', 'Bo', '[redacted]'],
    ])
  })

  test('a result of many packets is whole, and its sequence ids go round', async () => {
    const client = await connected(await shop.gate())
    const found = (await rows(client, 'select id, note from big order by id')) as unknown[][]
    expect(found).toHaveLength(50_000)
    expect(found.at(-1)).toEqual([50_000, 'x'.repeat(100)])
  })

  test.each([
    ['rows', 'rows: 10', 'more than the 10 rows', [10, 10]],
    ['bytes', 'bytes: 2000', 'more than the 2000 bytes', [19, 18]],
    ['an hour, where nobody counts it', 'per: hour, rows: 10', 'cannot be counted', []],
  ])('a limit of %s ends a result, and the session lives on', async (_what, most, message, shown) => {
    const client = await connected(await shop.gate(capped(most)))
    for (const how of ['query', 'execute'] as const) {
      const error: unknown = await rows(client, 'select id, note from big', how).catch(
        (thrown: unknown) => thrown,
      )
      expect((error as Error).message).toContain(message)
    }
    if (most.startsWith('per')) return
    expect(await rows(client, 'select id from big order by id limit 2')).toEqual([[1], [2]])
    // Whether the database still heard of the cancel is a matter of time.
    const closed = shop.journal().entries.filter((entry) => entry.type === 'statement.closed')
    expect(closed.map(({ code }) => code)).toEqual(['1317', '1317', undefined])
    expect(closed.map((entry) => entry.rows)).toEqual([shown[0], shown[1], 2])
  })

  test('labelled values are counted by themselves', async () => {
    const client = await connected(await shop.gate(capped('labelled: 3')))
    expect(await rows(client, 'select id, name from customers')).toHaveLength(2)
    expect(await rows(client, 'select email from customers')).toHaveLength(2)
    await expect(rows(client, 'select email, ssn from customers')).rejects.toThrow('more than the 3 labelled')
  })

  test('a refusal is an error, and the session and its transaction live on', async () => {
    const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: no-delete, effect: deny, when: "statement.verb == 'delete'", message: no deletes here }
`
    const client = await connected(await shop.gate(policy))
    await client.query('begin')
    await client.query("insert into orders (id, note) values (90, 'kept')")
    await expect(client.query('delete from orders')).rejects.toMatchObject({ errno: 1142, sqlState: '42000' })
    expect(await rows(client, 'select note from orders where id = 90')).toEqual([['kept']])
    await client.query('rollback')
    expect(await rows(client, 'select note from orders where id = 90')).toEqual([])
  })

  test('statements of one text run one by one, each decided and recorded; behind an error nothing runs', async () => {
    const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: no-delete, effect: deny, when: "statement.verb == 'delete'", message: no deletes here }
`
    const client = await connected(await shop.gate(policy), { multipleStatements: true })
    const [found] = await client.query<RowDataPacket[][]>('select 1 as a; set @x = 2; select 3 as b')
    expect(found).toMatchObject([[{ a: 1 }], { affectedRows: 0 }, [{ b: 3 }]])
    const bad =
      "insert into orders (id, note) values (91, 'before'); delete from orders; insert into orders (id) values (92)"
    await expect(client.query(bad)).rejects.toMatchObject({ errno: 1142 })
    expect(await rows(client, 'select id from orders where id in (91, 92)')).toEqual([[91]])
    expect(opened()).toHaveLength(6)
    await client.query('update orders set id = 93 where id = 91')
  })

  test('several statements are refused where the client did not ask for them', async () => {
    const client = await connected(await shop.gate())
    await expect(client.query('select 1; select 2')).rejects.toMatchObject({ errno: 1064 })
    expect(await rows(client, 'select 1;')).toEqual([[1]])
  })

  test('a text means what sql_mode makes of it, statement by statement', async () => {
    const client = await connected(await shop.gate(maskPii), { multipleStatements: true })
    const [found] = await client.query<RowDataPacket[][]>(
      `select "email" as a from customers; set sql_mode = 'ANSI_QUOTES'; select "email" as b from customers`,
    )
    expect(found[0]).toEqual([{ a: 'email' }, { a: 'email' }])
    expect(found[2]).toEqual([{ b: '[redacted]' }, { b: '[redacted]' }])
  })

  test('a temporary table that hides another proves nothing', async () => {
    const client = await connected(await shop.gate(maskPii))
    await client.query('create temporary table orders (id int, note varchar(100))')
    await client.query("insert into orders values (1, 'somebody@example.com')")
    expect(await rows(client, 'select note from orders')).toEqual([['[redacted]']])
  })

  test('all results of a procedure are read; one that is not known is refused where anything is masked', async () => {
    const raw = await connected(await shop.gate())
    const [found] = await raw.query<RowDataPacket[][]>('call two()')
    expect(found).toMatchObject([[{ a: 1 }], [{ b: 2 }], { affectedRows: 0 }])
    const masked = await connected(await shop.gate(maskPii))
    await expect(masked.query('call leak()')).rejects.toMatchObject({ sqlState: '42000' })
  })

  test.each([
    ["insert into customers (id, email) values (1, 'cy@example.com')", 1062],
    ['alter table customers engine `cy@example.com`', 1286],
    ['alter table customers convert to character set `cy@example.com`', 1115],
  ])('an error that can quote a masked value comes without its text: %s', async (sql, errno) => {
    const client = await connected(await shop.gate(maskPii))
    const error = (await client.query(sql).catch((thrown: unknown) => thrown)) as {
      errno: number
      message: string
    }
    expect(error.errno).toBe(errno)
    expect(error.message).toContain('withheld')
    expect(error.message).not.toContain('@example')
  })

  /** Waits until as many statements with this mark run at the server as are told. */
  const running = async (mark: string, count: number): Promise<void> => {
    const server = await shop.direct()
    const sql = `select id from information_schema.processlist where info like '%${mark}%' and id <> connection_id()`
    while (((await rows(server, sql)) as unknown[]).length !== count) await delay(20)
    await server.end()
  }

  test.each([
    ['reads', 'select sleep(600) as mark_stop_read'],
    ['changes', 'update orders set note = note where id = 1 and sleep(600) = 0'],
  ])('what %s at the database ends with the gateway, which waits until it was told', async (_what, sql) => {
    const gate = await shop.gate(maskPii)
    const connection = await connected(gate)
    connection.on('error', () => undefined)
    connection.query(sql).catch(() => undefined)
    await running('sleep(600)', 1)
    const [live] = gate.sessions
    live?.stop({ code: errno.serverShutdown, message: 'stops', hint: '' })
    await live?.ended
    await running('sleep(600)', 0)
    expect(outcomes()).toEqual([['lost', '1053', 0]])
  })

  test('what only reads at the database ends with its client, and what changes something runs to its end', async () => {
    const gate = await shop.gate(maskPii)
    const reader = await connected(gate)
    const writer = await connected(gate)
    for (const connection of [reader, writer]) connection.on('error', () => undefined)
    reader.query('select sleep(600) as mark_left').catch(() => undefined)
    writer.query("update orders set note = 'late' where id = 2 and sleep(1) = 0").catch(() => undefined)
    await running('mark_left', 1)
    await running('late', 1)
    reader.destroy()
    writer.destroy()
    await running('mark_left', 0)
    await running('late', 0)
    const server = await shop.direct()
    expect(await rows(server, 'select note from shop.orders where id = 2')).toEqual([['late']])
    await server.query("update shop.orders set note = 'y' where id = 2")
    await server.end()
    await Promise.all(gate.sessions.map(({ ended }) => ended))
    expect(
      outcomes()
        .map((outcome) => (outcome as string[])[0])
        .sort(),
    ).toEqual(['completed', 'failed'])
  })

  test('values are recorded as hashes with their types, and a statement runs again', async () => {
    const client = await connected(await shop.gate())
    const sql = 'select ? as a, ? as b'
    const [first] = await client.execute<RowDataPacket[]>(sql, [1, 'x'])
    const [second] = await client.execute<RowDataPacket[]>(sql, [2, null])
    expect([first, second]).toMatchObject([[{ b: 'x' }], [{ b: null }]])
    const entries = shop.journal().entries.filter((entry) => entry.type === 'statement.opened')
    expect(entries).toMatchObject([
      { parameters: [{ hash: '00' }, { hash: '00' }] },
      { parameters: [{ hash: '00' }, {}] },
    ])
  })

  const program = cli === undefined ? test.skip : test
  program('the command-line client works as ever', async () => {
    const gate = await shop.gate(maskPii)
    const run = (...args: string[]): Promise<{ stdout: string }> =>
      promisify(execFile)(cli ?? '', ['-h127.0.0.1', `-P${gate.port}`, '-uana', '--skip-ssl', '-N', ...args])
    expect(
      (await run('shop', '-e', 'select id, email from customers; use mysql; select database()')).stdout,
    ).toBe('1\t[redacted]\n2\t[redacted]\nmysql\n')
  })
})
