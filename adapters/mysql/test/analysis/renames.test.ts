import { describe, expect, test } from '@jest/globals'
import type { Facts } from '@sluice/core/analysis/facts'
import { shopStatements } from './shop-statements.ts'

const { analysed } = shopStatements()

const factsOf = async (sql: string): Promise<Facts> => (await analysed(sql)).facts

/** Where values of `customers.email` and `orders.note` go: `?` for what keeps its name, `*` for any column. */
const movesOf = ({ flows }: Facts): readonly string[] =>
  flows.flatMap(({ sources, place }) =>
    sources
      .filter(({ name }) => name === 'email' || name === 'note')
      .map(({ relation, name }) => {
        const to =
          place === undefined
            ? '?'
            : `${place.schema}.${place.table}.${place.column ?? place.ordinal ?? '*'}${place.made ? ' made' : ''}`
        return `${relation.name}.${name} -> ${to}`
      }),
  )

describe('where ids are names, what a column holds goes', () => {
  test.each<readonly [string, readonly string[]]>([
    ['RENAME TABLE customers TO c2', ['customers.email -> shop.c2.email']],
    ['RENAME TABLES customers WAIT 3 TO other.customers', ['customers.email -> other.customers.email']],
    [
      'RENAME TABLE customers TO tmp, orders TO customers, tmp TO orders',
      [
        'customers.email -> shop.tmp.email',
        'orders.note -> shop.customers.note',
        'customers.email -> shop.orders.email',
      ],
    ],
    ['ALTER TABLE customers RENAME c2', ['customers.email -> shop.c2.email']],
    ['ALTER TABLE customers RENAME COLUMN email TO zzz', ['customers.email -> shop.customers.zzz']],
    ['ALTER TABLE customers CHANGE Email Zzz text', ['customers.email -> shop.customers.zzz']],
    [
      'ALTER TABLE customers WAIT 5 CHANGE COLUMN IF EXISTS customers.`email` zzz text',
      ['customers.email -> shop.customers.zzz'],
    ],
    ['ALTER TABLE customers CHANGE email zzz text, RENAME TO c2', ['customers.email -> shop.c2.zzz']],
    ['ALTER TABLE customers RENAME TO c2, MODIFY id int', ['customers.email -> shop.c2.email']],
    ["ALTER TABLE customers ADD x int, MODIFY email text COMMENT ''", ['customers.email -> ?']],
    [
      'ALTER TABLE orders EXCHANGE PARTITION p WITH TABLE customers',
      ['orders.note -> shop.customers.note', 'customers.email -> shop.orders.email'],
    ],
    [
      'ALTER TABLE orders CONVERT TABLE customers TO PARTITION p VALUES LESS THAN (1)',
      ['orders.note -> shop.customers.note', 'customers.email -> shop.orders.email'],
    ],
    ['ALTER TABLE customers CONVERT PARTITION p TO TABLE c2', ['customers.email -> shop.c2.email']],
    ['CREATE TABLE m (i int, z text) ENGINE = MERGE UNION = (customers)', ['customers.email -> shop.m.*']],
    ['CREATE TABLE m (i int, z text) ENGINE = MERGE UNION (customers)', ['customers.email -> shop.m.*']],
    [
      'ALTER TABLE orders UNION = (customers)',
      ['customers.email -> shop.orders.*', 'orders.note -> shop.customers.*'],
    ],
    ['CREATE TABLE t SELECT email AS z FROM customers', ['customers.email -> shop.t.z made']],
    ['CREATE TABLE t (i int) SELECT upper(email) FROM customers', ['customers.email -> shop.t.* made']],
    ['ALTER TABLE customers RENAME INDEX email TO zzz', []],
    ['ALTER TABLE customers RENAME COLUMN id TO zzz', []],
    ['ALTER TABLE customers CONVERT TO CHARACTER SET utf8mb4, ADD (modify int, x int)', []],
  ])('%s', async (sql, moves) => {
    const facts = await factsOf(sql)
    expect(facts.opaque).toBeUndefined()
    expect(movesOf(facts)).toEqual(moves)
  })
})

test.each<readonly [string, Facts['renames']]>([
  ['RENAME TABLE s TO t', 'tables'],
  ['ALTER TABLE s RENAME TO t', 'tables'],
  ['ALTER TABLE s RENAME COLUMN a TO b', 'columns'],
  ['CREATE TABLE t (a int)', undefined],
])('%s: %s may have other names', async (sql, renames) => {
  expect((await factsOf(sql)).renames).toBe(renames)
})
