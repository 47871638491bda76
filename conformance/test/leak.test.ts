import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import { debianPostgresBin, type PostgresVersion } from '@sluice/testkit/postgres-binaries'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { comparableBytes } from '../harness/leak-compare.ts'
import {
  type Attack,
  hangsOnFormat,
  type ResultFormat,
  readAttacks,
  Sessions,
} from '../harness/leak-script.ts'
import { leaksIn } from '../harness/leak-search.ts'
import { leakSchema, looseMasks, officerMasks, unguarded, unscannedBaseline } from '../harness/leak-shop.ts'
import type { RawConnection } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

/** What an analyst and an agent may not run under the baseline policy, however it is wrapped. */
const forbidden = readAttacks(new URL('../leak/postgres-forbidden.txt', import.meta.url))

const attacks = readAttacks(new URL('../leak/postgres.txt', import.meta.url))
const named = attacks.map((one): readonly [string, Attack] => [one.goal, one])
/** Statistics are renewed when an attack says so. */
const settings = { autovacuum: 'off' }

const names = /control|officer/g

/** Tables that attacks fill: what earlier ones left there must not count for later ones. */
const cleaning = `DO $$ DECLARE one text; BEGIN
  FOREACH one IN ARRAY ARRAY['scratch', 'triggered', 'log', 'kept_rows', 'spelled', 'defaulted'] LOOP
    EXECUTE format('SELECT format(''TRUNCATE %1$s'') FROM %1$s LIMIT 1', one) INTO one;
    IF one IS NOT NULL THEN EXECUTE one; END IF;
  END LOOP;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'scratch'::regclass AND attname = 'x' AND atthasdef)
    THEN ALTER TABLE scratch ALTER COLUMN x DROP DEFAULT; END IF;
END $$`

const versions: readonly PostgresVersion[] = debianPostgresBin() ? ['embedded', 'debian'] : ['embedded']

/** One version of the server is enough to ask for the binary format as well, by the lines to which it matters. */
const runs: readonly (readonly [PostgresVersion, ResultFormat, typeof named])[] = [
  ['embedded', 'text', named],
  ['embedded', 'binary', named.filter(([, one]) => hangsOnFormat(one))],
  ...versions.slice(1).map((version) => [version, 'text', named] as const),
]

let server: RunningPostgres
let running: PostgresVersion | undefined
const gateways: TestGateway[] = []
const cleaners = new Map<string, pg.Client>()
const sessions = new Sessions()

const direct = (database: string) => ({
  host: server.host,
  port: server.port,
  user: server.superuser,
  password: server.password,
  database,
})

const through = (gateway: number, login: string) => gateways[gateway]?.connection(login) as RawConnection

const connected = async (database: string): Promise<pg.Client> => {
  const client = new pg.Client(direct(database))
  await client.connect()
  return client
}

const start = async (version: PostgresVersion): Promise<void> => {
  if (running === version) return
  await stop()
  running = version
  server = await startPostgres({ version, superuserPassword: 'secret', auth: 'scram-sha-256', settings })
  const client = await connected('postgres')
  await client.query('CREATE DATABASE prepared')
  const shop = await connected('prepared')
  await shop.query(shopSchema)
  await shop.query(leakSchema)
  await shop.end()
  // Alike to the last id.
  for (const name of ['control', 'officer', 'strict', 'loose'])
    await client.query(`CREATE DATABASE ${name} TEMPLATE prepared`)
  await client.end()
  for (const [database, policy] of [
    ['strict', unguarded(unscannedBaseline)],
    ['loose', looseMasks],
    ['officer', officerMasks],
    ['strict', unguarded(baselineText)],
    ['strict', unscannedBaseline],
  ] as const)
    gateways.push(await startGateway({ upstream: server, database, policy }))
}

const stop = async (): Promise<void> => {
  sessions.close()
  for (const gateway of gateways.splice(0)) await gateway.close()
  for (const client of cleaners.values()) await client.end()
  cleaners.clear()
  if (running !== undefined) await server.stop()
  running = undefined
}

afterAll(stop)

const clean = async (database: string): Promise<void> => {
  const client = cleaners.get(database) ?? (await connected(database))
  cleaners.set(database, client)
  await client.query(cleaning)
}

describe.each(runs)('on PostgreSQL (%s), asked for %s,', (version, format, lines) => {
  beforeAll(() => start(version), 120_000)

  const without = (...flags: readonly string[]) =>
    lines.filter(([, one]) => !flags.some((flag) => one.flags.has(flag)))

  const bytesOf = (connection: RawConnection, one: Attack): Promise<string> =>
    sessions.attack(connection, one, server.dataDir, format)

  describe('for an analyst under the baseline policy nothing arrives by', () => {
    test.each(without('loose', 'scanned'))('%s', async (_goal, one) => {
      await clean('strict')
      expect(leaksIn(await bytesOf(through(0, 'ana'), one))).toEqual([])
    })
  })

  describe('for an analyst and an agent it is forbidden to', () => {
    test.each(forbidden.map((one): readonly [string, Attack] => [one.goal, one]))(
      '%s',
      async (_goal, one) => {
        for (const login of one.flags.has('agent') ? ['robot'] : ['ana', 'robot']) {
          const bytes = await bytesOf(through(0, login), one)
          expect(bytes).toMatch(/C42501\0[^]*Rsluice\0/)
          expect(bytes).not.toMatch(/done-anyway/)
        }
      },
    )
  })

  describe('for an agent, with the inference guard on, nothing arrives by', () => {
    test.each(without('loose', 'scanned'))('%s', async (_goal, one) => {
      await clean('strict')
      expect(leaksIn(await bytesOf(through(4, 'robot'), one))).toEqual([])
    })
  })

  describe('for an analyst whose texts are searched nothing arrives by', () => {
    test.each(lines.filter(([, { flags }]) => flags.has('scanned')))('%s', async (_goal, one) => {
      expect(leaksIn(await bytesOf(through(3, 'ana'), one))).toEqual([])
    })
  })

  describe('where everything but the masks is allowed nothing arrives by', () => {
    test.each(without('scanned'))('%s', async (_goal, one) => {
      await clean('loose')
      expect(leaksIn(await bytesOf(through(1, 'ana'), one))).toEqual([])
    })
  })

  describe('over a direct connection values arrive, and for the data-protection officer all the same bytes, by', () => {
    test.each(lines)('%s', async (_goal, one) => {
      const { flags } = one
      await clean('control')
      const plain = await bytesOf(direct('control'), one)
      if (!flags.has('barren') && format === 'text') expect(leaksIn(plain)).not.toEqual([])
      await clean('officer')
      const seen = await bytesOf(through(2, 'dora'), one)
      const exact = !flags.has('volatile') && (format === 'text' || !flags.has('ids'))
      const kept = exact ? 'all' : format === 'text' ? 'steady' : 'types'
      const [officers, database] = [seen, plain].map((bytes) => comparableBytes(bytes, names, kept))
      if (flags.has('refused')) expect(officers).not.toEqual(database)
      else expect(officers).toEqual(database)
    })
  })
})
