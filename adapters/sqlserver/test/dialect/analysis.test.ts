import { afterAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { buildCatalog } from '@sluice/core/catalog/build'
import { sqlserverTraits } from '../../src/analysis-traits/traits.ts'
import { close, readAll, reasonOf } from './reading.ts'

const columns = (relation: number, ...names: readonly string[]) =>
  names.map((name, index) => ({ relation, name, ordinal: index + 1, type: 'nvarchar' }))

const catalog = buildCatalog(
  1,
  {
    database: 'shop',
    relations: [
      { id: 1, schema: 'dbo', name: 'users', type: 'table', system: false },
      { id: 2, schema: 'dbo', name: 'orders', type: 'table', system: false },
    ],
    columns: [...columns(1, 'id', 'name', 'password'), ...columns(2, 'id', 'user_id', 'total')],
    routines: [],
  },
  () => [],
)

afterAll(close)

const context = { database: 'shop', searchPath: ['dbo', 'sys'] }

/** The facts of each statement of a batch. */
const facts = async (text: string) =>
  (await readAll(text)).map((read) => analyse(read, catalog, context, NO_NAMES, sqlserverTraits).facts)

/** `name <- sources`, with `?` where something that is not known feeds it. */
const outputs = async (text: string) =>
  (await facts(text)).map(({ outputs: found }) =>
    typeof found === 'string'
      ? found
      : found.map(
          ({ name, sources, unknown }) =>
            `${name}<-${sources
              .map((c) => `${c.relation.name}.${c.name}`)
              .sort()
              .join('+')}${unknown ? '?' : ''}`,
        ),
  )

describe('where columns come from', () => {
  test.each([
    ['select name, p = password from users', [['name<-users.name', 'p<-users.password']]],
    ['select * from users', [['id<-users.id', 'name<-users.name', 'password<-users.password']]],
    ['select u.* from users u (nolock)', [['id<-users.id', 'name<-users.name', 'password<-users.password']]],
    ['select upper(name) + password as x from users', [['x<-users.name+users.password']]],
    ['with c as (select password p from users) select p from c', [['p<-users.password']]],
    ['select x.p from users u cross apply (select u.password p) x', [['p<-users.password']]],
    ['select (select top 1 password from users) as p', [['p<-users.password']]],
    [
      'select case when id = 1 then name else password end c from users',
      [['c<-users.id+users.name+users.password']],
    ],
    ['select name from users union all select password from users', [['name<-users.name+users.password']]],
    ['select max(password) over (partition by id) m from users', [['m<-users.id+users.password']]],
    [
      'select string_agg(password, 1) within group (order by name) s from users',
      [['s<-users.name+users.password']],
    ],
    ['delete users output deleted.password where id = 1', [['password<-users.password']]],
    ['update u set name = password output inserted.name from users u', [['name<-users.name+users.password']]],
    ['select @@rowcount as n', [['n<-']]],
    ['select @p as p', [['p<-']]],
  ])('%s', async (text, expected) => {
    expect(await outputs(text)).toEqual(expected)
  })

  test.each([
    ['a variable that a query set', 'declare @p int; select @p = password from users; select @p as p', 2],
    [
      'one that was given such a one',
      'declare @p int, @q int; select @p = password from users; set @q = @p; select @q as p',
      3,
    ],
    [
      'one that is set later, in a loop',
      'declare @p int; while 1 = 1 begin set @p = (select password from users) end select @p as p',
      2,
    ],
    ['one that a procedure set', 'declare @p int; exec q @p output; select @p as p', 2],
    ['an XML method', "select x = name.value('sql:column(1)', 'int') from users", 0],
  ])('%s: nothing is known', async (_name, text, at) => {
    expect((await outputs(text))[at]).toEqual([expect.stringMatching(/\?$/)])
  })

  test('a variable of constants is one', async () => {
    expect((await outputs("declare @p int = 1; set @p += len('x'); select @p as p"))[2]).toEqual(['p<-'])
  })

  test.each([
    'exec p',
    'if 1 = 1 select name from users',
    "exec('select name from users')",
    'fetch next from c',
  ])('%s: no column is proven', async (text) => {
    const [found] = await facts(text)
    const proven =
      typeof found?.outputs === 'string' ? found.outputs === 'none' : found?.outputs.every((o) => !o.unknown)
    expect(proven).toBe(false)
  })
})

describe('what a statement does', () => {
  test.each([
    ['select 1', ['read']],
    ['select @p = name from users', ['read']],
    ['if exists (select 1 from users) delete from orders', ['read', 'write']],
    ["exec('drop table users')", ['ddl']],
    ["exec sp_executesql N'delete from users where id = @i', N'@i int', @i = 1", ['read', 'write']],
    ['exec p', ['unknown']],
    ["exec master..sp_executesql N'select 1'", ['unknown']],
    ["exec xp_cmdshell 'x'", ['program']],
    ["bulk insert users from 'f'", ['file', 'write']],
    ["select * from openrowset(bulk 'f', single_clob) x", ['file', 'read']],
    ["select * from openquery(s, 'x') x", ['read', 'unknown']],
    ['select next value for s', ['read', 'write']],
    ['select dbo.f(1)', ['read', 'unknown']],
    ['begin tran', []],
    ['use master', ['session']],
    ["execute as user = 'x'", ['session']],
    ['dbcc checkdb', ['admin']],
    ['truncate table users', ['ddl', 'write']],
    ['alter role db_owner add member bob', ['dcl']],
  ])('%s', async (text, effects) => {
    expect((await facts(text)).flatMap((one) => one.effects)).toEqual(expect.arrayContaining(effects))
    if (!effects.includes('unknown'))
      expect((await facts(text)).flatMap((one) => one.effects)).not.toContain('unknown')
  })

  test('OUTPUT … INTO writes both tables and returns nothing', async () => {
    const [found] = await facts('delete users output deleted.id into orders (id) where id = 1')
    expect(found?.outputs).toBe('none')
    expect(
      found?.tables
        .filter(({ access }) => access.includes('write'))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['orders', 'users'])
  })

  test('a write through a CTE writes its table', async () => {
    const [found] = await facts('with c as (select * from users where id = 1) update c set name = 1')
    expect(found?.tables).toEqual([expect.objectContaining({ name: 'users', access: ['read', 'write'] })])
  })

  test.each([
    ["print 'x' + cast(@@rowcount as varchar)", true],
    ['declare @p int; select @p = password from users; print @p', false],
    ['declare @p int; select @p = password from users; raiserror(@p, 1, 1)', false],
    ['print error_message()', false],
  ])('%s: a message holds no rows', async (text, isRead) => {
    const reason = await reasonOf(text)
    if (isRead) expect(reason).toBeUndefined()
    else expect(reason).toContain('a message may hold values of rows')
  })
})
