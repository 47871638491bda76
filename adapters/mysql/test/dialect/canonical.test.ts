import { describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import * as fc from 'fast-check'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import type { QuoteModes } from '../../src/dialect/lexer/quoted.ts'
import { mariadb, mysql } from './modes.ts'

type Row = readonly [text: string, modes: Partial<QuoteModes>, expected: string]

const canonical = (text: string, modes = mariadb) =>
  canonicalStatements(text, modes, defaultLimits).map((statement) => statement.canonical)

describe('canonical text', () => {
  test.each([
    ['SELECT  A,b FROM T -- x', 'select A, b from T'],
    [
      "select 'a' 'b', \"c\", N'd', 1.5e3, .5, 0x1F, X'00', b'1'",
      "select '?', '?', '?', 1, 1, 0x00, 0x00, 0x00",
    ],
    ['select t.order, t.1a, `x``y`', 'select t.`order`, t.`1a`, `x``y`'],
    ['select T.`a`, key.a, t. `b`', 'select T.`a`, `key`.a, t.`b`'],
    ['select COUNT(*), f (1)', 'select count(*), f (1)'],
    ['select a != b && c', 'select a <> b and c'],
    ["set @`A b` = 1, @'c' = 2", 'set @`a b` = 1, @c = 1'],
    ['select 1 where a in (1, 2, ?, ?, b, b)', 'select 1 where a in (1, ?, ?, b)'],
    ['insert into t values (1, 2), (3, 4), (5, now())', 'insert into t values (1, 1), (1, now())'],
    [
      'insert into t (a) values (1), (2) on duplicate key update b = concat(values(a), (a), VALUES (`a b`), (`a b`), values (t.a), (t.a))',
      'insert into t (a) values (1) on duplicate key update b = concat(values(a), (a), values (`a b`), (`a b`), values (t.a), (t.a))',
    ],
    ['insert into t values (NULL), (NULL), (b), (b)', 'insert into t values (null), (b)'],
    ['select a in (select 1, 1)', 'select a in (select 1, 1)'],
    ['select 1; ; select 2;', 'select 1 | select 1'],
  ])('%s', (text, expected) => {
    expect(canonical(text).join(' | ')).toBe(expected)
  })

  const flavours = [mariadb, mysql]
  const ansi = { ansiQuotes: true }
  const plain = { noBackslashEscapes: true }
  const both = { ...ansi, ...plain }

  test.each([
    ...[{}, plain].map((modes): Row => [`select "a""b"`, modes, "select '?'"]),
    ...[ansi, both].flatMap((modes): Row[] => [
      [`select @"\\" x, @"a\\" y`, modes, 'select @`\\` x, @`a\\` y'],
      [`select "\\" x, t."a\\" y`, modes, 'select `\\` x, t.`a\\` y'],
    ]),
    ...[{}, ansi].flatMap((modes): Row[] => [
      [`select @'\\' x, @' y, '\\' x, ', N'\\' x, '`, modes, "select @`' x, @` y, '?', '?'"],
    ]),
    ...[plain, both].flatMap((modes): Row[] => [
      [`select @'\\' x, '\\' y, N'\\' z`, modes, "select @`\\` x, '?' y, '?' z"],
    ]),
    ...[{}, ansi, plain, both].flatMap((modes): Row[] => [
      ['select @`\\` x, `\\` y, @`a``b` z', modes, 'select @`\\` x, `\\` y, @`a``b` z'],
      [`select @"a""b"`, modes, 'select @`a"b`'],
      ["select @'a''b', 'a''b'", modes, "select @`a'b`, '?'"],
    ]),
    [`select @"\\" x, @" y, "\\" z, "`, {}, "select @`\" x, @` y, '?'"],
    [`select @"\\" x, "\\" y`, plain, "select @`\\` x, '?' y"],
  ])('%s under %j', (text, modes, expected) => {
    for (const flavour of flavours) expect(canonical(text, { ...flavour, ...modes })).toEqual([expected])
  })

  test.each([
    ['create user a identified by "x y"', "create user a identified by '?'"],
    ['alter user a identified with p as `x`', "alter user a identified with p as '?'"],
    ['set password for a = "x"', "set password for a = '?'"],
    ['set password = x', "set password = '?'"],
    ['set @a = x, @b := "y", @c = now(), @d = t.c', "set @a = '?', @b := '?', @c = now(), @d = t.c"],
    ['set global binlog_format = row, x = on', 'set global binlog_format = row, x = on'],
    ['create table t (password text, identified text)', 'create table t (password text, identified text)'],
    ['update t set a = `b`, c = d', 'update t set a = `b`, c = d'],
  ])('what stands for a value without being a literal is one: %s', (text, expected) => {
    const [one] = canonicalStatements(text, { ...mariadb, ansiQuotes: true }, defaultLimits)
    expect(one?.canonical).toBe(expected)
    expect(one?.text.endsWith("'?'")).toBe(false)
  })

  test('of any text is refused cleanly or is its own canonical text', () => {
    const word = fc.constantFrom(
      ...'select from where ` \' " -- # /* */ /*!50000 ( ) , ; . 1 1e5 0x1 a T `b` @c @@d ? || && := values in - \\ \n'.split(
        ' ',
      ),
    )
    const text = fc.oneof(
      fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, fc.boolean(), fc.boolean(), (given, ansiQuotes, pipesAsConcat) => {
        let made: string[]
        try {
          made = canonical(given, { ...mariadb, ansiQuotes, pipesAsConcat })
        } catch (error) {
          expect(error).toBeInstanceOf(Unreadable)
          return
        }
        for (const one of made) expect(canonical(one, { ...mariadb, pipesAsConcat: true })).toEqual([one])
      }),
      { numRuns: 3000 },
    )
  })
})
