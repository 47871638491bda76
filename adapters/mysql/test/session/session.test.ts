import { afterAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import { buildCatalog } from '@sluice/core/catalog/build'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import {
  charsetRefusal,
  freshSession,
  inDatabase,
  type MysqlSession,
  type Outcome,
  sessionAfter,
  settled,
} from '../../src/session/session.ts'
import { mariadb } from '../dialect/modes.ts'

const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const catalog = buildCatalog(1, { database: 'd', relations: [], columns: [], routines: [] }, () => [])
const fresh = freshSession(mariadb, 'shop', 'utf8mb4')

/** A session behind these statements; one that begins with `!` fails. */
const behind = async (...texts: readonly string[]): Promise<MysqlSession> => {
  let session = fresh
  for (const given of texts) {
    const outcome: Outcome = given.startsWith('!') ? 'failed' : 'done'
    const [read] = await dialect.read(given.replace(/^!/, ''), session.modes)
    if (read === undefined) throw new Error(given)
    const context = { database: session.database ?? '', searchPath: ['', session.database ?? ''] }
    const analysis = analyse(read, catalog, context, session.names, mysqlTraits)
    session = sessionAfter(session, read.statement, analysis, outcome)
  }
  return session
}

const flags = ({ modes }: MysqlSession) => [
  ...(modes.ansiQuotes ? ['ansi_quotes'] : []),
  ...(modes.noBackslashEscapes ? ['no_backslash_escapes'] : []),
  ...(modes.pipesAsConcat ? ['pipes_as_concat'] : []),
]

describe('sql_mode', () => {
  test.each([
    ["SET sql_mode = 'ANSI_QUOTES'", ['ansi_quotes']],
    ["SET SESSION sql_mode = 'ansi'", ['ansi_quotes', 'pipes_as_concat']],
    ["SET @@session.sql_mode = 'STRICT_TRANS_TABLES, NO_BACKSLASH_ESCAPES'", ['no_backslash_escapes']],
    ["SET sql_mode = ''", []],
    ["SET lc_messages = 'en_US', sql_mode = 'PIPES_AS_CONCAT'", ['pipes_as_concat']],
    ["SET @old = @@sql_mode, sql_mode = 'ANSI_QUOTES'", ['ansi_quotes']],
    ["SET GLOBAL sql_mode = 'ANSI'", []],
    ["!SET sql_mode = 'ANSI'", []],
  ])('%s', async (text, expected) => {
    const session = await behind(text)
    expect(flags(session)).toEqual(expected)
    expect([...session.unsure]).toEqual([])
  })

  test('is known behind a SET of a time zone, for which the server is asked', async () => {
    const session = await behind("SET time_zone = '+00:00', sql_mode = 'PIPES_AS_CONCAT'")
    expect(flags(session)).toEqual(['pipes_as_concat'])
    expect([...session.unsure]).toEqual(['time_zone'])
  })

  test.each([
    'SET sql_mode = @old',
    'SET sql_mode = DEFAULT',
    'SET sql_mode = 4',
    "SET sql_mode = 'ORACLE'",
    "SET sql_mode = 'HIGH_NOT_PRECEDENCE'",
    "SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')",
    "SET sql_mode = x'414E5349'",
    "SET sql_mode = b'01'",
    "SET sql_mode = _utf16'\\0A\\0N\\0S\\0I'",
  ])('%s cannot be told', async (text) => {
    expect([...(await behind(text)).unsure]).toEqual(['sql_mode'])
  })

  test('is sure again behind a plain SET, or when the server has said it', async () => {
    expect((await behind('SET sql_mode = DEFAULT', "SET sql_mode = 'ANSI'")).unsure.size).toBe(0)
    const asked = settled(await behind('SET sql_mode = DEFAULT'), 'STRICT_TRANS_TABLES,ANSI_QUOTES', 'latin1')
    expect([flags(asked), asked.unsure.size, asked.characterSet]).toEqual([['ansi_quotes'], 0, 'latin1'])
  })

  test('of another grammar stays unsure, whatever the server says', () => {
    expect([...settled(fresh, 'ORACLE', 'utf8mb4').unsure]).toEqual(['sql_mode'])
  })

  test('decides how the next text is read', async () => {
    const session = await behind("SET sql_mode = 'ANSI_QUOTES'")
    const [read] = await dialect.read('SELECT "email" FROM t', session.modes)
    expect(read?.statement).toMatchObject({
      targets: [{ expression: { kind: 'column-ref', name: ['email'] } }],
    })
  })
})

describe('the character set of the client', () => {
  test.each([
    ['SET NAMES utf8mb4 COLLATE utf8mb4_bin', undefined],
    ["SET NAMES 'latin1'", undefined],
    ['SET CHARACTER SET binary', undefined],
    ['SET character_set_client = utf8', undefined],
    ['SET NAMES DEFAULT', undefined],
    ['SET NAMES gbk', 'gbk'],
    ["SET NAMES 'SJIS'", 'sjis'],
    ['SET CHARSET big5', 'big5'],
    ['SET character_set_client = gb18030', 'gb18030'],
    ["SET @@character_set_client = 'cp932', time_zone = '+00:00'", 'cp932'],
    ['SET NAMES utf16', 'utf16'],
    ['SET NAMES nosuch', 'nosuch'],
    ["SET character_set_results = 'gbk'", undefined],
  ])('%s', async (text, refused) => {
    const [read] = await dialect.read(text, mariadb)
    const reason = read && charsetRefusal(read.statement)
    if (refused === undefined) expect(reason).toBeUndefined()
    else expect(reason).toMatch(new RegExp(`\`${refused}\` is refused`, 'i'))
  })

  test('is known behind SET NAMES, and in doubt behind a value that is not said', async () => {
    expect((await behind('SET NAMES latin1')).characterSet).toBe('latin1')
    expect([...(await behind('SET NAMES DEFAULT')).unsure]).toEqual(['character_set_client'])
    expect([...(await behind('SET character_set_client = @c')).unsure]).toEqual(['character_set_client'])
  })
})

describe('a session', () => {
  test('follows USE, also where it stands before a ROLLBACK', async () => {
    expect(await behind('BEGIN', 'USE vault', "SET sql_mode = 'ANSI'", 'ROLLBACK')).toMatchObject({
      database: 'vault',
      modes: { ansiQuotes: true },
    })
    expect((await behind('SAVEPOINT a', 'USE vault', 'ROLLBACK TO a')).database).toBe('vault')
    expect((await behind('!USE vault')).database).toBe('shop')
  })

  test('knows what was prepared, and what was taken away again', async () => {
    const session = await behind("PREPARE s FROM 'SELECT 1'", 'ROLLBACK')
    expect(session.names.prepared('s')?.facts.verb).toBe('select')
    expect(
      (await behind("PREPARE s FROM 'SELECT 1'", 'DEALLOCATE PREPARE s')).names.prepared('s'),
    ).toBeUndefined()
    expect((await behind("PREPARE s FROM 'SELECT 1'", 'DROP PREPARE s')).names.prepared('s')).toBeUndefined()
  })

  test('knows what was prepared in another database as it was there', async () => {
    const session = await behind("PREPARE s FROM 'SELECT 1 FROM t'", 'USE vault')
    const [read] = await dialect.read('EXECUTE s', mariadb)
    if (read === undefined) throw new Error('nothing was read')
    const there = { database: 'vault', searchPath: ['', 'vault'] }
    const { facts } = analyse(read, catalog, there, session.names, mysqlTraits)
    expect(facts.tables).toMatchObject([{ schema: 'shop', name: 't' }])
  })

  test('has lost what a failed PREPARE replaced, and what a CALL may have replaced', async () => {
    const first = "PREPARE s FROM 'SELECT 1'"
    expect((await behind(first, "!PREPARE s FROM 'DELETE FROM t'")).names.prepared('s')).toBeUndefined()
    expect((await behind(first, 'CALL p()')).names.prepared('s')).toBeUndefined()
    expect((await behind(first, '!CALL p()')).names.prepared('s')).toBeUndefined()
    expect((await behind(first, '!SELECT 1 FROM nowhere')).names.prepared('s')).toBeDefined()
  })

  test('knows its temporary tables, which no rollback takes away', async () => {
    const made = await behind('BEGIN', 'CREATE TEMPORARY TABLE t (a INT)', 'ROLLBACK')
    expect([...made.temporaryTables]).toEqual(['shop.t'])
    const gone = await behind(
      'CREATE TEMPORARY TABLE vault.t (a INT)',
      'CREATE TABLE u (a INT)',
      'DROP TABLE vault.t',
    )
    expect([...gone.temporaryTables]).toEqual([])
    const kept = await behind('CREATE TEMPORARY TABLE t (a INT)', '!DROP TABLE t, u')
    expect([...kept.temporaryTables]).toEqual(['shop.t'])
  })
})

/** More than a call stack holds. */
const OFTEN = 100_000

test('a session that goes to and fro between databases without end still has its names', async () => {
  let session = await behind("PREPARE p FROM 'SELECT 1'")
  for (let i = 0; i < OFTEN; i++) session = inDatabase(session, i % 2 === 0 ? 'other' : 'shop')
  expect(session.names.prepared('p')).toBeDefined()
  expect(session.names.prepared('q')).toBeUndefined()
})
