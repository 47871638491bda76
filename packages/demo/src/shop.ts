import { Client } from 'pg'
import { insertOf, shopRows } from './shop-data.ts'
import { SHOP_SCHEMA } from './shop-schema.ts'

/** The login that the gateway itself uses. It owns the shop: what is refused, the gateway refuses. */
export const UPSTREAM = { user: 'sluice', database: 'shop' } as const

/** Makes role and database, and fills the shop. `connectionString` gives a superuser's for a database name. */
export async function loadShop(
  connectionString: (database: string) => string,
  upstreamPassword: string,
): Promise<void> {
  await withClient(connectionString('postgres'), async (client) => {
    await client.query(
      `create role ${UPSTREAM.user} login password ${client.escapeLiteral(upstreamPassword)}`,
    )
    await client.query(`create database ${UPSTREAM.database} owner ${UPSTREAM.user}`)
  })
  await withClient(connectionString(UPSTREAM.database), async (client) => {
    await client.query(`grant all on schema public to ${UPSTREAM.user}`)
    await client.query(`set role ${UPSTREAM.user}`)
    await client.query(SHOP_SCHEMA)
    const rows = shopRows()
    for (const table of ['customers', 'products', 'orders', 'order_items'] as const) {
      const [text, values] = insertOf(table, rows)
      await client.query(text, [...values])
    }
    await client.query('analyze')
  })
}

async function withClient(connectionString: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
