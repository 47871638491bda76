import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { allowAll, writeTestConfig } from '../harness/gateway.ts'
import { auditVerify, type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts'

const KILLS = 20
const CLIENTS = 6
/** Statements that were answered before the kill may strike. */
const WARM_UP = 12
const MOST_DELAY_MS = 60

let server: RunningPostgres
let direct: pg.Client
let directory: string
let file: string

beforeAll(async () => {
  server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    logStatement: 'all',
  })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query('CREATE TABLE load (n integer)')
  ;({ directory, file } = await writeTestConfig({ upstream: server, database: 'postgres', policy: allowAll }))
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await server?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true, force: true })
})

/** One client that inserts until its connection breaks: each statement is told apart by its alias. */
async function load(port: number, name: string, answered: () => void): Promise<void> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'dora',
    password: 'dora-secret',
    database: 'postgres',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    for (let n = 0; ; n += 1) {
      const tag = `w_${name}_${n}`
      if (n % 2 === 0) await client.query(`INSERT INTO load AS ${tag} VALUES (1)`)
      else await client.query({ text: `INSERT INTO load AS ${tag} VALUES ($1)`, values: [n] })
      answered()
    }
  } catch {
    await client.end().catch(() => undefined)
  }
}

/** Loads a gateway and kills it at some moment; resolves when the database has seen the last of it. */
async function loadAndKill(gateway: GatewayProcess, round: number): Promise<number> {
  let answered = 0
  const warm = Promise.withResolvers<void>()
  const clients = Array.from({ length: CLIENTS }, (_, i) =>
    load(gateway.port, `${round}_${i}`, () => {
      answered += 1
      if (answered === WARM_UP) warm.resolve()
    }),
  )
  await Promise.race([warm.promise, Promise.all(clients)])
  await delay(Math.random() * MOST_DELAY_MS)
  await gateway.kill('SIGKILL')
  await Promise.all(clients)
  const others = `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
  while ((await direct.query(others)).rows.length > 0) await delay(10)
  return answered
}

const executedTags = async (): Promise<Set<string>> =>
  new Set(
    [...(await server.logText()).matchAll(/INSERT INTO load AS (w_\w+)/g)].map(([, tag]) => tag as string),
  )

const recordedTags = (): Set<string> => {
  const tags = new Set<string>()
  for (const { entry } of readEntries(join(directory, 'journal'))) {
    if (entry.type !== 'statement.opened') continue
    const tag = /\bw_\w+/.exec(entry.canonical)?.[0]
    if (tag !== undefined) tags.add(tag)
  }
  return tags
}

describe('INVARIANT (record-before-effect)', () => {
  test(`SIGKILL under load, ${KILLS} times: all that the database ran is in the journal, which still verifies`, async () => {
    let answered = 0
    for (let round = 0; round < KILLS; round += 1) {
      answered += await loadAndKill(await startGatewayProcess(file), round)
      const recorded = recordedTags()
      const unrecorded = [...(await executedTags())].filter((tag) => !recorded.has(tag))
      expect(unrecorded).toEqual([])
      expect(await auditVerify(join(directory, 'journal'))).toMatch(/^[1-9]\d* entries/)
    }
    expect((await executedTags()).size).toBeGreaterThanOrEqual(answered)
    expect(answered).toBeGreaterThanOrEqual(KILLS * WARM_UP)
  }, 240_000)
})
