import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import mysql from 'mysql2/promise'
import { allowAll, writeTestConfig } from '../harness/gateway.ts'
import { auditVerify, type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts'

if (!hasMariadb) console.warn('NO MARIADB, so no gateway in front of one is killed: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

const KILLS = 8
const CLIENTS = 6
/** Statements that were answered before the kill may strike. */
const WARM_UP = 12
const MOST_DELAY_MS = 60

let server: RunningMariadb
let direct: mysql.Connection
let directory: string
let file: string
let ca: string

/** One client that inserts until its connection breaks: each statement is told apart by an alias. */
async function load(port: number, name: string, answered: () => void): Promise<void> {
  let client: mysql.Connection | undefined
  try {
    client = await mysql.createConnection({
      host: '127.0.0.1',
      port,
      user: 'dora',
      password: 'dora-secret',
      database: 'shop',
      ssl: { ca, rejectUnauthorized: false },
      multipleStatements: true,
    })
    client.on('error', () => undefined)
    for (let n = 0; ; n += 1) {
      const insert = (part: string, value: string): string =>
        `insert into loaded (n) select ${value} as w_${name}_${n}${part}`
      if (n % 3 === 0) await client.query(insert('', '1'))
      else if (n % 3 === 1) await client.execute(insert('', '?'), [n])
      else await client.query(`${insert('a', '1')}; ${insert('b', '2')}`)
      answered()
    }
  } catch {
    client?.destroy()
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
  // Who is in the middle of a login, or of preparing a statement, is never told by the driver that all is over.
  await gateway.kill('SIGKILL')
  const others = "select 1 from information_schema.processlist where user = 'gate'"
  while (((await direct.query(others))[0] as unknown[]).length > 0) await delay(10)
  return answered
}

const TAG = /\bw_\w+/

/** What the server says it ran; it logs a prepared text when it is prepared and each time it is run. */
const executedTags = async (): Promise<Set<string>> => {
  const [rows] = await direct.query<mysql.RowDataPacket[]>(
    "select convert(argument using utf8mb4) as said from mysql.general_log where command_type in ('Query', 'Execute') and user_host like 'gate%'",
  )
  return new Set(
    rows.flatMap(({ said }) => (String(said).startsWith('insert') ? (TAG.exec(String(said)) ?? []) : [])),
  )
}

const recordedTags = (): Set<string> => {
  const tags = new Set<string>()
  for (const { entry } of readEntries(join(directory, 'journal'))) {
    if (entry.type !== 'statement.opened') continue
    const tag = TAG.exec(entry.canonical)?.[0]
    if (tag !== undefined) tags.add(tag)
  }
  return tags
}

suite('INVARIANT (record-before-effect)', () => {
  beforeAll(async () => {
    server = await startMariadb({ accounts: true })
    direct = await mysql.createConnection({
      socketPath: server.socket,
      user: 'root',
      multipleStatements: true,
    })
    await direct.query(`
      create database shop; create table shop.loaded (n integer);
      create user gate identified by 'secret'; grant all on *.* to gate;
      set global log_output = 'TABLE'; set global general_log = on`)
    const upstream = { host: '127.0.0.1', port: server.port, superuser: 'gate', password: 'secret' }
    const wish = { upstream, database: 'shop', system: 'mariadb', policy: allowAll } as const
    const config = await writeTestConfig(wish)
    ;({ directory, file } = config)
    ca = await readFile(config.ca, 'utf8')
  }, 120_000)

  afterAll(async () => {
    await direct?.end()
    await server?.stop()
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  })

  test(`SIGKILL under load, ${KILLS} times: all that MariaDB ran is in the journal, which still verifies`, async () => {
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
