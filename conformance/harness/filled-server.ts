import { type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import type { TestGatewayOptions } from './gateway.ts'

/** A PostgreSQL with what `sql` makes in its database `postgres`: what a gateway's `upstream` can be. */
export async function postgresWith(sql: string): Promise<RunningPostgres> {
  const server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
  })
  const direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(sql)
  await direct.end()
  return server
}

/** A MariaDB that a gateway's `upstream` can be. */
export type FilledMariadb = RunningMariadb & TestGatewayOptions['upstream']

/** A MariaDB with an account for the gateway, and with what `sql` makes in a database `shop`. */
export async function mariadbWith(sql = ''): Promise<FilledMariadb> {
  const server = await startMariadb({ accounts: true })
  const direct = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
  await direct.query(
    `CREATE USER gate IDENTIFIED BY 'secret'; GRANT ALL ON *.* TO gate; CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop; ${sql}`,
  )
  await direct.end()
  return { ...server, host: '127.0.0.1', superuser: 'gate', password: 'secret' }
}
