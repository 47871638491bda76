import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from '@jest/globals'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import { mariadb, mysql } from './modes.ts'

const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const one = async (text: string, modes = mariadb) => {
  const [statement, ...more] = await dialect.read(text, modes)
  expect(more).toEqual([])
  if (statement === undefined) throw new Error('nothing was read')
  return statement
}

describe('a reading', () => {
  test('is there at once the second time, for the text and for any text with the same canonical one', async () => {
    const first = dialect.read("SELECT a FROM t WHERE b = 'x'", mariadb)
    expect(first).toBeInstanceOf(Promise)
    const reading = await first
    expect(dialect.read("SELECT a FROM t WHERE b = 'x'", mariadb)).toBe(reading)
    const same = dialect.read('select a from t where b="y" # again', mariadb)
    expect(same).toEqual(reading)
    expect(same).not.toBeInstanceOf(Promise)
  })

  test('carries the fingerprint of its canonical text', async () => {
    const { fingerprint, canonical } = await one('select 1')
    expect(fingerprint).toBe(createHash('sha256').update(`mysql\n${canonical}`).digest('hex').slice(0, 32))
  })

  test('counts parameters', async () => {
    expect((await one('select ? from t where a in (?, ?)')).parameterCount).toBe(3)
  })

  test('of nothing is empty', async () => {
    for (const text of ['', ' ; ', '-- a', '# a', '/* a */;;', '/*!99999 select 1 */'])
      expect((await dialect.read(text, mariadb)).map(({ statement }) => statement)).toEqual([
        { kind: 'empty' },
      ])
  })

  test('has one entry for each statement; a routine with its body is one', async () => {
    const text = `select 1; create procedure p(a int)
      begin if a > 1 then select case a when 1 then 2 end; end if; while a do set a = 0; end while; end; commit`
    const reading = await dialect.read(text, mariadb)
    expect(reading.map(({ statement }) => statement.kind)).toEqual(['select', 'ddl', 'transaction'])
  })

  test('is made of what administration tools send', async () => {
    for (const text of [
      "SHOW FULL TABLES FROM `db` WHERE `Table_type` IN('BASE TABLE', 'SYSTEM VERSIONED')",
      "SHOW VARIABLES WHERE Variable_name IN ('a','b') OR Value NOT IN (1, 2)",
      'SHOW TABLES IN `db` WHERE 1 IN (1)',
      "CREATE TABLE t (engine TEXT, a INT DEFAULT 1) ENGINE='InnoDB' COMMENT='x'",
      'CREATE TABLE t (a INT) ENGINE "MyISAM"',
      "ALTER TABLE t ENGINE = 'innodb', COMMENT 'federated'",
      'SET default_storage_engine = DEFAULT',
      'SET SESSION default_storage_engine=NULL',
    ])
      expect([text, (await one(text)).statement.kind]).not.toEqual([text, 'opaque'])
  })

  test('has no assignment where a dump gives a setting of few values back what it had', async () => {
    for (const name of ['NOTE_VERBOSITY', 'SQL_NOTES'])
      expect(await one(`SET ${name}=@OLD_${name}`)).toMatchObject({
        statement: { kind: 'set', expressions: [{ name: [`@old_${name.toLowerCase()}`] }] },
      })
  })

  test('has one entry for a routine whose body is a block of another kind than BEGIN', async () => {
    for (const text of [
      'create function f(x int) returns int if x in (1) then return 1; else return 2; end if',
      'create or replace procedure if not exists p(x int) case x when 1 then select 1; else select 2; end case',
      'create trigger t before insert on u for each row if new.a > 1 then set new.a = 1; end if',
      'create event e on schedule every 1 day do while @a < 3 do set @a = @a + 1; end while',
      'create procedure p() l: loop select 1; leave l; end loop l',
      'create procedure p() for i in 1..3 do select i; end for',
      'create procedure p() begin for i in 1..3 do select i; end for; select 2; end',
      'create procedure p() begin declare exit handler for 1, not found begin select 1; end; select if(1, 2, 3); end',
      'create procedure p() begin declare exit handler for 1 select if(1, 2, 3); select 2; end',
      'begin not atomic declare a int; select 1; end',
      'if 1 then select 1; else select 2; end if',
      'while @a do select 1; end while',
    ]) {
      const reading = await dialect.read(`${text}; commit`, mariadb)
      expect([text, reading.length, reading.at(-1)?.statement.kind]).toEqual([text, 2, 'transaction'])
    }
  })

  test('ends a routine whose body is one statement where that ends', async () => {
    for (const text of [
      'create function f() returns int return if(1, 2, 3)',
      "create function f() returns set('a', 'b') return repeat('a', case 1 when 1 then 2 end)",
      'create trigger t after update on u for each row set @a = if(1, 2, 3)',
      'create procedure p() select if(a, 1, 2) from t',
      'begin',
    ]) {
      const reading = await dialect.read(`${text}; commit`, mariadb)
      expect([text, reading.length, reading.at(-1)?.statement.kind]).toEqual([text, 2, 'transaction'])
    }
  })

  test('folds names of tables where the server does, names of columns always', async () => {
    const text = 'select T.Name as Alias from Db.T'
    const folded = { targets: [{ expression: { name: ['t', 'name'] }, alias: 'alias' }] }
    expect((await one(text)).statement).toMatchObject({
      targets: [{ expression: { name: ['T', 'name'] } }],
      from: [{ name: ['Db', 'T'] }],
    })
    expect((await one(text, { ...mysql, lowerCaseTableNames: true })).statement).toMatchObject(folded)
  })

  test('has its literals where the meaning hangs on them, and only there', async () => {
    expect(await one("select lower('role')")).toMatchObject({
      literals: false,
      canonical: "select lower('?')",
    })
    const { statement, literals, canonical } = await one("set sql_mode = 'ANSI_QUOTES'")
    expect({ statement, literals, canonical }).toEqual({
      literals: true,
      canonical: "set sql_mode = '?'",
      statement: { kind: 'set', name: 'sql_mode', local: false, value: ['ANSI_QUOTES'] },
    })
  })

  test('is frozen to its leaves', async () => {
    const { statement } = await one('select frozen from t')
    if (statement.kind !== 'select') throw new Error(statement.kind)
    expect(Object.isFrozen(statement.targets[0]?.expression)).toBe(true)
  })
})

describe('statements of a session', () => {
  const OPEN = { kind: 'show', name: 'open variables' }
  const CLOSED = { kind: 'show', name: 'variables' }

  test.each([
    ['begin', { kind: 'transaction', op: 'begin' }],
    ['start transaction read only', { kind: 'transaction', op: 'begin' }],
    ['rollback to savepoint a', { kind: 'transaction', op: 'rollback to', name: 'a' }],
    ['release savepoint a', { kind: 'transaction', op: 'release', name: 'a' }],
    ["xa prepare 'x'", { kind: 'transaction', op: 'prepare transaction' }],
    ['set global transaction isolation level read committed', { kind: 'set', server: true }],
    ['use Db', { kind: 'set', name: 'database', value: ['Db'] }],
    ["set names 'utf8mb4' collate 'utf8mb4_bin'", { kind: 'set', name: 'names', value: ['utf8mb4'] }],
    ['set autocommit = 0, @@session.time_zone = "UTC"', { kind: 'set', name: 'autocommit, time_zone' }],
    ['set global max_connections = 5', { kind: 'set', name: 'global max_connections', value: ['5'] }],
    ['set role all', { kind: 'set', name: 'role', value: ['all'] }],
    ['set default role none for ana@localhost', { kind: 'ddl', called: 'set default role' }],
    ['show full columns from t', { kind: 'show', name: 'columns' }],
    ['show status where `Variable_name` like "a%" or VARIABLE_NAME = "b"', { kind: 'show', name: 'status' }],
    ['show status where `Value` > 1', { kind: 'show', name: 'status', picks: true }],
    ["show variables like 'lower\\_case\\_%'", { kind: 'show', name: 'open variables' }],
    ["show session variables where `Variable_name` = 'version' or VARIABLE_NAME in ('port', 'socket')", OPEN],
    ["show global variables where variable_name like 'character%' or variable_name = 'ssl_ca'", OPEN],
    ["show variables like 'sql_mode'", { kind: 'show', name: 'variables' }],
    ["show variables like 'SQL%'", { kind: 'show', name: 'variables' }],
    ["show variables like 'sql\\_mod_'", { kind: 'show', name: 'variables' }],
    ["show variables where variable_name = 'version' or variable_name in ('port', 'init_connect')", CLOSED],
    ["show variables where variable_name = 'version' or value = 'x'", { ...CLOSED, picks: true }],
    ["show variables where variable_name = 'version' and variable_name <> 'x' or 1", CLOSED],
    ["show variables where not variable_name = 'version'", CLOSED],
    ["show variables where variable_name = 'version' collate utf8_bin or true", { ...CLOSED, picks: true }],
    ["show variables like 'sql_m\u00f6de'", CLOSED],
    ["show variables where variable_name in ('port', 1)", CLOSED],
    ['show variables', CLOSED],
    ['show create table t', { kind: 'show', name: 'create table' }],
    ['desc t', { kind: 'show', name: 'columns' }],
    ['kill query 5', { kind: 'maintenance', verb: 'kill' }],
    [
      'lock tables a read, b as c write',
      { kind: 'lock', reads: [{ name: ['a'] }], tables: [{ name: ['b'], alias: 'c' }] },
    ],
    ['execute s using @a', { kind: 'execute', name: 's', args: [{ kind: 'call', name: ['@a'] }] }],
    ['deallocate prepare s', { kind: 'deallocate', name: 's' }],
    ['flush tables a', { kind: 'maintenance', verb: 'flush', tables: [{ name: ['a'] }] }],
    ["grant select on db.t to 'u'@'%'", { kind: 'dcl', verb: 'grant', names: [['db', 't'], ['u']] }],
    ["create user 'u'@'h' identified by 'p'", { kind: 'ddl', object: 'user', names: [['u']] }],
    ['analyze table t', { kind: 'maintenance', verb: 'analyze', tables: [{ name: ['t'] }] }],
    ['explain analyze select 1', { kind: 'explain', analyze: true }],
    [
      "load data local infile 'f' into table t (a, @b)",
      { kind: 'copy', direction: 'in', via: 'client', columns: ['a'] },
    ],
    ['truncate t', { kind: 'ddl', verb: 'truncate', names: [['t']] }],
    ['rename table a to b', { kind: 'ddl', verb: 'alter', names: [['a'], ['b']] }],
    [
      'create table t (a int references u (a), check (a > 1))',
      { kind: 'ddl', names: [['t']], tables: [{ name: ['u'] }], expressions: [{ op: '>' }] },
    ],
    [
      'create trigger g before insert on t for each row set @a = 1',
      { kind: 'ddl', names: [['g']], on: { name: ['t'] } },
    ],
  ])('%s', async (text, expected) => {
    expect((await one(text)).statement).toMatchObject(expected)
  })

  test.each([
    ["set role admin, 'audit'@'%', `b`@localhost", { kind: 'set', name: 'role' }],
    ['set role all except admin, b@localhost', { kind: 'set', name: 'role' }],
    ["set default role admin, b to 'ana'@'%', bo", { kind: 'ddl', called: 'set default role' }],
  ])('of MySQL, which may have several roles: %s', async (text, expected) => {
    expect((await one(text, mysql)).statement).toMatchObject(expected)
  })
})
