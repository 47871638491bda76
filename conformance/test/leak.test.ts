import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { debianPostgresBin, type PostgresVersion } from '@sluice/testkit/postgres-binaries'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { type Attack, attack, readAttacks } from '../harness/leak-script.ts'
import { leakSchema, looseMasks, unscannedBaseline } from '../harness/leak-shop.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'

/** What an analyst and an agent may not run under the baseline policy, however it is wrapped. */
const forbidden = readAttacks(new URL('../leak/postgres-forbidden.txt', import.meta.url))

const attacks = readAttacks(new URL('../leak/postgres.txt', import.meta.url))
const named = attacks.map((one): readonly [string, Attack] => [one.goal, one])
const closed = named.filter(([, { flags }]) => !flags.has('open'))
const open = named.filter(([, { flags }]) => flags.has('open'))

/** Bits of the values themselves, and of what encodings make of them. */
const encoded: readonly RegExp[] = [
  ...sentinels,
  /mail\d/i,
  /lenitnes/i,
  /73656e74696e656c/i,
  ...['sentinel', ' sentinel', '  sentinel'].map(
    (text, i) =>
      new RegExp(
        Buffer.from(text)
          .toString('base64')
          .slice(i === 0 ? 0 : 4, -4),
      ),
  ),
  new RegExp(createHash('md5').update('mail1.sentinel@shop.example').digest('hex')),
  new RegExp(createHash('sha256').update('mail1.sentinel@shop.example').digest('hex')),
  /s,e,n,t,i/,
  /4111222240|41112222/,
  // A letter in each row.
  /m[^a-z]{1,14}a[^a-z]{1,14}i[^a-z]{1,14}l[^a-z]{1,14}1/,
]

const found = (bytes: string): readonly string[] =>
  encoded.flatMap((pattern) => {
    const at = bytes.search(pattern)
    return at < 0 ? [] : [bytes.slice(Math.max(0, at - 60), at + 60)]
  })

const versions: readonly PostgresVersion[] = debianPostgresBin() ? ['embedded', 'debian'] : ['embedded']

describe.each(versions)('on PostgreSQL (%s)', (version) => {
  let server: RunningPostgres
  const gateways: TestGateway[] = []

  const direct = (database: string) => ({
    host: server.host,
    port: server.port,
    user: server.superuser,
    password: server.password,
    database,
  })

  const prepare = async (database: string): Promise<void> => {
    const client = new pg.Client(direct(database))
    await client.connect()
    await client.query(shopSchema)
    await client.query(leakSchema)
    await client.end()
  }

  beforeAll(async () => {
    server = await startPostgres({ version, superuserPassword: 'secret', auth: 'scram-sha-256' })
    const client = new pg.Client(direct('postgres'))
    await client.connect()
    for (const name of ['control', 'strict', 'loose']) {
      await client.query(`CREATE DATABASE ${name}`)
      await prepare(name)
    }
    await client.end()
    gateways.push(await startGateway({ upstream: server, database: 'strict', policy: unscannedBaseline }))
    gateways.push(await startGateway({ upstream: server, database: 'loose', policy: looseMasks }))
  }, 120_000)

  afterAll(async () => {
    for (const gateway of gateways) await gateway.close()
    await server?.stop()
  })

  /** What earlier attacks left behind must not count for later ones. */
  const clean = async (database: string): Promise<void> => {
    const client = new pg.Client(direct(database))
    await client.connect()
    await client.query('TRUNCATE scratch, triggered; ALTER TABLE scratch ALTER COLUMN x DROP DEFAULT')
    await client.end()
  }

  const through = (gateway: number, login: string) => gateways[gateway]?.connection(login) as never

  describe('for an analyst under the baseline policy nothing arrives by', () => {
    test.each(closed.filter(([, { flags }]) => !flags.has('loose')))('%s', async (_goal, one) => {
      await clean('strict')
      expect(found(await attack(through(0, 'ana'), one, server.dataDir))).toEqual([])
    })
  })

  describe('for an analyst and an agent it is forbidden to', () => {
    test.each(forbidden.map((one): readonly [string, Attack] => [one.goal, one]))(
      '%s',
      async (_goal, one) => {
        for (const login of ['ana', 'robot']) {
          const bytes = await attack(through(0, login), one, server.dataDir)
          expect(bytes).toMatch(/C42501\0[^]*Rsluice\0/)
          expect(bytes).not.toMatch(/done-anyway/)
        }
      },
    )
  })

  describe('for an agent nothing arrives by', () => {
    test.each(closed.filter(([, { flags }]) => !flags.has('loose')))('%s', async (_goal, one) => {
      await clean('strict')
      expect(found(await attack(through(0, 'robot'), one, server.dataDir))).toEqual([])
    })
  })

  describe('known holes, to be struck from the list when they are closed', () => {
    test.failing.each(open)('%s', async (_goal, one) => {
      await clean('strict')
      expect(found(await attack(through(0, 'ana'), one, server.dataDir))).toEqual([])
    })
  })

  describe('where everything but the masks is allowed nothing arrives by', () => {
    test.each(closed)('%s', async (_goal, one) => {
      await clean('loose')
      expect(found(await attack(through(1, 'ana'), one, server.dataDir))).toEqual([])
    })
  })

  describe('over a direct connection values do arrive by', () => {
    test.each(named.filter(([, { flags }]) => !flags.has('barren')))('%s', async (_goal, one) => {
      expect(found(await attack(direct('control'), one, server.dataDir))).not.toEqual([])
    })
  })
})
