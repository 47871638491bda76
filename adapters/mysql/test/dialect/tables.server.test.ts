import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Statement } from '@sluice/core/statement/command'
import { tablesIn, visit } from '@sluice/core/statement/walk'
import { readCorpus } from '@sluice/testkit/corpora'
import { type Connection, createConnection } from 'mysql2/promise'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import { hasMariadb, type RunningMariadb, startMariadb } from '../mariadb-server.ts'
import { mariadb } from './modes.ts'

const corpus = readCorpus('mysql')
if (!hasMariadb) console.warn('NO MARIADB, so tables are not held against a server: install `mariadb-server`')
const suite = corpus === undefined || !hasMariadb ? describe.skip : describe

/** Every so-maniest statement of the suites, and all of the applications. */
const suiteStep = 5
const home = 'home'
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
const beforeOpening: ReadonlySet<number> = new Set([1221, 1235, 1295, 1425, 1584])

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``
const path = (name: string) => {
  const dot = name.indexOf('.')
  return `${quoted(name.slice(0, dot))}.${quoted(name.slice(dot + 1))}`
}

const ctesOf = (statement: Statement): ReadonlySet<string> => {
  const names = new Set<string>()
  visit(statement, (node) => {
    if (node.kind === 'cte') names.add(`${home}.${node.name}`.toLowerCase())
  })
  return names
}

/** What a server says it misses until it misses no table any more; undefined where it never came to open one. */
const openedBy = async (connection: Connection, sql: string): Promise<ReadonlySet<string> | undefined> => {
  const opened = new Set<string>()
  const databases: string[] = []
  for (;;) {
    const failure = await prepared(connection, sql)
    const table = /^(?:Unknown SEQUENCE: )?(?:Table )?'(.*?)\.(.*)'(?: doesn't exist)?$/s.exec(
      failure.message,
    )
    const isMissing = failure.errno === missingTable || failure.errno === missingSequence
    const database = /^Unknown database '(.*)'/s.exec(failure.message)?.[1]
    if (isMissing && table !== null && !opened.has(`${table[1]}.${table[2]}`)) {
      const name = `${table[1]}.${table[2]}`
      opened.add(name)
      const made = await query(connection, `create table ${path(name)} (made_up int) engine = memory`)
      if (made) continue
      await query(connection, `create database ${quoted(table[1] ?? '')}`)
      databases.push(table[1] ?? '')
      await query(connection, `create table ${path(name)} (made_up int) engine = memory`)
    } else if (failure.errno === missingDatabase && database !== undefined && !databases.includes(database)) {
      await query(connection, `create database ${quoted(database)}`)
      databases.push(database)
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

const prepared = async (connection: Connection, sql: string): Promise<{ errno: number; message: string }> => {
  try {
    const statement = await connection.prepare(sql)
    await statement.close()
    return { errno: 0, message: '' }
  } catch (error) {
    return error as { errno: number; message: string }
  }
}

suite('the tables of the corpus’s statements', () => {
  const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  let server: RunningMariadb
  let connection: Connection
  beforeAll(async () => {
    server = await startMariadb()
    connection = await createConnection({ socketPath: server.socket, user: 'root' })
    await connection.query(`create database ${home}`)
    await connection.query(`use ${home}`)
    await connection.query(`set sql_mode = ''`)
  }, 120_000)
  afterAll(async () => {
    await connection?.end()
    await server?.stop()
    await dialect.close()
  }, 60_000)

  test('are those that MariaDB opens', async () => {
    const different: string[] = []
    let count = 0
    for (const [index, { kind, valid, sql }] of (corpus ?? []).entries()) {
      if (
        !valid ||
        (kind === 'suite' && index % suiteStep !== 0) ||
        /^\s*(?:do|set|handler|execute)\b/i.test(sql)
      )
        continue
      const [first, ...more] = await dialect.read(sql, mariadb)
      if (first === undefined || more.length > 0 || !rowKinds.has(first.statement.kind)) continue
      const opened = await openedBy(connection, sql)
      if (opened === undefined) continue
      count++
      const ctes = ctesOf(first.statement)
      const named = (name: string) =>
        !systemTable.test(name) && !madeUp.test(name) && !ctes.has(name.toLowerCase())
      const ours = tablesIn(first.statement).map(({ name }) =>
        (name.length === 1 ? [home, ...name] : name).join('.'),
      )
      const [a, b] = [ours, opened].map((names) => [...new Set([...names].filter(named))].sort().join(' '))
      if (a !== b) different.push(`${a} | ${b} | ${sql}`)
    }
    console.log(`${count} statements held against MariaDB`)
    expect(different).toEqual([])
    expect(count).toBeGreaterThanOrEqual(5000)
  }, 240_000)
})
