import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { issueCertificates } from '@sluice/testkit/certificates'
import { type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { allowAll, startGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts'
import { mysqlShopSchema } from './mysql-shop.ts'
import type { Side } from './side-by-side.ts'

/**
 * Two databases of one MariaDB that are alike, one reached directly and one through gateways: one that allows everything
 * and one under another policy, the baseline pack where none is given.
 */
export type MysqlSides = {
  readonly server: RunningMariadb
  /** How gateways log in at it. */
  readonly upstream: TestGatewayOptions['upstream']
  readonly direct: Side
  readonly through: Side
  readonly masked: Side
  /** The gateway that allows everything, and the other. */
  readonly open: TestGateway
  readonly masking: TestGateway
  /** A connection to the server that no gateway stands in front of. */
  readonly admin: Connection
  readonly close: () => Promise<void>
}

const LOGIN = 'dba'
const PASSWORD = `${LOGIN}-secret`
/** Names of equal length, so that tables that show them are of equal width. */
const DIRECT = 'shop_d'
const THROUGH = 'shop_g'

/** Starts all of it. */
export async function startMysqlSides(policy?: string): Promise<MysqlSides> {
  const { ca, leaf } = await issueCertificates()
  const server = await startMariadb({ accounts: true, certificate: leaf })
  const admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
  await fill(admin)
  const upstream = { host: '127.0.0.1', port: server.port, superuser: LOGIN, password: PASSWORD }
  const both = {
    upstream,
    database: THROUGH,
    system: 'mariadb',
    principals: { [LOGIN]: { groups: ['dba'] }, ana: { groups: ['analysts'] }, dora: { groups: ['dpo'] } },
    upstreamTls: 'verify-full',
    upstreamKeys: 'ca: ./database-ca.crt',
    files: { 'database-ca.crt': ca.cert },
  } as const
  const open = await startGateway({ ...both, policy: allowAll })
  const masking = await startGateway(policy === undefined ? both : { ...both, policy })
  return {
    server,
    upstream,
    direct: directSide(server, join(open.directory, 'database-ca.crt')),
    through: { ...open.connection(LOGIN), ca: open.ca },
    masked: { ...masking.connection(LOGIN), ca: masking.ca },
    open,
    masking,
    admin,
    close: async () => {
      await admin.end()
      await open.close()
      await masking.close()
      await server.stop()
    },
  }
}

async function fill(admin: Connection): Promise<void> {
  const smoke = join(import.meta.dirname, '..', 'drivers', 'smoke')
  const types = await readFile(join(smoke, 'mysql-types.sql'), 'utf8')
  const people = await readFile(join(smoke, 'mysql-people.sql'), 'utf8')
  await admin.query(
    `CREATE USER ${LOGIN}@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO ${LOGIN}@'%'; SET time_zone = '+00:00', timestamp = 1700000000`,
  )
  for (const name of [DIRECT, THROUGH])
    await admin.query(
      `CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}; ${mysqlShopSchema} ${types} ${people}`,
    )
}

function directSide(server: RunningMariadb, ca: string): Side {
  return {
    host: '127.0.0.1',
    port: server.port,
    user: LOGIN,
    password: PASSWORD,
    database: DIRECT,
    ca,
  }
}
