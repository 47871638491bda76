import { afterAll, describe, expect, test } from '@jest/globals'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import { readScript } from '../../src/session/read-script.ts'
import { mariadb } from '../dialect/modes.ts'

const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const canonical = async (script: string): Promise<readonly string[]> =>
  (await readScript((text, modes) => dialect.read(text, modes), script, mariadb)).map(
    ({ statement, canonical: text }) => (statement.kind === 'opaque' ? `opaque: ${statement.reason}` : text),
  )

describe('a script', () => {
  test.each([
    ['of one statement', 'select "a"', ["select '?'"]],
    ['of one statement with its end', 'select 1;\n', ['select 1']],
    ['of nothing', ' ; ;', ['']],
    ['of several', 'select 1; select "a"; commit', ['select 1', "select '?'", 'commit']],
    [
      'that sets sql_mode',
      'set sql_mode = \'ANSI_QUOTES\'; select "a" from t; set sql_mode = \'\'; select "a"',
      ["set sql_mode = '?'", 'select `a` from t', "set sql_mode = '?'", "select '?'"],
    ],
    [
      'that turns backslashes off',
      String.raw`set sql_mode = 'NO_BACKSLASH_ESCAPES'; select '\'; select a from t`,
      ["set sql_mode = '?'", "select '?'", 'select a from t'],
    ],
    [
      'that sets sql_mode to what cannot be told',
      'set sql_mode = @old; select a from t; select "a" from t; select b from t',
      ['set sql_mode = @old', expect.stringContaining('opaque: follows a SET')],
    ],
    [
      'that does, and has nothing that hangs on it',
      'set sql_mode = @old; select a from t',
      ['set sql_mode = @old', 'select a from t'],
    ],
    [
      'in a character set that cannot be read',
      'set names gbk; select "a" from t',
      ['set names gbk', expect.stringContaining('opaque: the character set `gbk` is refused')],
    ],
    [
      'with another delimiter',
      "delimiter //\ncreate procedure p () begin select ';//'; select 1; end//\ndelimiter ;\nselect a; select b",
      ["create procedure p () begin select '?'; select 1; end", 'select a', 'select b'],
    ],
    ['whose delimiter is glued to a word', 'delimiter $$\nselect 1$$ select a$$', ['select 1', 'select a']],
    [
      'with a routine',
      'create procedure p () begin select 1; select 2; end; select 3',
      ['create procedure p () begin select 1; select 1; end', 'select 1'],
    ],
    [
      'with a block outside of a routine',
      'begin not atomic if a then select 1; end if; for i in (select a from t) do select 2; end for; end; select 3',
      [expect.stringContaining('opaque: '), 'select 1'],
    ],
    [
      'with IF, a loop and a transaction outside of a routine',
      'if a then select 1; end if; while b do select 1; end while; begin; select 2; end',
      [
        expect.stringContaining('opaque: '),
        expect.stringContaining('opaque: '),
        'begin',
        'select 1',
        expect.anything(),
      ],
    ],
    [
      'that cannot be split',
      "select 1; select 'a",
      ['select 1', 'opaque: a quoted string is not terminated'],
    ],
  ])('%s', async (_what, script, expected) => {
    expect(await canonical(script)).toEqual(expected)
  })
})
