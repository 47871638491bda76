import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'

let server: RunningPostgres
let direct: pg.Client

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await server?.stop()
})

/** A gateway at which `brief` can log in for a few seconds yet. */
async function brief(): Promise<TestGateway> {
  const expires = Math.ceil(Date.now() / 1000 + 5) * 1000
  return await startGateway({
    upstream: server,
    database: 'postgres',
    principals: { brief: { groups: [], expires: new Date(expires).toISOString().replace(/\.\d+/, '') } },
  })
}

const sleeping = async (): Promise<number> => {
  const { rows } = await direct.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'",
  )
  return rows[0]?.n ?? 0
}

const locks = async (): Promise<number> => {
  const { rows } = await direct.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_locks WHERE relation = 'held'::regclass",
  )
  return rows[0]?.n ?? 0
}

describe('INVARIANT (identity-bound): a principal that expires', () => {
  test('holds nothing and is told nothing any more, though nothing runs', async () => {
    const gateway = await brief()
    await direct.query('CREATE TABLE held (n integer)')
    const client = await RawClient.login(gateway.connection('brief'))
    for (const sql of ['LISTEN orders', 'BEGIN', 'LOCK TABLE held']) await client.query(sql)
    expect(await locks()).toBe(1)
    expect(await client.rest()).toEqual(['ErrorResponse 57P01', 'closed'])
    while ((await locks()) > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    await gateway.close()
  }, 30_000)

  test('takes its running statement along, at the database too, and the record says so', async () => {
    const gateway = await brief()
    const client = await RawClient.login(gateway.connection('brief'))
    client.send(encodeQuery({ sql: 'SELECT pg_sleep(600)' }))
    while ((await sleeping()) === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await client.rest()).toEqual(['ErrorResponse 57P01', 'closed'])
    while ((await sleeping()) > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const recorded = () => [...readEntries(gateway.journal)].map(({ entry }) => entry)
    // The session is over once the database has been told.
    let entries = recorded()
    while (!entries.some(({ type }) => type === 'session.closed')) {
      await gateway.audit.durable(
        gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }),
      )
      entries = recorded()
    }
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'statement.closed', outcome: 'lost', code: '57P01' }),
    )
    const closed = entries.findLast((entry) => entry.type === 'session.closed')
    expect(closed?.reason).toMatch(/`brief@example\.com` has expired/)
    await gateway.close()
  }, 30_000)
})

test('INVARIANT (identity-bound): who is taken out is refused at the next statement, and nobody else', async () => {
  const gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    principals: { gone: { groups: [] }, kept: { groups: [] } },
  })
  const [gone, kept] = [
    await RawClient.login(gateway.connection('gone')),
    await RawClient.login(gateway.connection('kept')),
  ]
  await gateway.usePrincipals({ kept: { groups: [] } })
  // Where the watch comes first, the session is ended.
  const refused = ['ErrorResponse 42501', 'ReadyForQuery I']
  expect([refused, ['ErrorResponse 57P01', 'closed']]).toContainEqual(await gone.query('SELECT 1'))
  expect(await kept.query('SELECT 1')).toContain('DataRow 1')
  await expect(RawClient.login(gateway.connection('gone'))).rejects.toThrow()
  gone.close()
  kept.close()
  await gateway.close()
}, 30_000)

test('a gateway that stops takes running statements along, at the database too', async () => {
  const gateway = await brief()
  const client = await RawClient.login(gateway.connection('brief'))
  client.send(encodeQuery({ sql: 'SELECT pg_sleep(600)' }))
  while ((await sleeping()) === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await gateway.close()
  expect(await client.rest()).toEqual(['ErrorResponse 57P01', 'closed'])
  while ((await sleeping()) > 0) await new Promise((resolve) => setTimeout(resolve, 10))
}, 30_000)
