import { afterAll, describe, expect, test } from '@jest/globals'
import { tablesIn, visit } from '@sluice/core/statement/walk'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import type { MysqlModes } from '../../src/dialect/modes.ts'
import { mariadb, mysql } from './modes.ts'

const mysql9: MysqlModes = { ...mysql, version: 90_700 }

const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const summary = async (text: string, modes: MysqlModes = mariadb) => {
  const [first] = await dialect.read(text, modes)
  if (first === undefined) throw new Error('nothing was read')
  const tables = tablesIn(first.statement).map(({ name }) => name.join('.'))
  const columns: string[] = []
  visit(first.statement, (node) => {
    if (node.kind === 'column-ref') columns.push(node.name.join('.'))
  })
  const { statement } = first
  return {
    kind: statement.kind === 'opaque' ? `opaque: ${statement.reason}` : statement.kind,
    tables: tables.sort(),
    columns: columns.sort(),
  }
}

const and = (...operands: object[]) => ({ op: 'and', operands })
const or = (...operands: object[]) => ({ op: 'or', operands })
const equal = { op: '=' }

describe('statements that other parsers read as something else', () => {
  test('AND binds tighter than OR, `&&` and `||` as well', async () => {
    for (const text of ['a = 1 or b = 2 and tenant = 5', 'a = 1 || b = 2 && tenant = 5']) {
      const [first] = await dialect.read(`select 1 from t where ${text}`, mariadb)
      expect(first?.statement).toMatchObject({ where: or(equal, and(equal, equal)) })
    }
  })

  test('XOR binds tighter than OR and looser than AND', async () => {
    const [first] = await dialect.read('select 1 from t where a = 1 or b = 2 xor c = 3 and d = 4', mariadb)
    expect(first?.statement).toMatchObject({
      where: or(equal, { op: 'xor', operands: [equal, and(equal, equal)] }),
    })
  })

  test('`||` is OR by default, looser than `=`, and joins strings under PIPES_AS_CONCAT, tighter than `=`', async () => {
    const text = 'select a || b = c from t'
    const [plain] = await dialect.read(text, mariadb)
    const [ansi] = await dialect.read(text, { ...mariadb, pipesAsConcat: true })
    expect(plain?.statement).toMatchObject({
      targets: [{ expression: or({ name: ['a'] }, { op: '=' }) }],
    })
    expect(ansi?.statement).toMatchObject({
      targets: [{ expression: { op: '=', operands: [{ op: '||' }, { name: ['c'] }] } }],
    })
  })

  test.each([
    ['select 1 /*!50000 union select pw from users */', 'set-operation', ['users'], ['pw']],
    ['/*!50000 delete from users */', 'delete', ['users'], []],
    ['select 1 /*!99999 union select pw from users */', 'select', [], []],
    ['select 1 /*M!100100 union select pw from users */', 'set-operation', ['users'], ['pw']],
    ['select 1 /*M!50701 union select pw from users */', 'set-operation', ['users'], ['pw']],
    ['select 1 /*M!99997 union select pw from users */', 'set-operation', ['users'], ['pw']],
    ['select 5--1 as x from users', 'select', ['users'], []],
    ['select 5-- 1 as x from users', 'select', [], []],
    ['select 1 from (a cross join users) where 1', 'select', ['a', 'users'], []],
    ['select 1 from t1 join (t2, users) on t1.a = t2.a', 'select', ['t1', 't2', 'users'], ['t1.a', 't2.a']],
    [
      'select a.x from a left join b on (a.x = b.x), users',
      'select',
      ['a', 'b', 'users'],
      ['a.x', 'a.x', 'b.x'],
    ],
    [String.raw`select 'a\' , secret from users -- ' from pub`, 'select', ['pub'], []],
    ['select "password" from users', 'select', ['users'], []],
    ["select _secret 'x' from users", 'select', ['users'], ['_secret']],
    ["select _utf8mb4 'x' from users", 'select', ['users'], []],
    ['select t1.index from t1', 'select', ['t1'], ['t1.index']],
    ['delete c from users as c where c.id = 1', 'joined-delete', ['users'], ['c.id']],
    [
      'update users u join t on u.a = t.a set u.b = t.b',
      'joined-update',
      ['t', 'users'],
      ['t.a', 't.b', 'u.a'],
    ],
    ['do (select pw from users)', 'procedural', ['users'], ['pw']],
    ['set @x = (select pw from users)', 'procedural', ['users'], ['pw']],
    ['call p((select pw from users))', 'call-procedure', ['users'], ['pw']],
    ["prepare s from 'delete from users'", 'prepare', ['users'], []],
    ["execute immediate 'select pw from users'", 'select', ['users'], ['pw']],
    ["select pw from users into outfile 'x.txt'", 'copy', ['users'], ['pw']],
    ['select nextval(s)', 'select', ['s'], []],
    ['select next value for s', 'select', ['s'], []],
    [
      'delete a, users from a join users on a.x = users.x',
      'joined-delete',
      ['a', 'users'],
      ['a.x', 'users.x'],
    ],
    ['update a join users on a.x = users.x set y = 1', 'joined-update', ['a', 'users'], ['a.x', 'users.x']],
    ['explain select pw from users', 'explain', ['users'], ['pw']],
    ['with users as (select pw from users) select pw from users', 'select', ['users', 'users'], ['pw', 'pw']],
    [
      'with b as (select pw from users), users as (select 1) select pw from b',
      'select',
      ['b', 'users'],
      ['pw', 'pw'],
    ],
    [
      'with recursive t as (select 1 as n union all select n from t) select n from t',
      'select',
      ['t', 't'],
      ['n', 'n'],
    ],
    ['create table t as select pw from users', 'ddl', ['users'], ['pw']],
  ])('%s', async (text, kind, tables, columns) => {
    expect(await summary(text)).toEqual({ kind, tables, columns })
  })

  test.each([
    ['ANSI_QUOTES', 'select "password" from users', { ansiQuotes: true }, ['users'], ['password']],
    [
      'NO_BACKSLASH_ESCAPES',
      String.raw`select 'a\' , secret from users -- ' from pub`,
      { noBackslashEscapes: true },
      ['users'],
      ['secret'],
    ],
    ['MySQL', 'select 1 /*M!100100 union select pw from users */', mysql, [], []],
    ['MySQL', 'select 1 /*!80000 union select pw from users */', mysql, ['users'], ['pw']],
    ['MySQL 9', 'select 1 /*!080000 union select pw from users */', mysql9, ['users'], ['pw']],
    ['MySQL 9', 'select 1 /*!100500 union select pw from users */', mysql9, [], []],
    ['MySQL 9', 'select 1 /*!80000- (select pw from users) */', mysql9, ['users'], ['pw']],
    ['MySQL 9', 'select 1 /*!999999- (select pw from users) */', mysql9, [], []],
    ['MySQL 8', 'select 1 /*!999999- (select pw from users) */', mysql, [], []],
    ['MariaDB 10.11', 'select 1 /*!80000 union select pw from users */', mariadb, [], []],
    ['an older MariaDB', 'select 1 /*M!100100 union select pw from users */', { version: 50_500 }, [], []],
  ])('%s: %s', async (_mode, text, modes, tables, columns) => {
    expect(await summary(text, { ...mariadb, ...modes })).toMatchObject({ tables, columns })
  })

  test('a version of six digits is one of five to some MySQL 8: Opaque', async () => {
    expect(await summary('select 1 /*!080000 union select pw from users */', mysql)).toMatchObject({
      kind: expect.stringContaining('differently'),
    })
  })

  test.each([
    ['select 1 /*!5000 union select 2 */', 'version that servers read differently'],
    ['select 1 /*!50000 /* a */ union select 2 */', 'nested'],
    ['/*!50000 delete from t; */', '`;`'],
    ['select 1 /*!50000 + 1', 'not terminated'],
    ["select 'a", 'not terminated'],
    ['select `a', 'not terminated'],
    ['select 1 /* a', 'not terminated'],
    ['select "a\0b", \0', 'NUL'],
    ['handler users open', 'begins with `handler`'],
    ['handler users read pw >= (load_file(1))', 'begins with `handler`'],
    ['/*! handler */ users close', 'begins with `handler`'],
    ['shutdown now please(select 1)', '`shutdown`'],
    ['show tables where exists (select 1 from users)', 'SHOW'],
    ['kill (select id from information_schema.processlist limit 1)', '`kill`'],
    ["show columns from t where (select pw from users limit 1) = 'x'", 'SHOW'],
    ['show tables in db where tables_in_db = @a', 'SHOW'],
    ['show databases where @@warning_count = 1', 'SHOW'],
    ['show explain for get_lock(1, 1)', 'SHOW'],
    ['kill @a', '`kill`'],
    ['kill query get_lock(1, 1)', '`kill`'],
    ['purge binary logs before @a', '`purge`'],
    ['select id from t limit rows examined (select max(pw) from users)', 'ROWS EXAMINED'],
    ['alter table t add a int, table users', 'begins a query'],
    ['alter table t add a int values row(1)', 'begins a query'],
    ['alter table t with users as (select 1) select pw from users', 'begins a query'],
    ["execute immediate 'set sql_mode = ?' using 'ANSI'", 'values are handed'],
    ['prepare s from @text', 'not a constant'],
    ['select secret_function from t procedure analyse()', 'left over'],
    ['(select secret_function from t) procedure analyse()', 'left over'],
    ['((select a from t)) procedure analyse()', 'left over'],
    ['(select 1) users', 'left over'],
    ['(select 1) limit 1 procedure analyse(1)', 'left over'],
    ["create table t (a int) connection = 'mysql://x'", 'outside'],
    ["create table t (a int) connection 'mysql://x'", 'outside'],
    ["create table t (a int) data directory 'x'", 'outside'],
    ["create table t (a int) partition by hash (a) (partition p index directory 'x')", 'outside'],
    ["create table t engine = connect table_type = csv file_name = '/etc/passwd'", 'outside'],
    ['alter table t engine s3', 'outside'],
    ['create table t (a int) engine = `federated`', 'outside'],
    ["set default_storage_engine = 'connect'", 'outside'],
    [
      'set statement storage_engine = connect for create table t (a int) file_name = "/etc/passwd"',
      'outside',
    ],
    ['set default_tmp_storage_engine = @e', 'outside'],
    ['set statement @a = 1 for select 1', 'is computed'],
    ["create table t (a int) engine = 'FEDERATED'", 'outside'],
    ['create table t (a int) engine "connect"', 'outside'],
    ["create table t (a int) engine = 'InnoDB', engine = 'spider'", 'outside'],
    ["alter table t engine = 'innodb ', comment = 'x'", 'outside'],
    ["show tables where a in ('x', (select max(pw) from users))", 'SHOW'],
    ["show variables where variable_name in ('x', @a)", 'SHOW'],
    ["show variables where variable_name in ('x') and sys_exec('id')", 'SHOW'],
    ['select /*+ SET_VAR(sql_mode = "") */ 1', 'hint'],
    ['select /*+ qb_name(`a*/ id, `) */ pw from users -- ` from t', 'hint is not closed'],
    ['select /*+ qb_name("a*/ id, ") */ pw from users -- " from t', 'hint is not closed'],
    ["select /*+ qb_name(`'`) resource_group('*/ 1, '`) */ pw from users -- ` from t", 'hint is not closed'],
    ["set sql_m\u00f6de = 'ANSI'", 'take for another'],
    ["set `sql_mode ` = 'ANSI'", 'take for another'],
    ["set @@session.sql_m\u00f6de = 'ANSI'", 'take for another'],
    ['select @@init_c\u00f6nnect', 'take for another'],
    ["prepare \u015b from 'select 1'", 'take for another'],
    ['execute `s `', 'take for another'],
    ['drop prepare `s `', 'take for another'],
    ["set statement time_zone = load_file('/etc/passwd') for select 1", 'is computed'],
    ["set statement max_statement_time = sys_exec('id') for select id from t", 'is computed'],
    ['set statement max_statement_time = (select max(id) from t) for select 1', 'is computed'],
    ['set statement max_statement_time = 1, timestamp = 1 + get_lock(1, 1) for select 1', 'is computed'],
    ['set statement timestamp = @v for select unix_timestamp()', 'is computed'],
    ['set statement timestamp = ifnull(benchmark(1, 1), 1) for select 1', 'is computed'],
    ['set statement timestamp = (@v := 1) for select 1', 'is computed'],
    ['set timestamp = _reads()', 'is computed'],
    ['set timestamp = `1`()', 'is computed'],
    ['set timestamp = `@v`()', 'name of a variable'],
    ['select `@v`(pw), 1 from users', 'name of a variable'],
    ['select `:=`(pw) from users', 'name of a variable'],
    ["set role none, sql_mode = 'ANSI'", 'mixed'],
    ["set autocommit = 1, password = 'x'", 'mixed'],
    ['set role none, names gbk', 'mixed'],
    ['set role r, character set gbk', 'mixed'],
    ['set role `all`, charset gbk', 'mixed'],
    ['set default role r, names gbk', 'mixed'],
    ["set default role r for 'ana'@'%', names gbk", 'mixed'],
    ["prepare s from 'set role none, names gbk'", 'mixed'],
    ["set default role none, sql_mode = 'ANSI'", 'mixed'],
    ["set password = password(''), sql_mode = 'ANSI'", 'mixed'],
    ["select pw as 'id\\0x' from users", 'take for another'],
    ['select pw as `\u{1f600}` from users', 'take for another'],
    ['select pw as `\ufffd` from users', 'take for another'],
    ['select _rowid from users', 'another name'],
    ["select path 'x' from users", 'string'],
    ['with T as (select pw from users) select pw from t', 'query of WITH'],
    [
      'with t as (select pw from users), b as (with t as (select 1) select * from t) select * from b',
      'one name',
    ],
    [
      'with recursive b as (select pw from users), users as (select 1 as pw) select pw from b',
      'query of WITH',
    ],
    ['(with t as (select pw from users) select 1) union all select a from t', 'query of WITH'],
    ['select id from t i\u00a0for\u00a0update', 'starts no token'],
    ['select 1 /*!99997 union select pw from users */', 'differently'],
    ['replace into. users values (1)', 'reserved word'],
    ['update low_priority.`users` set pw = 1', 'reserved word'],
    ['insert ignore./**/users values (1)', 'reserved word'],
    ['select distinct. users.pw from users', 'reserved word'],
    ['selec pw from users', 'no statement that the gateway reads begins with `selec`'],
    ['sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'it begins with no word of a statement'],
    ["'secret'", 'it begins with no word of a statement'],
  ])('%s: Opaque', async (text, reason) => {
    const [first] = await dialect.read(text, mariadb)
    const statement = first?.statement.kind === 'prepare' ? first.statement.statement : first?.statement
    expect(statement).toMatchObject({ kind: 'opaque', reason: expect.stringContaining(reason) })
  })

  test.each([
    "create function f() returns int language javascript as $$ ' $$; select pw from users; -- '",
    "create function f() returns int language javascript as $a$ ' $a$; select pw from users; -- '",
    'select $$a from users',
  ])('a name that newer versions of MySQL take for a quote: Opaque: %s', async (text) => {
    const [first, ...more] = await dialect.read(text, mysql)
    expect(first?.statement).toMatchObject({ kind: 'opaque', reason: expect.stringContaining('`$`') })
    expect(more).toEqual([])
    const [own] = await dialect.read('select $a, b$c$d, t.$e$ from t', mysql)
    expect(own?.statement.kind).toBe('select')
  })

  test.each([
    ['select nextval(pw) from users', [], []],
    ['select setval(pw, 1) from users', [], []],
    ['select (select next value for share) from users', [], []],
    ['insert into users (pw) values (1) on duplicate key update a = value(pw)', ['users'], ['pw']],
  ])('what is MariaDB’s alone is a name to MySQL, or not understood: %s', async (text, tables, columns) => {
    expect(await summary(text, mysql)).toMatchObject({ tables, columns })
  })

  test('a version in a comment, where the server does not say its own: Opaque', async () => {
    const [first] = await dialect.read('select 1 /*!40101 , 2 */', { ...mariadb, version: 0 })
    expect(first?.statement).toMatchObject({ kind: 'opaque', reason: expect.stringContaining('says none') })
  })
})

const chain = (count: number, between: string) => Array.from({ length: count }, () => 'a').join(between)
const nest = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth)

describe('worst cases are bounded', () => {
  // Here the limit of 250 ms holds: what is not read in time is Opaque.
  const bounded = mysqlDialect()
  afterAll(() => bounded.close())

  test.each([
    ['nested parentheses', `select ${nest('(', '1', ')', 5000)}`],
    ['parentheses that are not closed', `select ${'('.repeat(18)}a <-> b`],
    ['100,000 open parentheses', `select ${'('.repeat(100_000)}`],
    ['20,000 terms with OR', `select 1 from t where ${chain(20_000, ' or ')}`],
    ['2,000 terms with +', `select ${chain(2000, ' + ')} from t`],
    ['nested subqueries', `select ${nest('(select ', '1', ')', 50)}`],
    ['signs upon signs', `select ${'- '.repeat(4000)}a`],
  ])('%s: Opaque', async (_what, text) => {
    const [first] = await bounded.read(text, mariadb)
    expect(first?.statement.kind).toBe('opaque')
  })

  test.each([
    ['nested parentheses', `select ${nest('(', '1', ')', 30)}`],
    ['nested functions', `select ${nest('replace(', '1', ", 'a', 'b')", 25)}`],
    ['queries that turn out to be values', `select ${nest('((select ', '1', ') + 1)', 14)}`],
    ['500 terms with OR', `select 1 from t where ${chain(500, ' or ')}`],
  ])('%s: an answer', async (_what, text) => {
    expect(await bounded.read(text, mariadb)).toHaveLength(1)
  })

  test('a parse over its time is ended, and the next statement is read', async () => {
    const hurried = mysqlDialect({ limits: { parseTimeoutMs: 1 } })
    const [slow] = await hurried.read(`select 1 from t where ${chain(1500, ' or ')}`, mariadb)
    expect(slow?.statement).toEqual({ kind: 'opaque', reason: 'parsing took longer than 1 ms' })
    expect(await hurried.read('select 1', mariadb)).toHaveLength(1)
    await hurried.close()
  })

  test('a name that no server takes is not one for patterns of a policy to run on', async () => {
    const longest = 'a'.repeat(256)
    expect(await summary(`select ${longest} from t`)).toMatchObject({ kind: 'select', columns: [longest] })
    for (const text of [`select 1 from ${longest}a`, `select 1 from \`${longest}a\``, `select ${longest}a()`])
      expect(await summary(text)).toMatchObject({ kind: 'opaque: a name is longer than servers take' })
  })

  test('a list of 100 KB and 500 rows are read as one', async () => {
    const list = Array.from({ length: 15_000 }, (_, n) => n + 100_000).join(',')
    const [inList] = await dialect.read(`select 1 from t where a in (${list})`, mariadb)
    expect(inList?.canonical).toBe('select 1 from t where a in (1)')
    const rows = Array.from({ length: 500 }, (_, n) => `(${n},'${n}')`).join(',')
    const [insert] = await dialect.read(`insert into t(a, b) values${rows}`, mariadb)
    expect(insert?.statement).toMatchObject({ kind: 'insert', source: { rows: [[{}, {}]] } })
  })
})
