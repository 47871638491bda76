import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { type Attack, attack, guesses, readAttacks } from '../harness/leak-script.ts'
import {
  guardedMasks,
  looseMasks,
  oddLeakValues,
  plainLeakSchema,
  unscannedBaseline,
} from '../harness/leak-shop.ts'
import { shopSchema } from '../harness/shop.ts'

const all = readAttacks(new URL('../leak/postgres-inference.txt', import.meta.url)).map(
  (one): readonly [string, Attack] => [one.goal, one],
)
const guarded = all.filter(([, { flags }]) => !flags.has('equality'))
const equality = all.filter(([, { flags }]) => flags.has('equality'))

/** The policies under which each gateway of the test runs, on a database of its own. */
const POLICIES = {
  baseline: unscannedBaseline,
  balanced: guardedMasks('balanced'),
  strict: guardedMasks('strict'),
  off: looseMasks,
} as const

type Name = keyof typeof POLICIES

let server: RunningPostgres
const gateways = new Map<Name, TestGateway>()

const direct = (database: string) => ({
  host: server.host,
  port: server.port,
  user: server.superuser,
  password: server.password,
  database,
})

const run = async (database: string, sql: readonly string[]): Promise<void> => {
  const client = new pg.Client(direct(database))
  await client.connect()
  for (const one of sql) await client.query(one)
  await client.end()
}

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  const names = ['control', ...Object.keys(POLICIES)]
  await run(
    'postgres',
    names.map((name) => `CREATE DATABASE ${name}`),
  )
  // Where code that cannot be read writes a column, it may have computed what is there: then no equality is answered.
  for (const name of names) await run(name, [shopSchema, plainLeakSchema, oddLeakValues])
  for (const [name, policy] of Object.entries(POLICIES))
    gateways.set(name as Name, await startGateway({ upstream: server, database: name, policy }))
}, 120_000)

afterAll(async () => {
  for (const gateway of gateways.values()) await gateway.close()
  await server?.stop()
})

/** What comes back of a right guess, and of a wrong one. */
const answers = async (connection: unknown, one: Attack): Promise<readonly [yes: string, no: string]> => {
  const [yes, no] = guesses(one)
  return [
    await attack(connection as never, yes, server.dataDir),
    await attack(connection as never, no, server.dataDir),
  ]
}

const through = (name: Name, login: string) => gateways.get(name)?.connection(login)

describe.each([
  ['baseline', 'ana'],
  ['baseline', 'robot'],
  ['balanced', 'ana'],
  ['strict', 'ana'],
] as const)('under the policy `%s` %s does not learn by', (name, login) => {
  test.each(guarded)('%s', async (_goal, one) => {
    const [yes, no] = await answers(through(name, login), one)
    expect(yes).toBe(no)
  })
})

describe('equality is answered under `balanced`, not under `strict`:', () => {
  test.each(equality)('%s', async (_goal, one) => {
    const [yes, no] = await answers(through('balanced', 'ana'), one)
    expect(yes).not.toBe(no)
    const [strictYes, strictNo] = await answers(through('strict', 'ana'), one)
    expect(strictYes).toBe(strictNo)
    expect(strictYes).toContain('sluice:inference')
  })
})

describe('over a direct connection the answer is there:', () => {
  test.each(all.filter(([, { flags }]) => !flags.has('barren')))('%s', async (_goal, one) => {
    const [yes, no] = await answers(direct('control'), one)
    expect(yes).not.toBe(no)
  })
})

test('without the guard, masks alone do not hide the answers', async () => {
  let told = 0
  for (const [, one] of guarded) {
    const [yes, no] = await answers(through('off', 'ana'), one)
    if (yes !== no) told += 1
  }
  expect(told).toBeGreaterThan(guarded.length / 2)
})
