import { afterAll, describe, expect, test } from '@jest/globals'
import type { Expression } from '@sluice/core/statement/expression'
import { tablesIn, visitExpressions } from '@sluice/core/statement/walk'
import { postgresDialect } from '../../src/dialect/dialect.ts'

const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())
const read = (text: string) => dialect.read(text, { standardConformingStrings: true })

const summary = async (text: string) => {
  const [first] = await read(text)
  if (first === undefined) throw new Error('nothing was read')
  const tables = tablesIn(first.statement).map(({ name }) => name.join('.'))
  const columns: string[] = []
  visitExpressions(first.statement, (expression: Expression) => {
    if (expression.kind === 'column-ref') columns.push(expression.name.join('.'))
  })
  return { tables: tables.sort(), columns: columns.sort() }
}

describe('statements that other parsers read as something else', () => {
  test('AND binds tighter than OR', async () => {
    const [first] = await read('select 1 from t where a = 1 or b = 2 and tenant = 5')
    expect(first?.statement).toMatchObject({
      where: { op: 'or', operands: [{ op: '=' }, { op: 'and', operands: [{ op: '=' }, { op: '=' }] }] },
    })
  })

  test.each([
    [String.raw`select 'a\' , secret from users --' from pub`, ['users'], ['secret']],
    ['select a.x from a left join b on (a.x = b.x), users', ['a', 'b', 'users'], ['a.x', 'a.x', 'b.x']],
    ['select id from only users', ['users'], ['id']],
    ['delete from only users', ['users'], []],
    ['select 1 from (a cross join users) z', ['a', 'users'], []],
    ['select 1 from t1 join (t2 cross join users) on true', ['t1', 't2', 'users'], []],
    ['select 5--1 as x from users', [], []],
    ['select 5 - -1 as x from users', ['users'], []],
    ['select id from Users', ['users'], ['id']],
    ['select id from "Users"', ['Users'], ['id']],
    ['select "password" from users', ['users'], ['password']],
    ['table users', ['users'], []],
    ['select 1 /*!50000 union select pw from users */', [], []],
    ['select 1 union all (select pw from users)', ['users'], ['pw']],
    ['select (row(u.*)).f1, (u).email, u from users u', ['users'], ['u', 'u']],
  ])('%s', async (text, tables, columns) => {
    expect(await summary(text)).toEqual({ tables, columns })
  })
})

const chain = (count: number, between: string, from = 'select 1 from t where ') =>
  from + Array.from({ length: count }, () => 'a').join(between)
const nest = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth)

describe('worst cases are bounded', () => {
  test.each([
    ['nested parentheses', nest('(', '1', ')', 30), 'select'],
    ['nested parentheses around an operator', nest('(', 'a <-> b', ')', 18), 'select'],
    ['nested functions', nest('f(', '1', ')', 30), 'select'],
    ['500 terms with AND', chain(500, ' and ', ''), 'select'],
    ['500 terms with +', chain(500, ' + ', ''), 'select'],
  ])('%s: read', async (_what, expression, kind) => {
    const [first] = await read(`select ${expression} from t`)
    expect(first?.statement.kind).toBe(kind)
  })

  test.each([
    ['nested parentheses', `select ${nest('(', '1', ')', 5000)}`, 'nesting'],
    ['parentheses that are not closed', `select ${'('.repeat(18)}a <-> b`, 'not closed'],
    ['100,000 open parentheses', `select ${'('.repeat(100_000)}`, 'nesting'],
    ['20,000 terms with OR', chain(20_000, ' or '), 'tokens'],
    ['2,000 terms with +', chain(2000, ' + '), 'treeDepth'],
    ['nested subqueries', `select ${nest('(select ', '1', ')', 50)}`, 'nesting'],
    ['signs upon signs', `select ${'- '.repeat(4000)}a`, 'treeDepth'],
    ['casts upon casts', `select 1${'::int'.repeat(2400)}`, 'treeDepth'],
    ['1,200 queries in a UNION', Array.from({ length: 1200 }, () => 'select a').join(' union '), 'treeDepth'],
  ])('%s: Opaque', async (_what, text, reason) => {
    const [first] = await read(text)
    expect(first?.statement).toMatchObject({ kind: 'opaque', reason: expect.stringContaining(reason) })
  })

  test('a list of 100 KB is read as a list of one', async () => {
    const [first] = await read(
      `select 1 from t where a in (${Array.from({ length: 15_000 }, (_, n) => n + 100_000).join(',')})`,
    )
    expect(first?.statement).toMatchObject({
      where: { op: 'in', operands: [{ name: ['a'] }, { kind: 'literal' }] },
    })
  })

  test('a tree as deep as the limit comes through', async () => {
    const [first] = await read(`select ${chain(990, ' + ', '')}`)
    expect(first?.statement.kind).toBe('select')
  })
})
