import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { issueCertificates } from '@sluice/testkit/certificates'
import { chanceFrom } from '@sluice/testkit/chance'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { serverBinaries } from '@sluice/testkit/server-binaries'
import { type Connection, createConnection, type FieldPacket } from 'mysql2/promise'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { guardedMasks } from '../harness/leak-shop.ts'
import { callsOn } from '../harness/mysql-calls.ts'
import { twinColumns, twins } from '../harness/mysql-twins.ts'
import { serverVersions } from '../harness/mysql-versions.ts'
import { missingTools } from '../harness/program.ts'

const SEEDS = [1, 2]
/** Columns in each place of each form. */
const SOME = 1
const LOGIN = 'dba'

type System = {
  readonly system: 'mysql' | 'mariadb'
  readonly there: boolean
  readonly start: () => Promise<RunningMariadb>
}

const mysql = serverVersions.find(({ system }) => system === 'mysql')

const systems: readonly System[] = [
  {
    system: 'mariadb',
    there: hasMariadb && missingTools('MariaDB server').length === 0,
    start: () => startMariadb({ accounts: true }),
  },
  {
    system: 'mysql',
    there: serverBinaries('MySQL 9') !== undefined,
    start: async () => {
      const { leaf } = await issueCertificates()
      if (mysql === undefined) throw new Error('no MySQL among the servers')
      return mysql.start(leaf)
    },
  },
]

/** All that comes of a statement: rows, what is said of its columns, or the error. */
const answer = async (connection: Connection, way: 'query' | 'execute', sql: string): Promise<string> => {
  try {
    const [rows, fields] =
      way === 'query'
        ? await connection.query({ sql, rowsAsArray: true })
        : await connection.execute({ sql, rowsAsArray: true })
    const described = (fields as FieldPacket[]).map(({ name, columnType, columnLength, flags, decimals }) => [
      name,
      columnType,
      columnLength,
      flags,
      decimals,
    ])
    return JSON.stringify([rows, described])
  } catch (error) {
    return (error as Error).message
  }
}

/** What makes one row of all: `id` cannot stand beside it. */
const ALONE = /^(?:avg|count|group_concat|json_\w+agg|max|min|std|sum|var_samp)\((?!.*OVER)/

describe.each(systems)('on $system', ({ system, there, start }) => {
  const perhaps = there ? test : test.skip
  let server: RunningMariadb
  let admin: Connection
  let gateway: TestGateway
  let masked: Connection

  beforeAll(async () => {
    if (!there) return
    server = await start()
    admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
    await admin.query(`CREATE USER ${LOGIN}@'%' IDENTIFIED BY 'secret'; GRANT ALL ON *.* TO ${LOGIN}@'%';
      CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop; SET sql_mode = ''`)
    for (const seed of SEEDS) await admin.query(twins(chanceFrom(seed), `twin_a${seed}`, `twin_b${seed}`))
    await admin.query('SET sql_mode = DEFAULT')
    const upstream = { host: '127.0.0.1', port: server.port, superuser: LOGIN, password: 'secret' }
    const options = { upstream, database: 'shop', system, policy: guardedMasks('strict') } as const
    gateway = await startGateway(system === 'mysql' ? { ...options, upstreamTls: 'require' } : options)
    masked = await createConnection(gateway.connection('ana'))
  }, 300_000)

  afterAll(async () => {
    await masked?.end()
    await admin?.end()
    await gateway?.close()
    await server?.stop()
  })

  perhaps.each(SEEDS)(
    'what functions make of masked values tells nothing of them (seed %i)',
    async (seed) => {
      const chance = chanceFrom(seed)
      /** Of the twins, in which the one's name is the other's. */
      const both = async (connection: Connection, sql: string, way: 'query' | 'execute') => [
        await answer(connection, way, `${sql} FROM twin_a${seed}`),
        (await answer(connection, way, `${sql} FROM twin_b${seed}`)).replaceAll('twin_b', 'twin_a'),
      ]
      const found: string[] = []
      let [answered, telling] = [0, 0]
      for (const call of callsOn(twinColumns, chance, SOME)) {
        const sql = `SELECT ${ALONE.test(call) ? '' : 'id, '}${call}`
        const [one = '', other = ''] = await both(masked, sql, chance.pick(['query', 'execute']))
        if (one !== other) found.push(`${sql}: ${one.slice(0, 200)} but ${other.slice(0, 200)}`)
        if (!one.startsWith('[')) continue
        answered += 1
        const [here, there] = await both(admin, sql, 'query')
        if (here !== there) telling += 1
      }
      expect(found).toEqual([])
      // Much is answered, and most of that is not the same directly.
      expect(answered).toBeGreaterThan(100)
      expect(telling).toBeGreaterThan(answered / 2)
    },
  )
})
