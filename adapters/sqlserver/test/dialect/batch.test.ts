import { afterAll, describe, expect, test } from '@jest/globals'
import { close, readAll, reasonOf } from './reading.ts'

afterAll(close)

const canonicals = async (text: string) => (await readAll(text)).map(({ canonical }) => canonical)

describe('a batch is split where its statements end', () => {
  test.each([
    ['select 1 select 2', ['select 1', 'select 1']],
    [
      'select a b from t update t set a = 1 where b = 2',
      ['select a b from t', 'update t set a = 1 where b = 1'],
    ],
    ['insert into t select a from u exec p', ['insert into t select a from u', 'exec p']],
    ['insert into t exec p 1, @a', ['insert into t exec p 1, @a']],
    ['p 1; select 2', ['p 1', 'select 1']],
    ['set nocount on insert t (a) values (1)', ['set nocount on', 'insert t(a) values (1)']],
    [
      'merge t using u on t.a = u.a when matched then update set b = 1 when not matched then insert (a) values (1); select 1',
      [
        'merge t using u on t.a = u.a when matched then update set b = 1 when not matched then insert (a) values (1)',
        'select 1',
      ],
    ],
    ['if 1 = 1 select 1 else select 2 select 3', ['if 1 = 1 select 1 else select 1', 'select 1']],
    [
      'while @a < 3 begin set @a += 1 select @a end print 4',
      ['while @a < 1 begin set @a += 1 select @a end', 'print 1'],
    ],
    [
      'begin try select 1 end try begin catch throw end catch select 2',
      ['begin try select 1 end try begin catch throw end catch', 'select 1'],
    ],
    [
      'create table t (a int) create index i on t (a) select 1',
      ['create table t(a int)', 'create index i on t(a)', 'select 1'],
    ],
    [
      'alter table t add constraint c foreign key (a) references u (b) on delete cascade select 1',
      ['alter table t add constraint c foreign key (a) references u(b) on delete cascade', 'select 1'],
    ],
    // Words that a definition could be thought to go on with.
    ["create login x with password = 'on' delete t", ["create login x with password = '?'", 'delete t']],
    ['create index i on t (a) on after delete t', ['create index i on t(a) on after', 'delete t']],
    ['alter table t rebuild delete t', ['alter table t rebuild', 'delete t']],
    ['alter table t drop constraint c delete t', ['alter table t drop constraint c', 'delete t']],
    [
      'alter database d set read_only with rollback immediate delete t',
      ['alter database d set read_only with rollback immediate', 'delete t'],
    ],
    ["backup database d to disk = 'f' delete t", ["backup database d to disk = '?'", 'delete t']],
    [
      'create index i on t (a) with pad_index = on delete t',
      ['create index i on t(a) with pad_index = on', 'delete t'],
    ],
    ['kill 5 delete t', ['kill 1', 'delete t']],
    ['commit delete t', ['commit', 'delete t']],
    ['return delete t', ['return', 'delete t']],
    ['create procedure p as select 1 select 2', ['create procedure p as select 1 select 1']],
  ])('%s', async (text, expected) => {
    expect(await canonicals(text)).toEqual(expected)
  })

  test.each([
    ['a CTE behind no `;`', 'select 1 with c as (select 2 a) select a from c'],
    ['a CTE behind a string of `;`', "select ';' with c as (select 2 a) select a from c"],
    ['a procedure that is not first', 'select 1 create procedure p as select 2'],
    ['a call without EXEC that is not first', 'select 1; p 2'],
    ['a character that is no token', 'select {fn now()}'],
    ['an unterminated string', "select 'a"],
    ['an unterminated comment', 'select 1 /* /* */'],
    ['a line comment with a lone carriage return', 'select 1 -- a\rfrom users'],
    ['letters behind a number', 'select 1a from t'],
    ['QUOTED_IDENTIFIER that changes', 'set quoted_identifier off select "a" from t'],
    ['a statement that is not known', 'select 1; bogus statement'],
    ['a target that is several tables', 'with c as (select a from t, u) delete from c'],
  ])('%s is not read', async (_name, text) => {
    expect(await reasonOf(text)).toEqual(expect.any(String))
  })

  test('equal rows are written once', async () => {
    expect(await canonicals("insert into t (a, b) values (1, 'a'), (2, N'b'), (3, @p)")).toEqual([
      "insert into t(a, b) values (1, '?'), (1, @p)",
    ])
  })

  test('names are folded, quoted ones keep their brackets', async () => {
    expect(await canonicals('SELECT [A B], C FROM Dbo.T')).toEqual(['select [a b], c from dbo.t'])
  })

  // What the grammar reads alone is not enough: each of these is read by it.
  test.each([
    ['a parser sees no column in it', "select f('x', true) from t", 'disagree about the columns'],
    ['neither parser reads it', 'select count_big(all a) from t', 'no second parser accepts it'],
    ['the scan sees another table in it', 'select trim(a from b) from t', 'disagree about the tables'],
  ])('%s, so it is not read', async (_name, text, reason) => {
    expect(await reasonOf(text)).toContain(reason)
  })
})
