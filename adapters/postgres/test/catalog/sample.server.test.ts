import { expect, test } from '@jest/globals'
import { buildCatalog } from '@sluice/core/catalog/build'
import { startPostgres } from '@sluice/testkit/postgres-server'
import { Client } from 'pg'
import { sampleValues } from '../../src/catalog/sample.ts'

const NAMES = ['a', 'gone', 'b']
const catalog = buildCatalog(
  1,
  {
    database: 'shop',
    relations: NAMES.map((name, i) => ({ id: i + 1, schema: 'public', name, type: 'table', system: false })),
    columns: NAMES.map((_, i) => ({ relation: i + 1, name: 't', ordinal: 1, type: 'text' })),
    routines: [],
  },
  () => [],
)

/** What reading the tables gives, and what became of it. */
const sampled = async (connectionString: string, take: (value: string) => void) => {
  const failed: string[] = []
  const options = {
    rows: 2,
    timeoutMs: 1_000,
    onFailure: ({ name }: { name: string }) => void failed.push(name),
  }
  const sample = sampleValues(() => ({ connectionString }), 0)
  const ended = await sample(catalog, options, (_, values) => {
    values.forEach(take)
  }).then(
    () => 'read',
    ({ message }: Error) => message,
  )
  return { failed, ended }
}

test('values of all tables are read but of one that is gone; a database that falls silent is not waited for', async () => {
  const server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
  })
  const connectionString = server.connectionString('postgres')
  const admin = new Client({ connectionString })
  await admin.connect()
  await admin.query(
    "CREATE VIEW a AS SELECT pg_backend_pid()::text AS t; CREATE TABLE b AS SELECT text 'y' AS t",
  )
  await admin.end()
  const seen: string[] = []
  expect(await sampled(connectionString, (value) => void seen.push(value))).toEqual({
    failed: ['gone'],
    ended: 'read',
  })
  expect(seen).toEqual([expect.stringMatching(/^\d+$/), 'y'])
  let stopped = 0
  const silent = await sampled(connectionString, (pid) => {
    stopped = Number(pid)
    process.kill(stopped, 'SIGSTOP')
  })
  process.kill(stopped, 'SIGCONT')
  expect(silent.ended).toBe('Query read timeout')
  await server.stop()
}, 60_000)
