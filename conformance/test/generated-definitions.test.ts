import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { ASKING_SCRIPTS } from '../harness/asking-scripts.ts'
import { definerScript, definersTables } from '../harness/definer-scripts.ts'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { comparableBytes } from '../harness/leak-compare.ts'
import { guardedMasks } from '../harness/leak-shop.ts'
import { RawClient } from '../harness/raw-client.ts'

const SCRIPTS = 40
const SIDES = ['a', 'b'] as const
const policy = guardedMasks('balanced').replace(/with: .*/, 'with: redact')

let server: RunningPostgres
const gateways: TestGateway[] = []

const direct = async (database: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server.connectionString(database) })
  await client.connect()
  await client.query(sql)
  await client.end()
}

beforeAll(async () => {
  server = await postgresWith('CREATE DATABASE side_a')
  await direct('postgres', 'CREATE DATABASE side_b')
  for (const side of SIDES) {
    const database = `side_${side}`
    await direct(database, definersTables(side))
    gateways.push(await startGateway({ upstream: server, database, policy }))
  }
}, 120_000)

afterAll(async () => {
  for (const gateway of gateways) await gateway.close()
  await server?.stop()
})

const answer = async (client: RawClient, sql: string): Promise<readonly string[]> => {
  const chunks: Buffer[] = []
  const keep = (chunk: Buffer): number => chunks.push(chunk)
  client.stream.on('data', keep)
  client.send(encodeQuery({ sql }))
  await client.ready(1)
  client.stream.off('data', keep)
  return comparableBytes(Buffer.concat(chunks).toString('latin1'), /side_[ab]/g, 'all')
}

/** How many statements of a script ran; throws where the sides differ. */
const played = async (
  script: readonly string[],
  name: string,
): Promise<readonly [ran: number, copied: number]> => {
  const clients = await Promise.all(gateways.map((gateway) => RawClient.login(gateway.connection('ana'))))
  let [ran, copied] = [0, 0]
  for (const [at, sql] of script.entries()) {
    const [a = [], b = []] = await Promise.all(clients.map((client) => answer(client, sql)))
    if (JSON.stringify(a) !== JSON.stringify(b))
      throw new Error(`${name} tells what is masked: ${script.slice(0, at + 1).join('; ')}`)
    if (a.some((message) => message.startsWith('E'))) continue
    ran += 1
    if (/FROM people|USING people/.test(sql)) copied += 1
  }
  for (const client of clients) client.close()
  return [ran, copied]
}

test('who sees values masked and defines what asks of them learns nothing of copies', async () => {
  let [ran, copied] = [0, 0]
  for (let number = 1; number <= SCRIPTS; number += 1) {
    const [more, moreCopied] = await played(definerScript(number), `script ${number}`)
    ran += more
    copied += moreCopied
  }
  // Most of it is an ordinary migration.
  expect(ran).toBeGreaterThan(4 * SCRIPTS)
  expect(copied).toBeGreaterThan(SCRIPTS / 8)
}, 240_000)

test.each(ASKING_SCRIPTS)('nor %s', async (asked, script) => {
  const [ran] = await played(script, asked)
  expect(ran).toBeGreaterThan(0)
})
