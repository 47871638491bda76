import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'

let server: RunningPostgres
let direct: pg.Client
let gateway: TestGateway

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
}, 120_000)

afterEach(() => gateway?.close())
afterAll(async () => {
  await direct?.end()
  await server?.stop()
})

const start = async (pool: string): Promise<void> => {
  gateway = await startGateway({ upstream: server, database: 'postgres', databaseKeys: `pool: ${pool}` })
}

/** Process ids of the gateway's sessions on the database: waiting ones and others. */
async function backends(): Promise<number[]> {
  const { rows } = await direct.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> 'sluice catalog' ORDER BY pid",
  )
  return rows.map(({ pid }) => pid)
}

async function until(holds: (pids: number[]) => boolean): Promise<number[]> {
  for (;;) {
    const pids = await backends()
    if (holds(pids)) return pids
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A session's process id on the database, after it left something behind in its session. */
async function session(settings: pg.ClientConfig = {}): Promise<number> {
  const client = new pg.Client({ ...gateway.connection('dora'), ...settings })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  await client.query("SET search_path = 'left_behind'")
  await client.end()
  return rows[0]?.pid ?? 0
}

describe('connections that wait', () => {
  test('are handed out once, and no session sees what another left behind', async () => {
    await start('{ ready: 2 }')
    const used = [await session()]
    for (let i = 0; i < 4; i += 1) {
      const waiting = await until((pids) => pids.length === 2 && !pids.some((pid) => used.includes(pid)))
      const pid = await session()
      expect(waiting).toContain(pid)
      used.push(pid)
    }
    expect(new Set(used).size).toBe(used.length)
    const client = new pg.Client(gateway.connection('dora'))
    await client.connect()
    const { rows } = await client.query<{ search_path: string }>('SHOW search_path')
    expect(rows[0]?.search_path).toBe('"$user", public')
    await client.end()
  }, 30_000)

  test('fit sessions that bring the same settings alone', async () => {
    await start('{ ready: 2 }')
    const first = await session({ statement_timeout: 1000 })
    const waiting = await until((pids) => pids.length === 2 && !pids.includes(first))
    expect(waiting).not.toContain(await session({ statement_timeout: 2000 }))
    const client = new pg.Client({ ...gateway.connection('dora'), statement_timeout: 1000 })
    await client.connect()
    const { rows } = await client.query<{ statement_timeout: string }>('SHOW statement_timeout')
    expect(rows[0]?.statement_timeout).toBe('1s')
    await client.end()
  }, 30_000)

  test('and were ended meanwhile are not handed out', async () => {
    await start('{ ready: 1 }')
    const first = await session()
    const [waiting = 0] = await until((pids) => pids.length === 1 && !pids.includes(first))
    await direct.query('SELECT pg_terminate_backend($1)', [waiting])
    const next = await session()
    expect(next).not.toBe(waiting)
  }, 30_000)

  test('are closed after their time, and with the gateway', async () => {
    await start('{ ready: 1, maxAgeSeconds: 1 }')
    const first = await session()
    const [waiting = 0] = await until((pids) => pids.length === 1 && !pids.includes(first))
    const [renewed = 0] = await until((pids) => pids.length === 1 && !pids.includes(waiting))
    expect(await session()).not.toBe(waiting)
    expect(renewed).not.toBe(waiting)
    await gateway.close()
    await until((pids) => pids.length === 0)
  }, 30_000)

  test('without `pool` there are none', async () => {
    gateway = await startGateway({ upstream: server, database: 'postgres' })
    await session()
    await until((pids) => pids.length === 0)
  }, 30_000)
})
