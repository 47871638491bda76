import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import { debianPostgresBin, type PostgresVersion } from '@sluice/testkit/postgres-binaries'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { comparableBytes } from '../harness/leak-compare.ts'
import { type Attack, attack, type ResultFormat, readAttacks } from '../harness/leak-script.ts'
import { leaksIn } from '../harness/leak-search.ts'
import { leakSchema, looseMasks, unscannedBaseline } from '../harness/leak-shop.ts'
import { shopSchema } from '../harness/shop.ts'

/** What an analyst and an agent may not run under the baseline policy, however it is wrapped. */
const forbidden = readAttacks(new URL('../leak/postgres-forbidden.txt', import.meta.url))

const attacks = readAttacks(new URL('../leak/postgres.txt', import.meta.url))
const named = attacks.map((one): readonly [string, Attack] => [one.goal, one])
const without = (...flags: readonly string[]) =>
  named.filter(([, one]) => !flags.some((flag) => one.flags.has(flag)))

/** Statistics are renewed when an attack says so. */
const settings = { autovacuum: 'off' }

/** A policy under which nothing is masked for the data-protection officer, and everything is allowed. */
const officerMasks = looseMasks.replace(
  'effect: mask',
  `effect: mask\n    unless: "'dpo' in principal.groups"`,
)

const names = /control|officer/g

const versions: readonly PostgresVersion[] = debianPostgresBin() ? ['embedded', 'debian'] : ['embedded']

/** One version of the server is enough to ask for the binary format as well. */
const runs: readonly (readonly [PostgresVersion, ResultFormat])[] = [
  ...versions.map((version) => [version, 'text'] as const),
  ['embedded', 'binary'],
]

describe.each(runs)('on PostgreSQL (%s), asked for %s,', (version, format) => {
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
    server = await startPostgres({ version, superuserPassword: 'secret', auth: 'scram-sha-256', settings })
    const client = new pg.Client(direct('postgres'))
    await client.connect()
    await client.query('CREATE DATABASE prepared')
    await prepare('prepared')
    // Alike to the last id.
    for (const name of ['control', 'officer', 'strict', 'loose'])
      await client.query(`CREATE DATABASE ${name} TEMPLATE prepared`)
    await client.end()
    gateways.push(await startGateway({ upstream: server, database: 'strict', policy: unscannedBaseline }))
    gateways.push(await startGateway({ upstream: server, database: 'loose', policy: looseMasks }))
    gateways.push(await startGateway({ upstream: server, database: 'officer', policy: officerMasks }))
    gateways.push(await startGateway({ upstream: server, database: 'strict', policy: baselineText }))
  }, 120_000)

  afterAll(async () => {
    for (const gateway of gateways) await gateway.close()
    await server?.stop()
  })

  /** What earlier attacks left behind must not count for later ones. */
  const clean = async (database: string): Promise<void> => {
    const client = new pg.Client(direct(database))
    await client.connect()
    await client.query(
      'TRUNCATE scratch, triggered, log, kept_rows, spelled, defaulted; ALTER TABLE scratch ALTER COLUMN x DROP DEFAULT',
    )
    await client.end()
  }

  const through = (gateway: number, login: string) => gateways[gateway]?.connection(login) as never

  describe('for an analyst under the baseline policy nothing arrives by', () => {
    test.each(without('loose', 'scanned', 'open'))('%s', async (_goal, one) => {
      await clean('strict')
      expect(leaksIn(await attack(through(0, 'ana'), one, server.dataDir, format))).toEqual([])
    })
  })

  describe('for an analyst and an agent it is forbidden to', () => {
    test.each(forbidden.map((one): readonly [string, Attack] => [one.goal, one]))(
      '%s',
      async (_goal, one) => {
        for (const login of ['ana', 'robot']) {
          const bytes = await attack(through(0, login), one, server.dataDir, format)
          expect(bytes).toMatch(/C42501\0[^]*Rsluice\0/)
          expect(bytes).not.toMatch(/done-anyway/)
        }
      },
    )
  })

  describe('for an agent nothing arrives by', () => {
    test.each(without('loose', 'scanned', 'open'))('%s', async (_goal, one) => {
      await clean('strict')
      expect(leaksIn(await attack(through(0, 'robot'), one, server.dataDir, format))).toEqual([])
    })
  })

  describe('for an analyst whose texts are searched nothing arrives by', () => {
    test.each(named.filter(([, { flags }]) => flags.has('scanned')))('%s', async (_goal, one) => {
      expect(leaksIn(await attack(through(3, 'ana'), one, server.dataDir, format))).toEqual([])
    })
  })

  describe('known holes, to be struck from the list when they are closed', () => {
    test.failing.each(named.filter(([, { flags }]) => flags.has('open')))('%s', async (_goal, one) => {
      await clean('loose')
      expect(leaksIn(await attack(through(1, 'ana'), one, server.dataDir, 'text'))).toEqual([])
    })
  })

  describe('where everything but the masks is allowed nothing arrives by', () => {
    test.each(without('scanned', 'open'))('%s', async (_goal, one) => {
      await clean('loose')
      expect(leaksIn(await attack(through(1, 'ana'), one, server.dataDir, format))).toEqual([])
    })
  })

  describe('over a direct connection values arrive, and for the data-protection officer all the same bytes, by', () => {
    test.each(named)('%s', async (_goal, one) => {
      const { flags } = one
      await clean('control')
      const plain = await attack(direct('control'), one, server.dataDir, format)
      if (!flags.has('barren') && format === 'text') expect(leaksIn(plain)).not.toEqual([])
      await clean('officer')
      const seen = await attack(through(2, 'dora'), one, server.dataDir, format)
      const kept = !flags.has('volatile') ? 'all' : format === 'text' ? 'steady' : 'types'
      const [officers, database] = [seen, plain].map((bytes) => comparableBytes(bytes, names, kept))
      if (flags.has('refused')) expect(officers).not.toEqual(database)
      else expect(officers).toEqual(database)
    })
  })
})
