import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import type { QuoteModes } from '../../src/dialect/lexer/quoted.ts'
import { mariadb } from './modes.ts'

if (!hasMariadb) console.warn('NO MARIADB, so quotes are not held against a server: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

/** What stands before the quote, and how a text goes on in which the quote may swallow a UNION. */
const places: readonly (readonly [head: string, before: string, after: string])[] = [
  ['a variable', 'select 1 from dual where 1 = 1 or @', ' is null'],
  ['a string', 'select 1 from dual where 1 = 1 or ', ' is null'],
  ['a national string', 'select 1 from dual where 1 = 1 or N', ' is null'],
  ['a string of a character set', 'select 1 from dual where 1 = 1 or _utf8mb4 ', ' is null'],
  ['bits', 'select 1 from dual where 1 = 1 or x', ' is null'],
  ['an alias', 'select 1 as ', ''],
  ['a part of a name', 'select dual.', ' from dual'],
  ['an account', "show grants for 'root'@", ''],
  ['a hint', 'select /*+ qb_name(', ') */ 1'],
]

/** What may stand between the quotes; `q` is the quote. */
const contents = ['', 'a', '\\', '\\\\', 'a\\', 'qq', 'aqqb', '\\qq', 'qq\\', '\\\\\\', 'a\\qb']

const flags = [false, true]
const modes: readonly QuoteModes[] = flags.flatMap((ansiQuotes) =>
  flags.map((noBackslashEscapes) => ({ ansiQuotes, noBackslashEscapes })),
)

/** Whether we read the UNION; undefined where the text is refused. */
const readsUnion = (sql: string, session: QuoteModes): boolean | undefined => {
  try {
    return canonicalStatements(sql, { ...mariadb, ...session }, defaultLimits).some(({ canonical }) =>
      canonical.replace(/`(?:[^`]|``)*`/g, '').includes(' union '),
    )
  } catch {
    return undefined
  }
}

suite('where a quote ends is where MariaDB ends it', () => {
  let server: RunningMariadb
  let connection: Connection
  beforeAll(async () => {
    server = await startMariadb()
    connection = await createConnection({ socketPath: server.socket, user: 'root' })
  }, 120_000)
  afterAll(async () => {
    await connection?.end()
    await server?.stop()
  }, 60_000)

  /** Whether the server runs the UNION; undefined where it runs nothing. */
  const runsUnion = (sql: string): Promise<boolean | undefined> =>
    connection.query<RowDataPacket[]>(sql).then(
      ([rows]) => rows.length === 2,
      () => undefined,
    )

  test.each(modes)('under %j', async (session) => {
    const named = [session.ansiQuotes && 'ANSI_QUOTES', session.noBackslashEscapes && 'NO_BACKSLASH_ESCAPES']
    await connection.query(`set sql_mode = '${named.filter(Boolean).join(',')}'`)
    const different: string[] = []
    let count = 0
    for (const [, before, after] of places)
      for (const quote of ["'", '"', '`'])
        for (const content of contents) {
          const inside = content.replaceAll('q', quote)
          const sql = `${before}${quote}${inside}${quote} union select 2 -- ${quote}${after}`
          const ours = readsUnion(sql, session)
          const theirs = await runsUnion(sql)
          if (ours === undefined || theirs === undefined) continue
          count++
          if (ours !== theirs) different.push(sql)
        }
    expect(different).toEqual([])
    expect(count).toBeGreaterThan(60)
  })
})
