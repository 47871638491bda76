import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import {
  everyWay,
  SYSTEM_FUNCTIONS,
  SYSTEM_OPERATORS,
  type SystemFunction,
  type SystemOperator,
} from '../harness/every-way.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { KINDS_SCHEMA, kindsRows } from '../harness/kinds.ts'
import { guardedMasks } from '../harness/leak-shop.ts'
import { RawClient, type Received } from '../harness/raw-client.ts'

let server: RunningPostgres
const gateways: TestGateway[] = []
const clients: RawClient[] = []

const run = async (database: string, sql: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: server.connectionString(database) })
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

/** A message to the byte. */
const whole = ({ type, payload }: Received): string => String.fromCharCode(type) + payload.toString('latin1')

beforeAll(async () => {
  const settings = { autovacuum: 'off' }
  server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    settings,
  })
  await run('postgres', 'CREATE DATABASE model')
  await run('model', KINDS_SCHEMA)
  for (const name of ['one', 'other'] as const) {
    // Alike to the last id.
    await run('postgres', `CREATE DATABASE ${name} TEMPLATE model`)
    await run(name, kindsRows(name))
    const gateway = await startGateway({ upstream: server, database: name, policy: guardedMasks('strict') })
    gateways.push(gateway)
    const client = await RawClient.login(gateway.connection('ana'))
    client.lineOf = whole
    clients.push(client)
  }
}, 120_000)

afterAll(async () => {
  for (const client of clients) client.close()
  for (const gateway of gateways) await gateway.close()
  await server?.stop()
}, 60_000)

/** How many statements are sent at once. */
const BATCH = 100

const answers = async (client: RawClient, statements: readonly string[]): Promise<readonly string[]> => {
  client.send(...statements.map((sql) => encodeQuery({ sql })))
  const found: string[] = []
  for (const _ of statements) found.push((await client.ready()).join('\n'))
  return found
}

// INVARIANT (no-unproven-column): what is masked shows by no function, operator, cast or syntax.
test('two databases that differ in masked values answer alike, whatever is made of the values', async () => {
  const functions = (await run('model', SYSTEM_FUNCTIONS)) as readonly SystemFunction[]
  const operators = (await run('model', SYSTEM_OPERATORS)) as readonly SystemOperator[]
  const statements = everyWay(functions, operators)
  const told: string[] = []
  let shown = 0
  for (let at = 0; at < statements.length; at += BATCH) {
    const some = statements.slice(at, at + BATCH)
    const [one = [], other = []] = await Promise.all(clients.map((client) => answers(client, some)))
    for (const [i, sql] of some.entries()) {
      if (one[i] !== other[i]) told.push(sql)
      else if (one[i]?.startsWith('T')) shown++
    }
  }
  expect(told).toEqual([])
  // Else what is asked is too little to show anything.
  expect(shown).toBeGreaterThan(statements.length / 4)
}, 240_000)
