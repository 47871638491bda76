import { describe, expect, test } from '@jest/globals'
import { type DialectLimits, defaultLimits } from '@sluice/reading/limits'
import * as fc from 'fast-check'
import { loadModule, scanSync } from 'libpg-query'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { keywords } from '../../src/dialect/keywords.ts'
import type { Naming } from '../../src/dialect/lexer/naming.ts'

const read = (text: string, limits: Partial<DialectLimits> = {}, standard = true) =>
  canonicalStatements(text, standard, { ...defaultLimits, ...limits })
const canonical = (text: string) => read(text).map((statement) => statement.canonical)

describe('the canonical text', () => {
  test.each([
    ['folds case and space', 'SELECT  A.B\n\tFROM Users', 'select a.b from users'],
    ['has no comments', 'SELECT/* a */1--b', 'select 1'],
    [
      'has no literals',
      "SELECT 'x', 12.5, E'\\n', $$y$$, B'01', X'ff', N'z'",
      "select '?', 1, '?', '?', b'0', b'0', nchar '?'",
    ],
    ['keeps parameters', 'select $2 from t where a=$01', 'select $2 from t where a = $1'],
    [
      'keeps quotes that are needed',
      'SELECT "A", "b c", "select", "x""y" FROM "users"',
      'select "A", "b c", "select", "x""y" from users',
    ],
    ['reads Unicode identifiers', `select U&"d!0061tum" UESCAPE '!' from t`, 'select datum from t'],
    [
      'keeps what Unicode escapes stand for',
      String.raw`select U&"\0022\0022" from t`,
      'select """""" from t',
    ],
    ['glues signs to numbers only', 'select -1, a - 1, - a, 1--c\n- -1', 'select -1, a - 1, - a, 1 - -1'],
    [
      'folds lists',
      'select 1 from t where a in (1,2,3) and b in (1, $1, 2)',
      'select 1 from t where a in (1) and b in (1, $1)',
    ],
    [
      'folds rows',
      "insert into t values (1,'a'),(2,'b'),(3,null)",
      "insert into t values (1, '?'), (1, null)",
    ],
    ['keeps rows of another width', 'values (1), (1,2)', 'values (1), (1, 1)'],
    [
      'folds no commas of a query',
      'select 1 where (a,b,c) in (select x, 1, 1)',
      'select 1 where (a, b, c) in (select x, 1, 1)',
    ],
    [
      'folds no list of queries',
      'select 1 where a in ((select 1), (select 1))',
      'select 1 where a in ((select 1), (select 1))',
    ],
    ['folds VALUES inside IN', 'select 1 where a in (values (1),(2))', 'select 1 where a in (values (1))'],
    [
      'goes on after VALUES',
      'select * from (values (1),(2)) v, (values (1),(2)) w',
      'select * from (values (1)) v, (values (1)) w',
    ],
    [
      'keeps what follows a call of a name of a list',
      'select x.values(a), (a), x.in(b, b)',
      'select x.values (a), (a), x.in (b, b)',
    ],
    ['splits values and rows right', 'select values, (1), (1) from t', 'select values, (1), (1) from t'],
  ])('%s', (_what, text, expected) => {
    expect(canonical(text)).toEqual([expected])
  })

  test.each([
    ['at semicolons', 'select 1; select 2', ['select 1', 'select 1']],
    ['dropping what is empty', ';; select 1;;', ['select 1']],
    ['not inside strings, names and comments', `select ';', ";" /* ; */`, [`select '?', ";"`]],
    [
      'not inside parentheses',
      'create rule r as on insert to t do (select 1; select 2)',
      ['create rule r as on insert to t do (select 1; select 1)'],
    ],
    [
      'not inside a routine',
      'create or replace function f() returns int begin atomic select case when a then 1 end; select 2 as end; end; select 3',
      [
        'create or replace function f() returns int begin atomic select case when a then 1 end; select 1 as end; end',
        'select 1',
      ],
    ],
    ['at a plain BEGIN', 'begin; select 1; end', ['begin', 'select 1', 'end']],
  ])('splits %s', (_what, text, expected) => {
    expect(canonical(text)).toEqual(expected)
  })

  test.each([
    'select set_config($1, $2, true)',
    `select "set_config"('role', 'admin', false)`,
    String.raw`select U&"set\005fconfig"('role', 'admin', false)`,
    "select * from dblink_exec('x')",
    "select 'users'::regclass",
    "set role 'admin'",
    'do $$ begin end $$',
    "copy t to '/srv/x'",
    'explain create table t as select 1',
    "prepare p as select 'x'",
  ])('`%s` is read with its literals', (text) => {
    expect(read(text)[0]?.literals).toBe(true)
  })

  test.each([
    'select 1',
    '(select 1)',
    'with a as (select 1) select 2',
    'values (1)',
    'table t',
    'insert into t values (1)',
    'explain select 1',
    'explain (analyze, format json) (select 1)',
    'explain analyze verbose update t set a = 1',
  ])('`%s` is read without', (text) => {
    expect(read(text)[0]?.literals).toBe(false)
  })

  test('shows the parser the literals as PostgreSQL reads them, and records none', () => {
    const [statement] = read(String.raw`select set_config(E'ro\'le', 'a\b', false), $$x'y$$, 0x1F, X'1F'`)
    expect(statement?.text).toBe(String.raw`select set_config('ro''le', 'a\b', false), 'x''y', 0x1F, x'1F'`)
    expect(statement?.canonical).toBe(`select set_config('?', '?', false), '?', 1, b'0'`)
    expect(statement?.slots.map(({ at }) => at)).toEqual([18, 28, 43, 51, 57])
  })

  test('reads a backslash as an escape while standard_conforming_strings is off', () => {
    const text = String.raw`set x = 'a\' , secret --'`
    expect(read(text, {}, false)[0]?.text).toBe("set x = 'a'' , secret --'")
    expect(() => read(text)[0]?.text).not.toThrow()
    expect(read(text)[0]?.text).toBe(String.raw`set x = 'a\', secret`)
  })

  test('is the same text again when it is read again', () => {
    const piece = fc.constantFrom(
      'select',
      'a',
      '"B"',
      "'lit'",
      '1.5',
      '$1',
      '(',
      ')',
      '[',
      ']',
      ',',
      '.',
      '+',
      '-',
      '*',
      '::',
      'in',
      'values',
      'n',
      "E'x'",
      'int',
      '=',
      "b'1'",
      ':',
      '@-',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        let first: string[]
        try {
          first = canonical(pieces.join(' '))
        } catch {
          return
        }
        expect(first.flatMap(canonical)).toEqual(first)
      }),
      { numRuns: 3000 },
    )
  })

  test('never holds a literal', () => {
    const secret = 's3cr3t'
    const quoted = fc.constantFrom(
      `'${secret}'`,
      `E'${secret}\\n'`,
      `$q$${secret}$q$`,
      `U&'${secret}'`,
      `N'${secret}'`,
      `'a'\n'${secret}'`,
    )
    const around = fc.constantFrom(
      ['select ', ''],
      ['set x = ', ''],
      ['select set_config(', ', $1, true)'],
      ['do ', ''],
      ['select 1 where a in (', ')'],
      ['create role r password ', ''],
      ['insert into t values (', ')'],
    )
    fc.assert(
      fc.property(quoted, around, (literal, [before, after]) => {
        for (const text of canonical(`${before}${literal}${after}`)) expect(text).not.toContain(secret)
      }),
    )
  })
})

const nested = (depth: number) => `select ${'('.repeat(depth)}1${')'.repeat(depth)}`

describe('a text over a limit is refused:', () => {
  test.each([
    ['textLength', { textLength: 8 }, 'select 1', 'select 12'],
    ['canonicalBytes', { canonicalBytes: 11 }, 'select é, a', 'select é, ab'],
    ['nesting', {}, nested(32), nested(33)],
    ['tokens', { tokens: 4 }, 'select 1 + 2', 'select 1 + 2 + 3'],
    ['statements', { statements: 2 }, 'a; b', 'a; b; c'],
  ])('%s', (name, limits, within, over) => {
    expect(() => read(within.replace('é', 'e'), limits)).not.toThrow()
    expect(() => read(over, limits)).toThrow(name)
  })

  test('bulk inserts and long lists are not', () => {
    const rows = Array.from({ length: 5000 }, (_, row) => `(${row}, 'name ${row}')`).join(', ')
    expect(canonical(`insert into t values ${rows}`)).toEqual(["insert into t values (1, '?')"])
    expect(
      canonical(`select 1 where a in (${Array.from({ length: 50_000 }, (_, n) => n).join(',')})`),
    ).toEqual(['select 1 where a in (1)'])
  })

  test.each([
    ['select (1', 'not closed'],
    ['select 1)', 'not opened'],
    ['select \ud800', 'Unicode'],
  ])('%s', (text, reason) => {
    expect(() => read(text)).toThrow(reason)
  })
})

/** A statement that holds a text, as a server of that version has it. */
const holding = (major?: number) =>
  canonicalStatements(
    'do $$ begin perform 1; end $$',
    true,
    defaultLimits,
    major === undefined ? {} : { major },
  )[0]

describe('a word that is no keyword in an older version is a name there', () => {
  test.each<[string, number, string]>([
    ['select system_user from system_user', 15, 'select "system_user" from "system_user"'],
    ['select system_user', 16, 'select system_user'],
    ["select json_value /* a */ (a, E'\\'')", 16, `select "json_value"(a, '?')`],
    ['select json_value(a, b) from json_value', 17, 'select json_value(a, b) from json_value'],
    ['select json_array(1), app.JSON_OBJECT(2)', 15, 'select "json_array"(1), app."json_object"(1)'],
    ['select json_array(1), json(a)', 16, 'select json_array(1), "json"(a)'],
    ["select a is json, b::json, json '{}'", 16, "select a is json, b::json, json '?'"],
  ])('%s, %s', (text, major, expected) => {
    const [statement] = canonicalStatements(text, true, defaultLimits, { major })
    expect(statement?.canonical).toBe(expected)
  })

  test.each<[string, number, string | undefined]>([
    [String.raw`do E'\v'`, 16, `do 'v'`],
    [String.raw`do E'\v'`, 17, `do '\v'`],
    ['select 0x1F', 15, undefined],
    ['select 0x1F, 1_000', 16, 'select 1, 1'],
    ['select .5_0', 13, undefined],
    ['select 1.5e10', 13, 'select 1'],
  ])('and constants are what it makes of them: %s, %s', (text, major, expected) => {
    const reading = () => canonicalStatements(text, true, defaultLimits, { major })
    if (expected === undefined) expect(reading).toThrow('newer servers')
    else expect(reading()[0]?.text).toContain(expected)
  })

  test('and what stands in texts is read as the server does, by a key of its own', () => {
    expect(holding(17)?.text).toBe(holding()?.text)
    expect(new Set([holding(13)?.text, holding(15)?.text, holding()?.text]).size).toBe(3)
  })
})

test('the keywords are those of the parser, with their classes', async () => {
  await loadModule()
  const kinds = [
    'NO_KEYWORD',
    'UNRESERVED_KEYWORD',
    'COL_NAME_KEYWORD',
    'TYPE_FUNC_NAME_KEYWORD',
    'RESERVED_KEYWORD',
  ]
  expect(keywords.size).toBe(494)
  for (const [word, of] of keywords)
    expect([word, scanSync(word).tokens[0]?.keywordName]).toEqual([word, kinds[of]])
})

const readIn = (naming: Naming, text: string) => () =>
  canonicalStatements(text, true, defaultLimits, { naming })

describe('names beyond ASCII, as databases in other encodings keep them', () => {
  test.each<[Naming, string, string]>([
    ['single-byte', 'select É', 'folded'],
    ['single-byte', 'select Я', 'folded'],
    ['single-byte', 'select straẞe', 'folded'],
    ['single-byte', `select "${'é'.repeat(32)}"`, 'cut'],
    ['single-byte', `select ${'é'.repeat(32)}`, 'cut'],
    ['bytes', 'select é', 'folded'],
    ['bytes', `select U&"${String.raw`\00e9`.repeat(32)}"`, 'cut'],
    ['multi-byte', `select "${'é'.repeat(22)}"`, 'cut'],
    ['multi-byte', 'select "a¦"', 'are one'],
    ['multi-byte', 'select "￤"', 'are one'],
    ['unknown', 'select é', 'use client_encoding UTF8'],
    ['unknown', 'select "é"', 'use client_encoding UTF8'],
    // What is a letter in UTF-8 is two in LATIN1.
    ['single-byte', String.raw`do E'\xc3\xa9'`, 'write the character'],
    ['multi-byte', String.raw`do E'\303\251'`, 'write the character'],
  ])('%s: %s is not read', (naming, text, reason) => {
    expect(readIn(naming, text)).toThrow(reason)
    expect(readIn('utf8', text)).not.toThrow()
  })

  test('bytes of values that do not matter are those of the database', () => {
    expect(readIn('single-byte', String.raw`select E'\xe9'`)).not.toThrow()
    expect(readIn('utf8', String.raw`select E'\xe9'`)).toThrow('not valid UTF-8')
  })

  test.each<[Naming, string]>([
    ['single-byte', `select größe, GRößE, "É", "${'é'.repeat(31)}"`],
    ['bytes', `select "É", "${'é'.repeat(31)}"`],
    ['multi-byte', `select É, 名前, "${'é'.repeat(21)}"`],
    ['unknown', "select 'é', $é$É$é$ -- É"],
    ['unknown', `select ${'X'.repeat(80)}`],
  ])('%s: %s is', (naming, text) => {
    expect(readIn(naming, text)()[0]?.canonical).toBe(readIn('utf8', text)()[0]?.canonical)
  })
})

describe('what stands for a value without being a literal', () => {
  test.each([
    ['SET app.token = hunter2', "set app.token = '?'"],
    ['SET LOCAL "App"."token" TO hunter2, "b c", on', "set local \"App\".token to '?', '?', on"],
    ['SET client_min_messages TO warning', "set client_min_messages to '?'"],
    ['SET app.token = password', "set app.token = '?'"],
    ["SET a = -x, b = 'y' z", "set a = - '?', '?' = '?' '?'"],
    ['ALTER ROLE r IN DATABASE d SET app.token TO x', "alter role r in database d set app.token to '?'"],
    ['ALTER SYSTEM SET app.token = x', "alter system set app.token = '?'"],
    [
      'CREATE OR REPLACE FUNCTION f() RETURNS text SET app.token = x SET role TO r LANGUAGE sql AS $$x$$',
      "create or replace function f() returns text set app.token = '?' set role to r language sql as '?'",
    ],
    ['ALTER USER joe PASSWORD "hunter2" VALID UNTIL x', "alter user joe password '?' valid until x"],
    ['CREATE ROLE joe LOGIN CONNECTION LIMIT 10', 'create role joe login connection limit 1'],
    ['CREATE ROLE joe PASSWORD password NOLOGIN', "create role joe password '?' nologin"],
    [
      'ALTER ROLE joe PASSWORD "a" SUPERUSER SET app.token = x',
      "alter role joe password '?' superuser set app.token = '?'",
    ],
    ['CREATE USER joe IDENTIFIED BY "a" hunter2', "create user joe identified by '?' '?'"],
    [
      `ALTER SERVER s OPTIONS (SET password U&"d!0061" UESCAPE '!', host "h")`,
      "alter server s options (set password '?', host h)",
    ],
  ])('%s', (text, expected) => {
    const [one] = read(text)
    expect(one?.canonical).toBe(expected)
    expect(one?.text).not.toBe(expected)
  })

  test.each([
    'set search_path to app, "$user", public',
    'set local role = clerk',
    'set session_authorization to joe',
    'set enable_seqscan to off',
    'set app.token to default',
    'set role clerk',
    'set time zone utc',
    'set session characteristics as transaction read only',
    'set constraints a, b deferred',
    'alter role joe password null',
    'alter role password set search_path to app',
    'alter table t alter column c set default a = b',
    'alter table t set schema s',
    'alter table t set (fillfactor = 1)',
    'alter table users add password text, alter password set not null',
    'create table users(password text, connection text)',
    'create rule r as on update to v do instead update t set a = b',
    'create function f(a text) returns text begin atomic update t set a = b; end',
    'grant select (password) on users to joe',
    'update users set password = other',
    'with a as (select 1) update users set password = other',
  ])('%s stays', (text) => {
    expect(canonical(text)).toEqual([text])
  })

  test('the same string has one canonical text however it is written, and each text is read as it is', () => {
    const [bare] = read('set app.token = x')
    const [other] = read('set app.token = y')
    const [string] = read("set app.token = 'x'")
    expect(new Set([bare?.canonical, other?.canonical, string?.canonical]).size).toBe(1)
    expect(new Set([bare?.text, other?.text, string?.text]).size).toBe(3)
  })
})
