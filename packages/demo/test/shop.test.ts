import { expect, test } from '@jest/globals'
import { startPostgres } from '@sluice/testkit/postgres-server'
import { Client } from 'pg'
import { loadShop, UPSTREAM } from '../src/shop.ts'

test('the shop loads into an empty server, owned by the gateway’s login', async () => {
  const server = await startPostgres({ version: 'embedded', superuserPassword: 'x', auth: 'scram-sha-256' })
  try {
    await loadShop(server.connectionString, "it's long")
    const { host, port } = server
    const client = new Client({ host, port, ...UPSTREAM, password: "it's long" })
    await client.connect()
    const { rows } = await client.query(
      'select (select count(*)::int from customers) as customers, (select count(*)::int from customer_orders) as orders',
    )
    await client.end()
    expect(rows).toEqual([{ customers: 200, orders: 600 }])
  } finally {
    await server.stop()
  }
})
