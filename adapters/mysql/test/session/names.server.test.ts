import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { visit } from '@sluice/core/statement/walk'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { checkedName, foldName } from '../../src/dialect/names.ts'
import { mariadb } from '../dialect/modes.ts'
import { clientOf, maskPii, openShop, type Shop } from './shop-server.ts'

if (!hasMariadb) console.warn('NO MARIADB, so names are not held against a server: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

const LOWER = 'lower(email)'
const FIRST = `(select ${LOWER} from customers limit 1)`

/** The driver asks for IGNORE_SPACE where it may. */
const SPACE_COUNTS = "set sql_mode = ''"

/** A query of a column that is `name` to the server, where the query around has a harmless one of that name. */
const hidden = (output: string, name: string, from = 'customers limit 1'): string =>
  `select (select ${name} from (select ${output} from ${from}) a) from (select id as ${name} from orders) b`

/** All that the statements answer, one after the other on one connection; `!` executes one that `?` has prepared. */
const answers = async (on: Connection, statements: readonly string[]): Promise<string> => {
  const all: unknown[] = []
  let prepared: Awaited<ReturnType<Connection['prepare']>> | undefined
  const carried = async (sql: string): Promise<unknown> => {
    if (sql === '!') return (await prepared?.execute([]))?.[0]
    if (sql.startsWith('?')) {
      prepared = await on.prepare(sql.slice(1))
      return undefined
    }
    return (await on.query<RowDataPacket[]>({ sql, rowsAsArray: true }))[0]
  }
  for (const sql of statements) all.push(await carried(sql).catch((error: { errno?: number }) => error.errno))
  return JSON.stringify(all)
}

suite('INVARIANT (no-unproven-column): a name means what it means to the server:', () => {
  let shop: Shop
  let client: Connection | undefined

  beforeAll(async () => {
    shop = await openShop()
    const direct = await shop.direct()
    await direct.query('create database vault; create table vault.secrets (id int, token varchar(100))')
    await direct.query(`use shop; ${SPACE_COUNTS}; create function cast (a int, b text) returns text deterministic return b;
      create function extract (a text, b int) returns text deterministic return a`)
    await direct.end()
  }, 60_000)
  afterAll(() => shop.close())
  afterEach(async () => {
    await client?.end().catch(() => undefined)
  })

  const direct = async (statements: readonly string[]): Promise<string> => {
    const on = await shop.direct()
    try {
      await on.query('use shop')
      return await answers(on, statements)
    } finally {
      await on.end()
    }
  }

  const quoted = `select concat("email", '') from shop.customers`

  test.each<readonly [string, ...string[]]>([
    ['an alias that is a string', hidden(`${LOWER} 'id'`, 'id')],
    ['an alias in double quotes', hidden(`${LOWER} "id"`, 'id')],
    [
      'such an alias behind a name',
      hidden("x 'id'", 'id', `(select ${LOWER} as x from customers limit 1) c`),
    ],
    ['such an alias behind END', hidden(`case when 1 then ${LOWER} end 'id'`, 'id')],
    ['an alias with a space before it', hidden(`${LOWER} as \` id\``, 'id')],
    ['an alias with a tab before it', hidden(`${LOWER} as '\tid'`, 'id')],
    [
      'a capital letter at the end of a word',
      `select \u0391\u03a3 from (select ${LOWER} as \u03b1\u03c3, name as \u03b1\u03c2 from customers) t`,
    ],
    [
      'a letter whose small one is another',
      `select \u0130d from (select ${LOWER} as id, name as \`i\u0307d\` from customers) t`,
    ],
    [
      'a value of VALUES',
      `select (select \`${FIRST}\` from (values (${FIRST})) a) from (select id as \`${FIRST}\` from orders) b`,
    ],
    [
      'an output in HAVING',
      `select ${LOWER} as id, name as n from customers having id = 'ana@example.com' and id like 'ana@%'`,
    ],
    [
      'a query of WITH in capitals',
      `with Orders as (select ${LOWER} as id from customers) select id from orders`,
    ],
    [
      'a query of WITH around another of its name',
      `with orders as (select ${LOWER} as id from customers), b as (with orders as (select 1 as id) select id from orders) select id from b`,
    ],
    [
      'a function of theirs with the name of a built-in, behind a space',
      SPACE_COUNTS,
      `select cast (1, date) from (select email as date from customers) d`,
    ],
    [
      'behind a comment',
      SPACE_COUNTS,
      `select cast/**/(1, date) from (select email as date from customers) d`,
    ],
    ['behind a line', SPACE_COUNTS, `select extract\n(year, 1) from (select email as year from customers) d`],
    ['an introducer', "set sql_mode = _utf16 x'0041004E00530049'", quoted],
    ['a hexadecimal', "set sql_mode = x'414E53495F51554F544553'", quoted],
    ['bits', "set sql_mode = b'01000001010011100101001101001001'", quoted],
    [
      "MariaDB's own comment of a version of MySQL",
      `select note /*M!50701 from orders union select ${LOWER} from customers union select note */ from orders`,
    ],
  ])('%s', async (_what, ...statements) => {
    expect(await direct(statements)).toMatch(/@example\.com/)
    client = await clientOf(await shop.gate(maskPii))
    expect(await answers(client, statements)).not.toMatch(/@example\.com|"Ana"/)
  })

  test('a temporary table that was prepared in another database hides one there', async () => {
    const statements = [
      '?create temporary table orders (note varchar(100))',
      'use vault',
      '!',
      "insert into shop.orders values ('somebody@example.com')",
      'select note from shop.orders',
    ]
    client = await clientOf(await shop.gate(maskPii))
    expect(await answers(client, statements)).toMatch(/\[\["\[redacted\]"\]\]\]$/)
  })

  test('USE that was prepared in another database changes what is known as it changes the session', async () => {
    const gate = await shop.gate(maskPii)
    client = await clientOf(gate)
    const told = await answers(client, ['?use vault', 'use mysql', '!', 'select 1, database()'])
    expect(told).toMatch(/"mysql"\]\]\]$/)
    expect(gate.sessions[0]?.session.text.database).toBe('mysql')
  })

  test.each(
    'cast convert char substring substr mid trim position extract timestampadd timestampdiff get_format group_concat weight_string json_value count'.split(
      ' ',
    ),
  )(
    '`%s (…)` is of two columns, or not understood, where the server looks for a stored function',
    async (name) => {
      const text = `select ${name} (a, b) from (select 1 as a, 2 as b) d`
      const on = await shop.direct()
      const told = await on
        .query(`use vault; ${SPACE_COUNTS}; ${text}`)
        .catch((error: { errno?: number }) => error.errno)
      await on.end()
      const [read] = await shop.dialect.read(text, mariadb)
      const columns: string[] = []
      visit(read!.statement, (node) => {
        if (node.kind === 'column-ref') columns.push(node.name.join('.'))
      })
      const understood = read!.statement.kind !== 'opaque'
      // ER_FUNC_INEXISTENT_NAME_COLLISION: it looked for a stored function.
      expect(understood && told === 1630 ? columns : ['a', 'b']).toEqual(['a', 'b'])
    },
  )

  test('letters are as small as the server makes them', async () => {
    const on = await shop.direct()
    const letters = Array.from({ length: 0xffff }, (_, i) => String.fromCharCode(i + 1)).filter(isNamed)
    const wrong: string[] = []
    for (let at = 0; at < letters.length; at += 2000) {
      const some = letters.slice(at, at + 2000)
      const [rows] = await on.query<RowDataPacket[]>({
        sql: `select ${some.map((letter) => `lower(convert(x'${Buffer.from(letter).toString('hex')}' using utf8mb3))`).join()}`,
        rowsAsArray: true,
      })
      const small = rows[0] as unknown as readonly string[]
      wrong.push(...some.filter((letter, i) => foldName(letter) !== small[i]))
    }
    await on.end()
    expect(wrong).toEqual([])
  })
})

const isNamed = (letter: string): boolean => {
  if (!letter.isWellFormed()) return false
  try {
    return checkedName(letter) === letter
  } catch {
    return false
  }
}
