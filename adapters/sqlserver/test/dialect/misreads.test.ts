import { afterAll, describe, expect, test } from '@jest/globals'
import { sqlserverDialect } from '../../src/dialect/dialect.ts'
import { close, firstOf, readAll, summary } from './reading.ts'

const dialect = sqlserverDialect()
afterAll(() => Promise.all([dialect.close(), close()]))
const read = (text: string) => dialect.read(text, { quotedIdentifier: true })

describe('statements that other parsers read as something else', () => {
  test.each([
    ['select a.x from a left join b on (a.x = b.x), users', ['a', 'b', 'users'], ['a.x', 'a.x', 'b.x']],
    ['select top(@p) password from users', ['users'], ['password']],
    ['select top @p password from users', ['users'], ['password']],
    ['select a from users (nolock)', ['users'], ['a']],
    ['select a from users with (nolock, index (i))', ['users'], ['a']],
    ['select u.a from users u (nolock)', ['users'], ['u.a']],
    ['update top (5) users set a = 1', ['users'], []],
    ['delete users', ['users'], []],
    ['delete top (5) users', ['users'], []],
    ['delete u from users u', ['users'], []],
    ['delete u from users u join x on x.a = u.a', ['users', 'users', 'x'], ['u.a', 'x.a']],
    ['insert users (a) values (1)', ['users'], []],
    ['select x = password from users', ['users'], ['password']],
    ['select "password" from users', ['users'], ['password']],
    ['select [pass]]word] from [my users]', ['my users'], ['pass]word']],
    ['select 1 /* /* */ from a */ from users', ['users'], []],
    ['select a from users -- where b = 1', ['users'], ['a']],
    ["select 'it''s' from users", ['users'], []],
    ['select a from db..users', ['db..users'], ['a']],
  ])('%s', async (text, tables, columns) => {
    expect(await summary(text)).toEqual({ tables, columns })
  })

  test.each([
    ['begin tran', 'transaction'],
    ['grant select on users to bob', 'dcl'],
    ['create view v as select a from users', 'ddl'],
    ["xp_cmdshell 'x'", 'call-procedure'],
    ["backup database d to disk = 'f'", 'procedural'],
  ])('%s is what it says', async (text, kind) => {
    expect((await readAll(text)).map(({ statement }) => statement.kind)).toEqual([kind])
  })

  test('AND binds tighter than OR', async () => {
    expect(firstOf(await readAll('select 1 from t where a = 1 or b = 2 and c = 3')).statement).toMatchObject({
      where: { op: 'or', operands: [{ op: '=' }, { op: 'and' }] },
    })
  })

  test('a double quote is a string while QUOTED_IDENTIFIER is off', async () => {
    const [off] = await readAll('select "password" from users', false)
    expect(off?.canonical).toBe("select '?' from users")
    expect(off?.statement).toMatchObject({ targets: [{ expression: { kind: 'literal', type: 'string' } }] })
  })

  test('a call in FROM that is no hint stays a call', async () => {
    expect(firstOf(await readAll('select a from users(1)')).statement).toMatchObject({
      from: [{ kind: 'function-table' }],
    })
  })
})

const nest = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth)
const chain = (count: number, between: string) =>
  `select 1 from t where ${Array.from({ length: count }, () => 'a = 1').join(between)}`

describe('worst cases are answered, read or not', () => {
  test.each([
    ['nested parentheses', `select ${nest('(', '1', ')', 30)}`],
    ['too many parentheses', `select ${nest('(', '1', ')', 5000)}`],
    ['open parentheses', `select ${'('.repeat(18)}a`],
    ['an operator that does not exist', `select ${nest('(', 'a <-> b', ')', 18)}`],
    ['nested functions', `select ${nest('replace(', "a, 'b', 'c'", ')', 25)} from t`],
    ['nested queries', nest('select a from (', 'select a from t', ') x', 30)],
    ['a chain of OR', chain(1000, ' or ')],
    ['a chain of plus', `select ${Array.from({ length: 2000 }, () => 'a').join('+')} from t`],
    ['signs', `select ${'-'.repeat(1)}${'~'.repeat(4000)}1`],
    ['NOT', `select 1 where ${'not '.repeat(4000)} a = 1`],
    ['nested blocks', `${'begin '.repeat(4000)} select 1 ${'end '.repeat(4000)}`],
    ['nested IF', `${'if 1 = 1 '.repeat(1000)} select 1`],
    ['nested CASE', `select ${'case when 1 = 1 then '.repeat(1000)} 1 ${'end '.repeat(1000)}`],
    ['comments inside comments', `select ${'/*'.repeat(50_000)}`],
    ['a long list', `select 1 from t where a in (${Array.from({ length: 30_000 }, (_v, i) => i).join(',')})`],
    ['many statements', 'select 1 '.repeat(900)],
    ['nested text that is run', `exec('exec(''exec(''''select 1'''')'')')`],
  ])('%s', async (_name, text) => {
    const { statement } = firstOf(await read(text))
    expect(statement.kind).toBeDefined()
  })

  test('a list of thousands of numbers is one', async () => {
    const list = Array.from({ length: 30_000 }, (_value, index) => index).join(',')
    const { statement, canonical } = firstOf(await read(`select 1 from t where a in (${list})`))
    expect(statement.kind).toBe('select')
    expect(canonical).toBe('select 1 from t where a in (1)')
  })
})
