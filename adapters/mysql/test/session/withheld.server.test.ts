import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import type { Connection } from 'mysql2/promise'
import { clientOf, openShop, type Shop } from './shop-server.ts'

if (!hasMariadb) console.warn('NO MARIADB, so errors are not held against a server: install `mariadb-server`')
const suite = hasMariadb ? test.each : test.skip.each

/** Texts that nobody labelled are searched. */
const searching = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { default: redact }, scan: on }
`

let shop: Shop

beforeAll(async () => {
  if (!hasMariadb) return
  shop = await openShop()
  const direct = await shop.direct()
  await direct.query('use shop; alter table orders drop index note')
  await direct.query('alter table orders add unique around (customer_id, note, total)')
  await direct.end()
}, 60_000)
afterAll(() => shop?.close())

suite([
  ['4111111111111111', false],
  ['4111 1111 1111 1111', false],
  ['4111-1111-1111-1111', false],
  ['a-b-c-2024', true],
])('a key of several columns that an error quotes is searched: %s', async (note, shown) => {
  const client = await clientOf(await shop.gate(searching))
  try {
    const insert = `insert into orders (customer_id, note, total) values (5, '${note}', 7)`
    await client.query(insert)
    const error = await client.query(insert).catch((caught: Error) => caught)
    expect(error).toMatchObject({ errno: 1062 })
    expect((error as Error).message.includes(note)).toBe(shown)
    expect(/4111|1111/.test((error as Error).message)).toBe(false)
  } finally {
    await client.end()
  }
})

/** The error of a key that comes twice, to a session with such results. */
const quoted = async (charset: string, note: string): Promise<string> => {
  const client = await clientOf(await shop.gate(searching))
  try {
    const insert = `insert into orders (customer_id, note, total) values (6, '${note}', 7)`
    await client.query(insert)
    await client.query(`set character_set_results = ${charset}`)
    const error = await client.query(insert).catch((caught: Error) => caught)
    return (error as Error).message
  } finally {
    await client.end()
  }
}

suite([['latin1']])('what is left of an error in %s stays in it', async (charset) => {
  const message = await quoted(charset, 'né ana@example.com')
  expect(message).not.toContain('ana@')
  // The driver reads UTF-8, where the byte of the letter stands for nothing.
  expect(message).toContain('n\ufffd ***')
})

suite([
  [1175, ['set sql_safe_updates = 1', "update customers set name = 'x' where name = 'nobody'"]],
  [1701, ['create table kept (id int references customers (id))', 'truncate table customers']],
  [1826, ['alter table customers add constraint twice check (id > 0), add constraint twice check (id > 1)']],
])(
  'error %s, which names what the statement names, is told near what is masked',
  async (code, statements) => {
    const told = async (connecting: Promise<Connection>): Promise<unknown> => {
      const connection = await connecting
      try {
        await connection.query('use shop')
        for (const sql of statements)
          await connection.query(sql).catch((error: { errno: number; message: string }) => {
            if (sql === statements.at(-1)) throw error
          })
        return 'no error'
      } catch (error) {
        const { errno, message } = error as { errno: number; message: string }
        return { errno, message }
      } finally {
        await connection.end()
      }
    }
    const direct = await told(shop.direct())
    expect(direct).toMatchObject({ errno: code })
    expect(await told(clientOf(await shop.gate(searching)))).toEqual(direct)
  },
)
