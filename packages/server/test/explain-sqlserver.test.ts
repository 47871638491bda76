import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { catalogOf } from '../src/explain/catalog-document.ts'
import { type ExplainDialect, explainDialects } from '../src/explain/dialects.ts'
import { type Explanation, explain } from '../src/explain/explanation.ts'

const tables = [
  { schema: 'dbo', name: 'Users', columns: [{ name: 'Id' }, { name: 'Email' }] },
  { schema: 'dbo', name: 'Orders', columns: [{ name: 'Id' }, { name: 'Total' }] },
]

let sqlserver: ExplainDialect

beforeAll(async () => {
  sqlserver = await (explainDialects['sqlserver'] as () => Promise<ExplainDialect>)()
})
afterAll(() => sqlserver.close())

const all = async (sql: string, database = 'shop'): Promise<readonly Explanation[]> => {
  const document = database === '' ? { tables } : { tables, database }
  return (await explain(sqlserver, sql, catalogOf(document, sqlserver), undefined)).map(
    (one) => one.explanation,
  )
}

/** What the last statement of a script returns, and of which tables. */
const last = async (sql: string, database = 'shop'): Promise<string> => {
  const { opaque, lineage, tables: touched } = (await all(sql, database)).at(-1) as Explanation
  if (opaque !== undefined) return 'opaque'
  const from =
    typeof lineage === 'string'
      ? lineage
      : lineage.map((one) => [...one.from, ...(one.unknown ? ['?'] : [])].join('+'))
  return `${touched.map(({ name }) => name).join(' ')}: ${String(from)}`
}

describe('a script of SQL Server', () => {
  test('is explained with the names of the catalog, however they are written', async () => {
    const [first] = await all('SELECT EMAIL AS e, Id FROM users')
    expect(first?.tables).toEqual([{ name: 'dbo.Users', access: ['read'], known: true }])
    expect(first?.lineage).toMatchObject([{ from: ['dbo.Users.Email'] }, { from: ['dbo.Users.Id'] }])
  })

  test.each([
    ['use of the database of the catalog', 'use shop; select Email from Users', 'dbo.Users: dbo.Users.Email'],
    ['use of another', 'use crm; select Email from Users', 'crm.dbo.users: ?'],
    ['schemas of another', 'use crm; select Email from dbo.Users', 'crm.dbo.users: ?'],
    ['from another back', 'use crm; use shop; select Email from Users', 'dbo.Users: dbo.Users.Email'],
    ['a look back from another', 'use crm; select Email from shop.dbo.Users', 'dbo.Users: dbo.Users.Email'],
    ['use in a batch of its own', 'use crm\nGO\nselect Email from Users', 'crm.dbo.users: ?'],
    [
      'use in a text that is run ends with it',
      "exec('use crm'); select Email from Users",
      'dbo.Users: dbo.Users.Email',
    ],
    ['use in a branch', 'if @p = 1 use crm; select Email from Users', 'opaque'],
    ['use is not rolled back', 'begin tran; use crm; rollback; select Email from Users', 'crm.dbo.users: ?'],
    ['acting as another', "execute as user = 'x'; select Email from Users", 'users: ?'],
    [
      'acting as another, with the schema',
      "execute as user = 'x'; select Email from dbo.Users",
      'dbo.Users: dbo.Users.Email',
    ],
    [
      'acting as oneself again',
      "execute as user = 'x'; revert; select Email from Users",
      'dbo.Users: dbo.Users.Email',
    ],
    [
      'one of two reverted',
      "execute as user = 'x'; execute as user = 'y'; revert; select Email from Users",
      'users: ?',
    ],
    ['an application role', "exec sp_setapprole 'r', 'p'; select Email from Users", 'users: ?'],
    ['a temporary table', 'create table #t (a int, b int); select b from #t', '#t: #t.b'],
    ['a temporary table of a query', 'select Email as e into #t from Users; select e from #t', '#t: #t.e'],
    ['a temporary table by any schema', 'create table #t (a int); select a from tempdb..#t', '#t: #t.a'],
    [
      'a temporary table rolled back',
      'begin tran; create table #t (a int); rollback; select a from #t',
      '#t: ?',
    ],
    [
      'a temporary table committed',
      'begin tran; create table #t (a int); commit; select a from #t',
      '#t: #t.a',
    ],
    [
      'a savepoint',
      'begin tran; save tran s; create table #t (a int); rollback tran s; select a from #t',
      '#t: ?',
    ],
    [
      'the name of the transaction',
      'begin tran s; create table #t (a int); rollback tran s; select a from #t',
      '#t: ?',
    ],
    [
      'an inner commit commits nothing',
      'begin tran; begin tran; create table #t (a int); commit; rollback; select a from #t',
      '#t: ?',
    ],
    ['a temporary table of a text that is run', "exec('create table #t (a int)'); select a from #t", '#t: ?'],
    ['a computed column', 'create table #t (a int, b as a + 1); select a from #t', '#t: ?'],
    [
      'a table dropped perhaps',
      "if object_id('Users') is not null drop table Users; select Email from dbo.Users",
      'dbo.Users: ?',
    ],
    [
      'a table made anew',
      'if @p = 1 drop table Users; create table Users (a int); select a from Users',
      'dbo.Users: dbo.users.a',
    ],
    ['a table renamed', "exec sp_rename 'Orders', 'Users'; select Email from Users", 'opaque'],
    [
      'a view',
      'create view v as select Email as e from Users\nGO\nselect e from v',
      'dbo.v: dbo.v.e+dbo.Users.Email',
    ],
    ['a procedure leaves names alone', 'exec p; select Email from Users', 'dbo.Users: dbo.Users.Email'],
    ['a text that nobody knows', 'exec(@x); select Email from Users', 'dbo.Users: dbo.Users.Email'],
    ['a batch that is not read', 'bogus !\nGO\nselect Email from Users', 'opaque'],
    ['plans in place of rows', 'set showplan_xml on\nGO\nselect Email from Users', 'opaque'],
    ['plans no more', 'set showplan_xml off\nGO\nselect Email from Users', 'dbo.Users: dbo.Users.Email'],
  ])('%s', async (_name, script, expected) => {
    expect(await last(script)).toBe(expected)
  })

  test('a catalog that names no database is that of the first one used', async () => {
    expect(await last('use crm; select Email from Users', '')).toBe('dbo.Users: dbo.Users.Email')
    expect(await last('use crm; use b; select Email from Users', '')).toBe('b.dbo.users: ?')
  })

  test.each([
    ['the session begins with quoted names', 'select "Email" from Users', 'dbo.Users: dbo.Users.Email'],
    ['a batch sets the next one', 'set quoted_identifier off\nGO\nselect "Email" from Users', 'dbo.Users: '],
    [
      'in a branch that is not reached too',
      'if 1 = 0 set quoted_identifier off\nGO\nselect "Email" from Users',
      'dbo.Users: ',
    ],
    [
      'a text that is run sets itself only',
      'exec(\'set quoted_identifier off\')\nGO\nselect "Email" from Users',
      'dbo.Users: dbo.Users.Email',
    ],
    [
      'ANSI_DEFAULTS sets it',
      'set quoted_identifier off\nGO\nset ansi_defaults on\nGO\nselect "Email" from Users',
      'dbo.Users: dbo.Users.Email',
    ],
  ])('QUOTED_IDENTIFIER: %s', async (_name, script, expected) => {
    expect(await last(script)).toBe(expected)
  })

  test.each([
    ['select 1\nGO\nselect 2', 2],
    ['select 1\r\ngo 5 -- again\r\nselect 2', 2],
    ["select '\nGO\n'\nGO\nselect 2", 2],
    ['select 1 /* \nGO\n /* */ \nGO\n */\nGO\nselect 2', 2],
    ['select [\nGO\n] from t\nGO', 1],
    ["select 1 -- it's\nGO\nselect 2", 2],
    ['select go from t', 1],
    ['GO\nGO\n', 0],
  ])('%j is sent as %i batches', async (script, count) => {
    expect(await all(script)).toHaveLength(count === 0 ? 0 : count)
  })
})
