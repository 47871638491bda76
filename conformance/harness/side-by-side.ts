import type { PostgresVersion } from '@sluice/testkit/postgres-binaries'
import type { PostgresTls } from '@sluice/testkit/postgres-files'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { allowAll, startGateway, type TestGateway } from './gateway.ts'
import { shopSchema } from './shop.ts'

/** How a client reaches one of the two databases. */
export type Side = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Certificate authority of the gateway; absent on the direct side. */
  readonly ca: string | undefined
}

/**
 * Two databases that are alike to the last OID, one reached directly and one through a gateway that allows
 * everything. What a client sees of the one must be what it sees of the other.
 */
export type SideBySide = {
  readonly server: RunningPostgres
  readonly gateway: TestGateway
  readonly direct: Side
  readonly through: Side
  readonly close: () => Promise<void>
}

const SUPERUSER = 'postgres'

/** Names of equal length, so that tables that show them are of equal width. */
const DIRECT = 'shop_d'
const THROUGH = 'shop_g'

/** Starts a server with both databases, each with the shop and what `more` makes in it, and the gateway. */
export async function startSideBySide(
  version: PostgresVersion,
  more = '',
  tls?: PostgresTls,
): Promise<SideBySide> {
  const password = `${SUPERUSER}-secret`
  const server = await startPostgres({
    version,
    superuserPassword: password,
    auth: 'scram-sha-256',
    ...(tls && { tls }),
  })
  await onDatabase(server, 'postgres', 'CREATE DATABASE shop')
  await onDatabase(server, 'shop', `SET TIME ZONE 'UTC'; ${shopSchema}; ${more}; ANALYZE`)
  for (const name of [DIRECT, THROUGH]) {
    await onDatabase(server, 'postgres', `CREATE DATABASE ${name} TEMPLATE shop`)
  }
  const gateway = await startGateway({
    upstream: server,
    database: THROUGH,
    policy: allowAll,
    principals: { [SUPERUSER]: { groups: ['dba'] } },
  })
  return {
    server,
    gateway,
    direct: {
      host: server.host,
      port: server.port,
      user: SUPERUSER,
      password,
      database: DIRECT,
      ca: undefined,
    },
    through: { ...gateway.connection(SUPERUSER), ca: gateway.ca },
    close: async () => {
      await gateway.close()
      await server.stop()
    },
  }
}

/** Runs statements as the superuser, not through any gateway. */
export async function onDatabase(server: RunningPostgres, database: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.connectionString(database) })
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** A libpq connection string for a side. */
export function libpqUrl({ host, port, user, password, database }: Side, parameters = ''): string {
  return `postgresql://${user}:${password}@${host}:${port}/${database}${parameters}`
}

/** Takes out what must differ between two runs: names and ports of the databases, process ids, random words, times. */
export function comparable(output: string): string {
  return output
    .replaceAll(/shop_[dg]/g, 'shop_x')
    .replaceAll(/port (?:"\d+"|\d+)/g, 'port <port>')
    .replaceAll(/^.* (\(every [\d.]+s\))$/gm, '<time> $1')
    .replaceAll(/PID \d+/g, 'PID <pid>')
    .replaceAll(/^(\\(?:un)?restrict) \w+$/gm, '$1 <word>')
}
