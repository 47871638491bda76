import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { readEntries } from '@sluice/audit/read'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { writeTestConfig } from '../harness/gateway.ts'
import { auditVerify, type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts'
import { RawClient, run } from '../harness/raw-client.ts'

const TOKEN = 'zqtoken@example.com'

const policy = `
version: 1
rules:
  - { id: use, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
`

/** What a client sends, and where values of people are once the database has done it: all wait for `people`. */
const movers: readonly (readonly [table: string, bytes: Buffer])[] = [
  ['one', encodeQuery({ sql: 'INSERT INTO one SELECT email FROM people' })],
  ['two', Buffer.concat([run('INSERT INTO two SELECT email FROM people'), encodeSync()])],
  ['three', encodeQuery({ sql: 'CREATE TABLE three AS SELECT email AS word FROM people' })],
  ['four', encodeQuery({ sql: 'BEGIN; INSERT INTO four SELECT email FROM people; COMMIT' })],
]

let server: RunningPostgres
let direct: pg.Client
let config: Awaited<ReturnType<typeof writeTestConfig>>

beforeAll(async () => {
  const empty = ['one', 'two', 'four'].map((table) => `CREATE TABLE ${table} (word text);`)
  server = await postgresWith(
    `CREATE TABLE people (email text); INSERT INTO people VALUES ('${TOKEN}'); ${empty.join(' ')}`,
  )
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  config = await writeTestConfig({
    upstream: server,
    database: 'postgres',
    policy,
    catalogRefreshSeconds: 3_600,
  })
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await server?.stop()
  if (config !== undefined) await rm(config.directory, { recursive: true, force: true })
})

const as = (gateway: GatewayProcess, login: string) => ({
  host: '127.0.0.1',
  port: gateway.port,
  user: login,
  password: `${login}-secret`,
  database: 'postgres',
})

/** Waits until so many of the other sessions of the database are of this kind. */
const others = async (condition: string, count: number): Promise<void> => {
  const asked = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND ${condition}`
  while ((await direct.query<{ n: number }>(asked)).rows[0]?.n !== count) await delay(10)
}

/** How often the record says that each of the movers ran. What is decided anew, as labels change, was skipped before. */
const recorded = (): readonly number[] => {
  const texts = new Map<number, string>()
  for (const { entry } of readEntries(join(config.directory, 'journal'))) {
    if (entry.type === 'statement.opened') texts.set(entry.statement, entry.canonical)
    if (entry.type === 'statement.closed' && entry.outcome === 'skipped') texts.delete(entry.statement)
  }
  return movers.map(([table]) => {
    const moves = new RegExp(`^(insert into|create table) ${table} `)
    return [...texts.values()].filter((text) => moves.test(text)).length
  })
}

test('killed while the database works: what it does then is recorded once, and the values that it moves stay masked', async () => {
  const gateway = await startGatewayProcess(config.file)
  const sessions = await Promise.all(movers.map(() => RawClient.login(as(gateway, 'dora'))))
  await direct.query('BEGIN; LOCK TABLE people IN ACCESS EXCLUSIVE MODE')
  for (const [index, [, bytes]] of movers.entries()) sessions[index]?.send(bytes)
  await others("wait_event_type = 'Lock'", movers.length)
  await gateway.kill('SIGKILL')
  // Nobody tells the database: it goes on with what it was asked for.
  await direct.query('COMMIT')
  await others('true', 0)
  for (const [table] of movers)
    expect((await direct.query({ text: `TABLE ${table}`, rowMode: 'array' })).rows).toEqual([[TOKEN]])
  expect(recorded()).toEqual(movers.map(() => 1))

  const next = await startGatewayProcess(config.file)
  const ana = await RawClient.login(as(next, 'ana'))
  for (const [table] of movers) {
    const lines = await ana.query(`TABLE ${table}`)
    expect(lines.join('\n')).toMatch(/^DataRow (?!zqtoken)/m)
  }
  ana.close()
  await next.kill('SIGTERM')
  await auditVerify(join(config.directory, 'journal'))
}, 60_000)
