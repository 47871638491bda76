import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import type { Connection } from 'mysql2/promise'
import { clientOf, openShop, type Shop } from './shop-server.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so what is searched is not held against a server: install `mariadb-server`')
const suite = hasMariadb ? test.each : test.skip.each
const one = hasMariadb ? test : test.skip

/** Texts that nobody labelled are searched. */
const searching = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { default: redact }, scan: on }
`

const CARD = '4111111111111111'
const MAIL = 'ana@example.com'

let shop: Shop
let direct: Connection
let client: Connection

beforeAll(async () => {
  if (!hasMariadb) return
  shop = await openShop()
  direct = await shop.direct()
  await direct.query("use shop; set names utf8mb4, sql_mode = ''")
}, 60_000)
beforeEach(async () => {
  client = await clientOf(await shop.gate(searching))
})
afterEach(async () => {
  await client?.end()
})
afterAll(async () => {
  await direct?.end()
  await shop?.close()
})

/** Makes the note of one order a value of a type. */
const note = async (type: string, value: string): Promise<void> => {
  await direct.query(
    `delete from orders; alter table orders drop index if exists note;
    alter table orders modify note ${type}; insert into orders (id, note) values (1, ${value})`,
  )
}

type Reads = 'query' | 'execute'

const typeCast = (field: { buffer: () => Buffer | null }): Buffer | null => field.buffer()

/** The cell's bytes as the client gets them. */
const cell = async (sql: string, reads: Reads = 'query', from = client): Promise<Buffer | null> => {
  const options = { sql, rowsAsArray: true, typeCast: typeCast as never }
  const [rows] = await (reads === 'query' ? from.query(options) : from.execute(options))
  return (rows as unknown as (Buffer | null)[][])[0]?.[0] ?? null
}

/** Whatever is there of it in any encoding that has zero bytes between. */
const tells = (bytes: Buffer | null): boolean => {
  const ascii = (bytes ?? Buffer.alloc(0)).toString('latin1').replaceAll('\0', '')
  return [CARD, MAIL].some((secret) => ascii.includes(secret))
}

const both: readonly Reads[] = ['query', 'execute']

suite([
  ['sjis', 'カード'],
  ['cp932', 'カード'],
  ['gbk', '俓'],
  ['big5', '碼'],
  ['euckr', '갂'],
  ['latin1', 'é'],
  ['utf16', 'カード'],
  ['utf16le', 'カード'],
  ['utf32', 'カード'],
  ['ucs2', 'カード'],
  ['binary', 'カード'],
])('results in %s are searched', async (charset, before) => {
  await note('varchar(200) character set utf8mb4', `'${before}${CARD} ${before}'`)
  await client.query(`set character_set_results = ${charset}`)
  for (const reads of both) {
    const sql = 'select note from orders'
    const shown = await cell(sql, reads)
    await direct.query(`set character_set_results = ${charset}`)
    const whole = await cell(sql, reads, direct)
    await direct.query('set character_set_results = utf8mb4')
    expect(tells(whole)).toBe(true)
    expect(tells(shown)).toBe(false)
    // What was not found stays, to the byte.
    const at = whole?.indexOf('4') ?? 0
    if (!/utf|ucs|euckr/.test(charset))
      expect(shown).toEqual(Buffer.from(whole ?? '').fill('*', at, at + CARD.length))
  }
})

suite([
  ['latin1', 'José '],
  ['sjis', 'カード'],
  ['gbk', '俓'],
  ['big5', '碼'],
  ['utf16', 'カード'],
  ['utf16le', 'カード'],
  ['utf32', 'カード'],
  ['ucs2', 'カード'],
])('texts that come in their own character set %s are searched', async (charset, before) => {
  await note(`varchar(200) character set ${charset}`, `'${before}${CARD} ${before}'`)
  for (const results of ['binary', 'NULL']) {
    await client.query(`set character_set_results = ${results}`)
    for (const reads of both) {
      await direct.query(`set character_set_results = ${results}`)
      expect(tells(await cell('select note from orders', reads, direct))).toBe(true)
      await direct.query('set character_set_results = utf8mb4')
      expect(tells(await cell('select note from orders', reads))).toBe(false)
    }
  }
})

suite([
  ["'José ana@example.com'", 'latin1'],
  ["concat('ana@example.com', x'ff')", 'binary'],
  [`'カード${CARD}'`, 'sjis'],
  [`'カード${CARD}'`, 'utf16le'],
])('bytes that are no UTF-8 are searched: %s in %s', async (value, charset) => {
  await note('blob', `convert(${value} using ${charset})`)
  for (const reads of both) {
    expect(tells(await cell('select note from orders', reads, direct))).toBe(true)
    expect(tells(await cell('select note from orders', reads))).toBe(false)
  }
})

/** A document as a text, and lines of one: quoted twice, as a text of SQL is. */
const DOCUMENT = String.raw`{"n": "card\\n${CARD} ana\\u0040example.com"}`
const LINE = String.raw`log: card\\n${CARD} ana\\u0040example.com`

suite([
  ['varchar(200) character set utf8mb4', `'${DOCUMENT}'`, 'note'],
  ['varchar(200) character set utf8mb4', `'${LINE}'`, 'note'],
  ['varchar(200) character set latin1', `'é ${LINE}'`, 'note'],
  ['json', `'${DOCUMENT}'`, 'cast(note as char)'],
  ['blob', `'${LINE}'`, 'note'],
  ['blob', `concat('${LINE}', x'ff')`, 'note'],
])('escapes hide nothing in a %s: %s as %s', async (type, value, column) => {
  await note(type, value)
  const sql = `select ${column} from orders`
  for (const reads of both) {
    expect((await cell(sql, reads, direct))?.toString('latin1')).toMatch(/n4111111111111111 ana.u0040/)
    expect((await cell(sql, reads))?.toString('latin1')).not.toMatch(/4111|u0040/)
    await client.query('set character_set_results = latin1')
    expect((await cell(sql, reads))?.toString('latin1')).not.toMatch(/4111|u0040/)
    await client.query('set character_set_results = utf8mb4')
  }
})

one('a picture stays what it is', async () => {
  const picture = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * at * 31 + at) & 0xff))
  await note('blob', `x'${picture.toString('hex')}'`)
  for (const reads of both) expect(await cell('select note from orders', reads)).toEqual(picture)
})

suite([['sjis'], ['gbk'], ['big5'], ['latin1'], ['binary'], ['NULL']])(
  'what an error quotes is searched, with results in %s',
  async (charset) => {
    await note('varchar(100) character set utf8mb4 unique', `'カード${CARD}'`)
    const sql = 'insert into orders (note) select note from orders'
    for (const connection of [direct, client]) {
      await connection.query(`set character_set_results = ${charset}`)
      const error = await connection.query(sql).catch((caught: Error) => caught)
      await connection.query('set character_set_results = utf8mb4')
      expect(error).toMatchObject({ errno: 1062 })
      expect(tells(Buffer.from((error as Error).message, 'latin1'))).toBe(connection === direct)
    }
  },
)
