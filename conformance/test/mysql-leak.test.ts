import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { type Attack, type ResultFormat, readAttacks } from '../harness/leak-script.ts'
import { leaksIn } from '../harness/leak-search.ts'
import { looseMasks, officerMasks, unguarded, unscannedBaseline } from '../harness/leak-shop.ts'
import { comparablePackets } from '../harness/mysql-leak-compare.ts'
import { hasPlainLines, MysqlSessions } from '../harness/mysql-leak-script.ts'
import { cleaning, mysqlLeakSchema } from '../harness/mysql-leak-shop.ts'
import { mysqlShopSchema } from '../harness/mysql-shop.ts'
import type { MysqlLogin } from '../harness/mysql-wire.ts'
import { missingTools } from '../harness/program.ts'

const attacks = readAttacks(new URL('../leak/mysql.txt', import.meta.url))
const named = attacks.map((one): readonly [string, Attack] => [one.goal, one])

const runs: readonly (readonly [ResultFormat, typeof named])[] = [
  ['text', named],
  ['binary', named.filter(([, one]) => hasPlainLines(one))],
]

/** Of equal length, so that answers which name them are. */
const DATABASES = ['control', 'officer', 'analyst', 'onlymas']
const names = /control|officer|analyst|onlymas/g

const missing = !hasMariadb || missingTools('MariaDB server').length > 0
const suite = missing ? describe.skip : describe

const LOGIN = 'dba'
const PASSWORD = 'dba-secret'

let server: RunningMariadb
let admin: Connection
let bystander: Connection
let sessions: MysqlSessions
const gateways: TestGateway[] = []

const startAll = async (): Promise<void> => {
  await admin.query(
    DATABASES.map(
      (name) => `DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name};
      ${mysqlShopSchema} ${mysqlLeakSchema}`,
    ).join('\n'),
  )
  const upstream = { host: '127.0.0.1', port: server.port, superuser: LOGIN, password: PASSWORD }
  for (const [database, policy] of [
    ['analyst', unguarded(unscannedBaseline)],
    ['onlymas', looseMasks],
    ['officer', officerMasks],
    ['analyst', unguarded(baselineText)],
    ['analyst', unscannedBaseline],
  ] as const)
    gateways.push(await startGateway({ upstream, system: 'mariadb', database, policy }))
  sessions = new MysqlSessions()
}

/** Somebody else's statement that runs all the while. */
const startBystander = async (): Promise<void> => {
  bystander = await createConnection({ socketPath: server.socket, user: 'root' })
  bystander.query("SELECT sleep(1000), 'mail1.sentinel@shop.example'").catch(() => undefined)
}

const stopAll = async (): Promise<void> => {
  sessions.close()
  for (const gateway of gateways.splice(0)) await gateway.close()
}

const direct = (database: string): MysqlLogin => ({
  host: '127.0.0.1',
  port: server.port,
  user: LOGIN,
  password: PASSWORD,
  database,
})

const through = (gateway: number, login: string) => gateways[gateway]?.connection(login) as MysqlLogin

const clean = async (database: string): Promise<void> => {
  await admin.query(`USE ${database}; ${cleaning}`)
}

suite('on MariaDB', () => {
  beforeAll(async () => {
    server = await startMariadb({ accounts: true })
    admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
    await admin.query(
      `CREATE USER ${LOGIN}@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO ${LOGIN}@'%'`,
    )
    await startBystander()
  }, 120_000)

  afterAll(async () => {
    bystander.destroy()
    await admin.end()
    await server.stop()
  })

  describe.each(runs)('asked for %s,', (format, lines) => {
    beforeAll(startAll, 120_000)
    afterAll(stopAll)

    const without = (...flags: readonly string[]) =>
      lines.filter(([, one]) => !flags.some((flag) => one.flags.has(flag)))

    const bytesOf = (login: MysqlLogin, one: Attack): Promise<string> => sessions.attack(login, one, format)

    describe('for an analyst under the baseline policy nothing arrives by', () => {
      test.each(without('loose', 'scanned'))('%s', async (_goal, one) => {
        await clean('analyst')
        expect(leaksIn(await bytesOf(through(0, 'ana'), one))).toEqual([])
      })
    })

    if (format === 'text')
      describe('for an agent, with the inference guard on, nothing arrives by', () => {
        test.each(without('loose', 'scanned'))('%s', async (_goal, one) => {
          await clean('analyst')
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
        await clean('onlymas')
        expect(leaksIn(await bytesOf(through(1, 'ana'), one))).toEqual([])
      })
    })

    describe('over a direct connection values arrive, and for the data-protection officer all the same bytes, by', () => {
      test.each(lines)('%s', async (_goal, one) => {
        const { flags } = one
        await clean('control')
        const plain = await bytesOf(direct('control'), one)
        if (!flags.has('barren')) expect(leaksIn(plain)).not.toEqual([])
        await clean('officer')
        const seen = await bytesOf(through(2, 'dora'), one)
        const [officers, database] = [seen, plain].map((bytes) =>
          comparablePackets(bytes, names, flags.has('volatile') ? 'errors' : 'all'),
        )
        if (flags.has('refused')) expect(officers).not.toEqual(database)
        else expect(officers).toEqual(database)
      })
    })
  })
})
