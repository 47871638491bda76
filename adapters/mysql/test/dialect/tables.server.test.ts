import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Statement } from '@sluice/core/statement/command'
import { tablesIn, visit } from '@sluice/core/statement/walk'
import { readCorpus } from '@sluice/testkit/corpora'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import { mariadb } from './modes.ts'

const corpus = readCorpus('mysql')
if (!hasMariadb) console.warn('NO MARIADB, so tables are not held against a server: install `mariadb-server`')
const suite = corpus === undefined || !hasMariadb ? describe.skip : describe

/** Every so-maniest statement of the suites, and all of the applications. */
const suiteStep = 4
/** These are there without being made. */
const systemTable = /^(?:information_schema|mysql|performance_schema|sys)\./i
/** Tables of storage engines that are there under any number. */
const madeUp = /\.seq_\d+_to_\d+/
const rowKinds: ReadonlySet<string> = new Set([
  'select',
  'set-operation',
  'values',
  'insert',
  'update',
  'delete',
  'joined-update',
  'joined-delete',
])

const missingTable = 1146
const missingSequence = 4091
const missingDatabase = 1049
/** Refused before any table is opened: what the version lacks, what cannot be prepared, what is out of range. */
const beforeOpening: ReadonlySet<number> = new Set([1109, 1221, 1235, 1295, 1367, 1425, 1525, 1584])

type Lane = { readonly connection: Connection; readonly home: string }
type Failure = { readonly errno: number; readonly message: string }

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``
const path = (name: string) => {
  const dot = name.indexOf('.')
  return `${quoted(name.slice(0, dot))}.${quoted(name.slice(dot + 1))}`
}

const ctesOf = (statement: Statement, home: string): ReadonlySet<string> => {
  const names = new Set<string>()
  visit(statement, (node) => {
    if (node.kind === 'cte') names.add(`${home}.${node.name}`.toLowerCase())
  })
  return names
}

/** `database.table` that the server misses; undefined where it misses none. Of a sequence it says the bare name only. */
const missedBy = ({ errno, message }: Failure, { home }: Lane, sql: string): string | undefined => {
  if (errno === missingTable) {
    const found = /^Table '(.*?)\.(.*)' doesn't exist/s.exec(message)
    return found === null ? undefined : `${found[1]}.${found[2]}`
  }
  const sequence = errno === missingSequence ? /^Unknown SEQUENCE: '(.*)'/.exec(message)?.[1] : undefined
  if (sequence === undefined) return undefined
  return `${new RegExp(`(\\w+)\\.${sequence}\\b`).exec(sql)?.[1] ?? home}.${sequence}`
}

/** What a server says it misses until it misses no table any more; undefined where it never came to open one. */
const openedBy = async (lane: Lane, sql: string): Promise<ReadonlySet<string> | undefined> => {
  const { connection } = lane
  const opened = new Set<string>()
  const databases = new Set<string>()
  for (;;) {
    const failure = await prepared(connection, sql)
    const missed = missedBy(failure, lane, sql)
    const database = /^Unknown database '(.*)'/s.exec(failure.message)?.[1]
    if (missed !== undefined && !opened.has(missed)) {
      opened.add(missed)
      const home = missed.slice(0, missed.indexOf('.'))
      const what = failure.errno === missingSequence ? 'sequence' : 'table'
      const made = `create ${what} ${path(missed)} ${what === 'table' ? '(made_up int) engine = memory' : ''}`
      if (await query(connection, made)) continue
      await query(connection, `create database ${quoted(home)}`)
      databases.add(home)
      await query(connection, made)
    } else if (failure.errno === missingDatabase && database !== undefined && !databases.has(database)) {
      await query(connection, `create database ${quoted(database)}`)
      databases.add(database)
    } else {
      for (const name of opened) await query(connection, `drop table if exists ${path(name)}`)
      for (const name of databases) await query(connection, `drop database if exists ${quoted(name)}`)
      return beforeOpening.has(failure.errno) ? undefined : opened
    }
  }
}

const query = (connection: Connection, sql: string): Promise<boolean> =>
  connection.query(sql).then(
    () => true,
    () => false,
  )

const prepared = async (connection: Connection, sql: string): Promise<Failure> => {
  try {
    const statement = await connection.prepare(sql)
    await statement.close()
    return { errno: 0, message: '' }
  } catch (error) {
    return error as Failure
  }
}

/** How many connections ask the server at the same time, each in a database of its own. */
const laneCount = 6

suite('the tables of the corpus’s statements', () => {
  const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  let server: RunningMariadb
  const lanes: Lane[] = []
  beforeAll(async () => {
    server = await startMariadb()
    for (let i = 0; i < laneCount; i++) {
      const lane: Lane = {
        connection: await createConnection({ socketPath: server.socket, user: 'root' }),
        home: `home${i}`,
      }
      await lane.connection.query(`create database ${lane.home}`)
      await lane.connection.query(`use ${lane.home}`)
      await lane.connection.query(`set sql_mode = ''`)
      lanes.push(lane)
    }
  }, 120_000)
  afterAll(async () => {
    for (const { connection } of lanes) await connection.end()
    await server?.stop()
    await dialect.close()
  }, 60_000)

  /** What we find and what the server opens, where they differ; undefined where the server came to open nothing. */
  const compared = async (
    lane: Lane,
    statement: Statement,
    sql: string,
  ): Promise<readonly string[] | undefined> => {
    const { home } = lane
    const opened = await openedBy(lane, sql)
    if (opened === undefined) return undefined
    const ctes = ctesOf(statement, home)
    const named = (name: string) =>
      !systemTable.test(name) && !madeUp.test(name) && !ctes.has(name.toLowerCase())
    const ours = tablesIn(statement).map(({ name }) => (name.length === 1 ? [home, ...name] : name).join('.'))
    const [a, b] = [ours, opened].map((names) => [...new Set([...names].filter(named))].sort().join(' '))
    return a === b ? [] : [`${a} | ${b} | ${sql}`]
  }

  test('are those that MariaDB opens', async () => {
    const different: string[] = []
    let count = 0
    const waiting = (corpus ?? [])
      .filter(({ kind, valid }, index) => valid && (kind === 'app' || index % suiteStep === 0))
      .filter(({ sql }) => !/^\s*(?:do|set|execute)\b/i.test(sql))
    const abroad: { readonly statement: Statement; readonly sql: string }[] = []
    const note = async (lane: Lane, statement: Statement, sql: string): Promise<void> => {
      const found = await compared(lane, statement, sql)
      if (found === undefined) return
      count++
      different.push(...found)
    }
    const work = async (lane: Lane): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { sql } = next
        const [first, ...more] = await dialect.read(sql, mariadb)
        if (first === undefined || more.length > 0 || !rowKinds.has(first.statement.kind)) continue
        const { statement } = first
        if (tablesIn(statement).some(({ name }) => name.length > 1)) abroad.push({ statement, sql })
        else await note(lane, statement, sql)
      }
    }
    await Promise.all(lanes.map(work))
    // Tables of a named database are the same for all: these are asked for one after another.
    for (const { statement, sql } of abroad) await note(lanes[0] as Lane, statement, sql)
    console.log(`${count} statements held against MariaDB`)
    expect(different).toEqual([])
    expect(count).toBeGreaterThanOrEqual(6000)
  }, 480_000)
})
