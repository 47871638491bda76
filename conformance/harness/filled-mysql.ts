import { afterAll, beforeAll, test } from '@jest/globals'
import { issueCertificates } from '@sluice/testkit/certificates'
import { type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { startMysql } from '@sluice/testkit/mysql-server'
import { serverBinaries } from '@sluice/testkit/server-binaries'
import { type Connection, createConnection } from 'mysql2/promise'
import { startGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts'
import type { MysqlLogin } from './mysql-wire.ts'
import { missingTools } from './program.ts'

export type MysqlSystem = 'mariadb' | 'mysql'

/** For `describe.each`. */
export const mysqlSystems: readonly (readonly [name: string, system: MysqlSystem])[] = [
  ['MariaDB', 'mariadb'],
  ['MySQL', 'mysql'],
]

const isHere: Readonly<Record<MysqlSystem, () => boolean>> = {
  mariadb: () => missingTools('MariaDB server').length === 0,
  mysql: () => serverBinaries('MySQL 9') !== undefined,
}

/** A server and a gateway before it, both there while tests run. */
type FilledMysql = {
  /** Skips where the server is not here. */
  readonly perhaps: typeof test | typeof test.skip
  readonly gateway: () => TestGateway
  /** Who may do anything, beside the gateway. */
  readonly admin: () => Connection
  /** The database `shop` beside the gateway, as its principal `dba`. */
  readonly direct: () => MysqlLogin
}

/** Starts both for the tests of the block that calls it. `sql` fills the database `shop`. */
export function filledMysql(
  system: MysqlSystem,
  sql: string,
  options: Omit<TestGatewayOptions, 'upstream' | 'database' | 'system'>,
): FilledMysql {
  const missing = !isHere[system]()
  if (missing) console.warn(`skipped: no ${system} is here`)
  let server: RunningMariadb
  let admin: Connection
  let gateway: TestGateway
  const direct = (): MysqlLogin => ({
    host: '127.0.0.1',
    port: server.port,
    user: 'dba',
    password: 'dba-secret',
    database: 'shop',
  })

  beforeAll(async () => {
    if (missing) return
    const { leaf } = await issueCertificates()
    server = system === 'mysql' ? await startMysql(leaf) : await startMariadb({ accounts: true })
    admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
    await admin.query(
      `CREATE USER dba@'%' IDENTIFIED BY 'dba-secret'; GRANT ALL ON *.* TO dba@'%'; CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop; ${sql}`,
    )
    gateway = await startGateway({
      principals: { dba: { groups: [] } },
      ...options,
      upstream: { ...direct(), superuser: 'dba' },
      database: 'shop',
      system,
    })
  }, 300_000)

  afterAll(async () => {
    await gateway?.close()
    await admin?.end()
    await server?.stop()
  })

  return { perhaps: missing ? test.skip : test, gateway: () => gateway, admin: () => admin, direct }
}
