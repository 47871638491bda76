import { describe, expect, test } from '@jest/globals'
import { encodeCancelRequest } from '@sluice/adapter-postgres/messages/cancel-request'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import pg from 'pg'
import { filledGateway, rawSession } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'
import { RawClient, run } from '../harness/raw-client.ts'

/** Whoever may make no temporary table cannot ask what a search path means that `pg_temp` leads: it is to be made for that. */
const account = `
REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC;
CREATE ROLE plain LOGIN PASSWORD 'secret';
`

const { server, gateway } = filledGateway(account, {
  policy: allowAll,
  upstream: { superuser: 'plain', password: 'secret' },
})
const { raw } = rawSession(gateway)

const failing = 'SET search_path = pg_temp, public'
const mended = 'RESET search_path'
const asking = 'SELECT 1 AS n'

describe('behind a question of the gateway’s own that failed the next one is answered:', () => {
  test('between simple queries', async () => {
    for (let i = 0; i < 2; i += 1) {
      await raw().query(failing)
      expect(await raw().query(asking)).toEqual(['ErrorResponse XX000', 'ReadyForQuery I'])
      await raw().query(mended)
      expect(await raw().query(asking)).toContain('DataRow 1')
    }
  })

  test('in a transaction, which fails', async () => {
    await raw().query('BEGIN')
    await raw().query(failing)
    expect((await raw().query(asking)).slice(-2)).toEqual(['ErrorResponse XX000', 'ReadyForQuery E'])
    await raw().query('ROLLBACK')
    expect(await raw().query(asking)).toContain('DataRow 1')
  })

  test('in a pipeline, which fails', async () => {
    raw().send(run(failing), run(asking), encodeSync())
    const lines = await raw().ready()
    expect(lines.slice(-2)).toEqual(['ErrorResponse XX000', 'ReadyForQuery I'])
    raw().send(run(mended), run(asking), encodeSync())
    expect(await raw().ready()).toContain('DataRow 1')
  })
})

test('what a client calls its own statements and cursors comes in the way of none', async () => {
  const names = ['sluice_ask', 'sluice_refused']
  for (const name of names) await raw().query(`PREPARE ${name} AS SELECT 2 AS n`)
  await raw().query('BEGIN')
  for (const name of names) await raw().query(`DECLARE ${name} CURSOR FOR SELECT 3 AS n`)
  raw().send(run(mended), run(asking), encodeSync())
  expect(await raw().ready()).toContain('DataRow 1')
  expect(await raw().query('FETCH sluice_ask')).toContain('DataRow 3')
  await raw().query('COMMIT')
  expect(await raw().query('EXECUTE sluice_ask')).toContain('DataRow 2')
})

const pause = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, 20, false))

test('a cancel amid the question ends the statement that waits for it, as the client is told', async () => {
  const other = new pg.Client({ connectionString: server().connectionString('postgres') })
  await other.connect()
  const { key } = raw()
  if (key === undefined) throw new Error('no key')
  try {
    await other.query('BEGIN; LOCK TABLE pg_namespace IN ACCESS EXCLUSIVE MODE')
    raw().send(run('SET search_path = nowhere'), run(asking), encodeSync())
    const done = raw().ready()
    const waits = "SELECT FROM pg_locks WHERE relation = 'pg_namespace'::regclass AND NOT granted"
    while ((await other.query(waits)).rowCount === 0) await pause()
    const request = await RawClient.dial(gateway().connection('ana'))
    request.send(encodeCancelRequest(key))
    expect((await done).slice(-2)).toEqual(['ErrorResponse 57014', 'ReadyForQuery I'])
  } finally {
    await other.end()
  }
  expect(await raw().query(asking)).toContain('DataRow 1')
})
