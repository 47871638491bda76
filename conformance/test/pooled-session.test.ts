import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { onDatabase } from '../harness/side-by-side.ts'

/** What Npgsql sends ahead on a connection that its pool gives out again, where statements stay prepared. */
const RESET =
  'SET SESSION AUTHORIZATION DEFAULT;RESET ALL;CLOSE ALL;UNLISTEN *;SELECT pg_advisory_unlock_all();DISCARD SEQUENCES;DISCARD TEMP'

let server: RunningPostgres
/** In front of a database where nothing else has the function's name, and of one where another schema has. */
const gateways: Partial<Record<'postgres' | 'shadowed', TestGateway>> = {}

beforeAll(async () => {
  server = await postgresWith('CREATE DATABASE shadowed')
  await onDatabase(
    server,
    'shadowed',
    `CREATE SCHEMA other; CREATE FUNCTION other.pg_advisory_unlock_all() RETURNS text LANGUAGE sql AS 'SELECT 1'`,
  )
  for (const database of ['postgres', 'shadowed'] as const)
    gateways[database] = await startGateway({ upstream: server, database, policy: baselineText })
}, 120_000)

afterAll(async () => {
  for (const gateway of Object.values(gateways)) await gateway.close()
  await server?.stop()
})

/** What comes of texts, one after the other, to who is no admin: the last one's rows, or the rule that refuses it. */
async function outcome(database: 'postgres' | 'shadowed', ...texts: readonly string[]): Promise<unknown> {
  const client = new pg.Client(gateways[database]?.connection('ana'))
  await client.connect()
  try {
    let last: pg.QueryResult | undefined
    for (const text of texts) last = await client.query(text)
    return last?.rows
  } catch (error) {
    return /rule `([^`]*)`/.exec((error as Error).message)?.[1] ?? (error as Error).message
  } finally {
    await client.end()
  }
}

const LOCKS = "SELECT count(*)::int AS locks FROM pg_locks WHERE locktype = 'advisory'"

describe('under the baseline a pooled session is reset by', () => {
  test('what Npgsql sends', async () => {
    expect(await outcome('postgres', 'SELECT pg_advisory_lock(1)', RESET, LOCKS)).toEqual([{ locks: 0 }])
    const set = ['SET lock_timeout = 4000', RESET, 'SHOW lock_timeout']
    expect(await outcome('postgres', ...set)).toEqual([{ lock_timeout: '0' }])
  })

  test.each([
    'SET SESSION AUTHORIZATION DEFAULT',
    'RESET SESSION AUTHORIZATION',
    'SET ROLE TO DEFAULT',
    'RESET ROLE',
  ])('%s', async (text) => {
    expect(await outcome('postgres', text)).toEqual([])
  })
})

describe('under the baseline it is not', () => {
  test('where the path may lead to another function of that name', async () => {
    expect(await outcome('shadowed', RESET)).toBe('baseline-opaque')
    expect(
      await outcome('shadowed', 'SET search_path = other, pg_catalog; SELECT pg_advisory_unlock_all()'),
    ).toBe('baseline-opaque')
  })

  test.each([
    ['SET SESSION AUTHORIZATION ana', 'baseline-server'],
    ['SET ROLE pg_monitor', 'baseline-server'],
    ['SET ROLE none', 'baseline-server'],
    ["SET search_path = 'other'; SELECT count(*) FROM pg_class", 'baseline-opaque'],
    ["SET search_path = 'other'; SELECT now()", 'baseline-opaque'],
  ])('%s', async (text, rule) => {
    expect(await outcome('postgres', text)).toBe(rule)
  })
})
