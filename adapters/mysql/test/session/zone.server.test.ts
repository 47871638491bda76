import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { clientOf, openShop, type Shop } from './shop-server.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so time zones are not held against a server: install `mariadb-server`')
const suite = hasMariadb ? test.each : test.skip.each

const masking = (transform: string): string => `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: moments, effect: mask, columns: "column.name == 'created_at'", with: ${transform} }
`

let shop: Shop
let direct: Connection
let client: Connection | undefined

beforeAll(async () => {
  if (!hasMariadb) return
  shop = await openShop()
  direct = await shop.direct()
  await direct.query(`use shop; set time_zone = '+00:00'; delete from orders;
    alter table orders modify created_at timestamp null; insert into orders (id, created_at) values (1, '1984-07-19 10:11:12')`)
}, 60_000)
beforeEach(async () => {
  await direct?.query("set global time_zone = '+00:00'")
})
afterEach(async () => {
  await client?.end()
})
afterAll(async () => {
  await direct?.end()
  await shop?.close()
})

const moment = async (): Promise<unknown> => {
  const asked = { sql: 'select created_at from orders', rowsAsArray: true, dateStrings: true }
  const [text] = (await client?.query<RowDataPacket[]>(asked)) ?? []
  const [binary] = (await client?.execute<RowDataPacket[]>(asked)) ?? []
  expect(binary).toEqual(text)
  return text?.[0]?.[0]
}

const ZONES = Array.from(
  { length: 25 },
  (_, at) => `${at < 12 ? '-' : '+'}${`${Math.abs(at - 12)}`.padStart(2, '0')}:00`,
)

const ways = [
  (zone: string) => `set time_zone = '${zone}'`,
  (zone: string) => `set @@session.time_zone = '${zone}', autocommit = 1`,
  (zone: string) => `set time_zone = concat('${zone}', '')`,
  (zone: string) => `execute immediate 'set time_zone = ''${zone}'''`,
]

suite([
  ['{ date: day }', '1984-07-19 00:00:00'],
  ['{ date: month }', '1984-07-01 00:00:00'],
])('%s of a TIMESTAMP is the same by every clock that a session sets', async (transform, expected) => {
  client = await clientOf(await shop.gate(masking(transform)))
  expect(await moment()).toBe(expected)
  for (const [at, zone] of ZONES.entries()) {
    await client.query(ways[at % ways.length]?.(zone) ?? '')
    expect([zone, await moment()]).toEqual([zone, expected])
  }
  // A day of another clock would tell on which side of midnight there it is.
  const refused = client.query("set statement time_zone = '+14:00' for select created_at from orders")
  await expect(refused).rejects.toThrow(/a time zone holds for it alone/)
})

suite([['hash']])('the %s of a TIMESTAMP is the same by every clock', async (transform) => {
  client = await clientOf(await shop.gate(masking(transform)))
  const all = new Set()
  for (const zone of ZONES) {
    await client.query(`set time_zone = '${zone}'`)
    all.add(await moment())
  }
  expect(all.size).toBe(1)
  expect([...all][0]).toMatch(/^\d{4}-/)
})
