import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { clientOf, maskPii, openShop, type Shop } from './shop-server.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so what a session has set is not held against a server: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

suite('INVARIANT (no-unproven-column): what a session has set is known before its next text is read:', () => {
  let shop: Shop
  let client: Connection

  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop.close())
  afterEach(async () => {
    await client.end().catch(() => undefined)
    const direct = await shop.direct()
    await direct.query('use shop; drop table if exists other, tt')
    await direct.end()
  })

  /** Rows of the last of the statements, or the number of its error. */
  const last = async (...statements: readonly string[]): Promise<unknown> => {
    client = await clientOf(await shop.gate(maskPii))
    let answer: unknown
    for (const sql of statements) {
      answer = await client.query<RowDataPacket[]>({ sql, rowsAsArray: true }).then(
        ([found]) => found,
        (error: { errno?: number }) => error.errno,
      )
    }
    return answer
  }

  const quoted = 'select concat("email", \'\') from customers'
  const masked = [['[redacted]'], ['[redacted]']]

  test.each([
    ['set', ["set sql_mode = 'ANSI_QUOTES'"]],
    ['set from another value', ["set @m = 'ANSI_QUOTES'", 'set sql_mode = @m']],
    ['executed', ["prepare s from 'set sql_mode = ''ANSI_QUOTES'''", 'execute s']],
    ['executed at once', ["execute immediate 'set sql_mode = ''ANSI_QUOTES'''"]],
  ])('sql_mode that was %s', async (_how, statements) => {
    expect(await last(...statements, quoted)).toEqual(masked)
  })

  const halfSet = "set sql_mode = 'ANSI_QUOTES', autocommit = 1"

  test.each([
    ['by itself', [halfSet], masked],
    ['with the new mode last', ["set autocommit = 1, sql_mode = 'ANSI_QUOTES'"], masked],
    ['executed', [`prepare s from "${halfSet}"`, 'execute s'], masked],
    ['that sets nothing', ["set sql_mode = 'ANSI_QUOTES', no_such_setting = 1"], [['email'], ['email']]],
  ])('sql_mode in a SET that fails, %s', async (_how, statements, rows) => {
    const inTransaction = ['set autocommit = 0', "xa start 'x'"]
    expect(await last(...inTransaction, ...statements, quoted)).toEqual(rows)
  })

  test('sql_mode in a SET that was prepared by the protocol and fails half way', async () => {
    expect(await last('set autocommit = 0', "xa start 'x'")).toBeDefined()
    const statement = await client.prepare(halfSet)
    await expect(statement.execute([])).rejects.toMatchObject({ errno: 1399 })
    const [rows] = await client.query<RowDataPacket[]>({ sql: quoted, rowsAsArray: true })
    expect(rows).toEqual(masked)
  })

  test('a text that is prepared under another sql_mode is not run under this one', async () => {
    const prepared = `prepare s from 'select concat("email", "") from customers'`
    expect(await last(prepared, 'execute s')).toEqual([['email'], ['email']])
    await client.end()
    expect(await last(prepared, "set sql_mode = 'ANSI_QUOTES'", 'execute s')).toBe(1290)
    await client.end()
    client = await clientOf(await shop.gate(maskPii))
    const statement = await client.prepare(quoted)
    await client.query("set sql_mode = 'ANSI_QUOTES'")
    await expect(statement.execute([])).rejects.toMatchObject({ errno: 1615 })
    await client.query("set sql_mode = ''")
    await expect(statement.execute([])).resolves.toBeDefined()
  })

  test('nor under a sql_mode of another grammar, which is not known at all', async () => {
    client = await clientOf(await shop.gate(maskPii))
    const statement = await client.prepare('select concat("email") from customers where id > ?')
    await expect(statement.execute([0])).resolves.toBeDefined()
    await client.query("set sql_mode = 'ANSI_QUOTES,HIGH_NOT_PRECEDENCE'")
    await expect(statement.execute([0.5])).rejects.toMatchObject({ errno: 1235 })
  })

  test('a text beyond ASCII that is prepared in another character set is not run in this one', async () => {
    const beyond = "prepare s from 'select char_length(''é''), note from orders'"
    const own = [
      [1, 'x'],
      [1, 'y'],
    ]
    expect(await last(beyond, 'set names utf8', 'execute s')).toEqual(own)
    await client.end()
    expect(await last(beyond, 'set names latin1', 'execute s')).toBe(1290)
    await client.end()
    expect(await last("prepare s from 'select note from orders'", 'set names latin1', 'execute s')).toEqual([
      ['x'],
      ['y'],
    ])
    await client.end()
    client = await clientOf(await shop.gate(maskPii))
    const statement = await client.prepare("select char_length('é'), note from orders")
    const plain = await client.prepare('select note from orders')
    await client.query('set names latin1')
    await expect(statement.execute([])).rejects.toMatchObject({ errno: 1615 })
    await expect(plain.execute([])).resolves.toBeDefined()
    await client.query('set names utf8mb3')
    await expect(statement.execute([])).resolves.toBeDefined()
  })

  test('a session that returns no rows is asked all the same', async () => {
    const none = ['set sql_select_limit = 0', "set @m = ''", 'set sql_mode = @m']
    expect(await last(...none, 'set sql_select_limit = default', 'select 1')).toEqual([[1]])
  })

  test.each([
    ['set names gbk'],
    ["prepare s from 'set names gbk'"],
    ["execute immediate 'set character_set_client = sjis'"],
  ])('a character set that hides quotes is refused, and the session lives on: %s', async (sql) => {
    expect(await last(sql)).toBe(1227)
    const [rows] = await client.query<RowDataPacket[]>({ sql: 'select 1', rowsAsArray: true })
    expect(rows).toEqual([[1]])
  })

  test.each([
    ['made', ['create temporary table orders (note varchar(100))']],
    ['executed', ["prepare s from 'create temporary table orders (note varchar(100))'", 'execute s']],
    ['renamed', ['create temporary table tt (note varchar(100))', 'alter table tt rename to orders']],
  ])('a temporary table that hides another proves nothing: %s', async (_how, statements) => {
    const insert = "insert into orders values ('somebody@example.com')"
    expect(await last(...statements, insert, 'select note from orders')).toEqual([['[redacted]']])
  })
})
