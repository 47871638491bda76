import { describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { startPostgres } from '@sluice/testkit/postgres-server'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { mariadbWith } from '../harness/filled-server.ts'
import { allowAll, startGateway } from '../harness/gateway.ts'

/** A rule by the address of an IPv4 client, at a listener that takes IPv6 and so has it as `::ffff:127.0.0.1`. */
const policy = `${allowAll}
  - id: not-from-here
    effect: deny
    when: "session.clientAddress.startsWith('127.0.0.')"
`
const address = '[::]:0'

describe('at a listener for IPv6 and IPv4 a rule holds for the IPv4 address', () => {
  test('of a client of PostgreSQL', async () => {
    const server = await startPostgres({
      version: 'embedded',
      superuserPassword: 'secret',
      auth: 'scram-sha-256',
    })
    const gateway = await startGateway({ upstream: server, database: 'postgres', policy, address })
    const client = new pg.Client(gateway.connection('ana'))
    await client.connect()
    await expect(client.query('SELECT 1')).rejects.toThrow('not-from-here')
    await client.end()
    await gateway.close()
    await server.stop()
  }, 120_000)

  const mariadb = hasMariadb ? test : test.skip
  mariadb(
    'of a client of MariaDB',
    async () => {
      const server = await mariadbWith()
      const gateway = await startGateway({
        upstream: server,
        database: 'shop',
        system: 'mariadb',
        policy,
        address,
      })
      const ssl = { rejectUnauthorized: false }
      const client = await createConnection({ ...gateway.connection('ana'), ssl })
      await expect(client.query('SELECT 1')).rejects.toThrow('not-from-here')
      await client.end()
      await gateway.close()
      await server.stop()
    },
    120_000,
  )
})
