import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import { postgresWith } from '../harness/filled-server.ts'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient, run } from '../harness/raw-client.ts'

/** Whoever may make no temporary table cannot ask what a search path means that `pg_temp` leads: it is to be made for that. */
const account = `
REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC;
CREATE ROLE plain LOGIN PASSWORD 'secret';
`

let server: RunningPostgres
let gateway: TestGateway
let raw: RawClient

beforeAll(async () => {
  server = await postgresWith(account)
  const upstream = { ...server, superuser: 'plain', password: 'secret' }
  gateway = await startGateway({ upstream, database: 'postgres', policy: allowAll })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
})

beforeEach(async () => {
  raw = await RawClient.login(gateway.connection('ana'))
})
afterEach(() => raw.close())

const failing = 'SET search_path = pg_temp, public'
const mended = 'RESET search_path'
const asking = 'SELECT 1 AS n'

describe('behind a question of the gateway’s own that failed the next one is answered:', () => {
  test('between simple queries', async () => {
    for (let i = 0; i < 2; i += 1) {
      await raw.query(failing)
      expect(await raw.query(asking)).toEqual(['ErrorResponse XX000', 'ReadyForQuery I'])
      await raw.query(mended)
      expect(await raw.query(asking)).toContain('DataRow 1')
    }
  })

  test('in a transaction, which fails', async () => {
    await raw.query('BEGIN')
    await raw.query(failing)
    expect((await raw.query(asking)).slice(-2)).toEqual(['ErrorResponse XX000', 'ReadyForQuery E'])
    await raw.query('ROLLBACK')
    expect(await raw.query(asking)).toContain('DataRow 1')
  })

  test('in a pipeline, which fails', async () => {
    raw.send(run(failing), run(asking), encodeSync())
    const lines = await raw.ready()
    expect(lines.slice(-2)).toEqual(['ErrorResponse XX000', 'ReadyForQuery I'])
    raw.send(run(mended), run(asking), encodeSync())
    expect(await raw.ready()).toContain('DataRow 1')
  })
})
