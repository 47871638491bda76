import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { freePort } from '@sluice/testkit/free-port'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { officerMasks } from '../harness/leak-shop.ts'
import { shopSchema } from '../harness/shop.ts'

const run = promisify(execFile)

let server: RunningPostgres
let gateway: TestGateway
let otherPort: number

beforeAll(async () => {
  server = await postgresWith(
    `${shopSchema}; CREATE TABLE kept (a integer, b text); CREATE TABLE one (a text); CREATE TABLE two (a text)`,
  )
  otherPort = await freePort()
  const upstream = `{ host: "${server.host.toUpperCase()}", port: ${server.port}, database: postgres, user: "${server.superuser}", password: { file: ./upstream-secret }, tls: disable }`
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    policy: officerMasks,
    listeners: [`{ protocol: postgresql, address: "127.0.0.1:${otherPort}", database: admin }`],
    databases: [
      `{ name: admin, system: postgresql, environment: production, sampleRows: 0, upstream: ${upstream} }`,
    ],
    keys: ['labels: [{ column: public.kept.b, labels: [pii.note], database: admin }]'],
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
})

const asked = async (login: string, port: number, sql: string): Promise<unknown> => {
  const database = port === otherPort ? 'admin' : 'postgres'
  const client = new pg.Client({ ...gateway.connection(login), port, database })
  await client.connect()
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  await client.end()
  return (rows[0] as readonly unknown[] | undefined)?.[0]
}

test('what is copied through one entry of a database is masked in the next statement through another', async () => {
  const [first, second] = [gateway.connection('ana').port, otherPort]
  for (const [from, to, name] of [
    [second, first, 'one'],
    [first, second, 'two'],
  ] as const) {
    expect(await asked('ana', to, `SELECT a FROM ${name}`)).toBeUndefined()
    await asked('dora', from, `INSERT INTO ${name} SELECT email FROM customers WHERE id = 1`)
    const is = await asked('dora', to, `SELECT a FROM ${name}`)
    expect(is).toContain('@')
    expect(await asked('ana', to, `SELECT a FROM ${name}`)).not.toBe(is)
  }
})

test('what the configuration and `sluice labels` say for one entry holds for all', async () => {
  await asked('dora', otherPort, "INSERT INTO kept VALUES (1, 'a note')")
  expect(await asked('ana', gateway.connection('ana').port, 'SELECT b FROM kept')).not.toBe('a note')
  const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
  const flags = ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning', main, 'labels']
  const config = join(gateway.directory, 'sluice.yaml')
  await run(process.execPath, [
    ...flags,
    'set',
    '-c',
    config,
    '--database',
    'admin',
    'public.kept.a',
    'pii.n',
  ])
  const list = ['list', '-c', config, '--database', 'postgres']
  expect((await run(process.execPath, [...flags, ...list])).stdout).toMatch(/public\.kept\.a +pii\.n /)
}, 60_000)
