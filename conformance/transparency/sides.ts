import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { startPostgres } from '@sluice/testkit/postgres-server'
import { allowAll, writeTestConfig } from '../harness/gateway.ts'
import { startGatewayProcess } from '../harness/gateway-process.ts'
import { onDatabase, type Side } from '../harness/side-by-side.ts'

/** A server with one empty database, reached directly or through a gateway in a process of its own. */
type RunningSide = { readonly side: Side; readonly stop: () => Promise<void> }

/** Which way a suite goes. */
export type Way = 'direct' | 'gateway'

const SUPERUSER = 'postgres'
const PASSWORD = `${SUPERUSER}-secret`

/** What pg_regress sets for the database that it makes itself (pg_regress.c, `create_database`). */
const SETTINGS = [
  ...['lc_messages', 'lc_monetary', 'lc_numeric', 'lc_time'].map((name) => `${name} TO 'C'`),
  "bytea_output TO 'hex'",
  "timezone_abbreviations TO 'Default'",
]

/** The suites prepare transactions, and some tests connect from the server to itself. */
const SERVER = { max_prepared_transactions: 10 }

/** A server of its own for each: suites leave roles and settings behind that all databases of a server share. */
export async function startSide(way: Way, database: string): Promise<RunningSide> {
  const server = await startPostgres({
    version: 'debian',
    superuserPassword: PASSWORD,
    auth: 'scram-sha-256',
    settings: SERVER,
  })
  await onDatabase(server, 'postgres', `CREATE DATABASE ${database} TEMPLATE template0`)
  for (const setting of SETTINGS)
    await onDatabase(server, 'postgres', `ALTER DATABASE ${database} SET ${setting}`)
  const address = { host: server.host, user: SUPERUSER, password: PASSWORD, database, ca: undefined }
  if (way === 'direct') return { side: { ...address, port: server.port }, stop: server.stop }
  const { file } = await writeTestConfig({
    upstream: server,
    database,
    policy: allowAll,
    principals: { [SUPERUSER]: { groups: ['dba'] } },
  })
  const gateway = await startGatewayProcess(file)
  return {
    side: { ...address, port: gateway.port },
    stop: async () => {
      await gateway.kill('SIGTERM')
      await server.stop()
      await rm(dirname(file), { recursive: true, force: true })
    },
  }
}
