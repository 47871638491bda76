import { type Connection, createConnection } from 'mysql2/promise'
import pg from 'pg'
import { mariadbWith, postgresWith } from './filled-server.ts'
import { startGateway, type TestGateway } from './gateway.ts'

/** A server, a gateway with a policy in front of it, and a client that asks it as `dora`. */
export type Asked<Client> = {
  readonly client: Client
  /** What comes of a statement: `runs`, the rule that refuses it, or what the client is told. */
  readonly outcome: (sql: string) => Promise<string>
  readonly close: () => Promise<void>
}

/** Of PostgreSQL, with what `sql` makes. */
export async function askedPostgres(sql: string, policy: string): Promise<Asked<pg.Client>> {
  const server = await postgresWith(sql)
  const gateway = await startGateway({ upstream: server, database: 'postgres', policy })
  const client = new pg.Client(gateway.connection('dora'))
  await client.connect()
  return asked(server, gateway, client)
}

/** Of MariaDB, the same. */
export async function askedMariadb(sql: string, policy: string): Promise<Asked<Connection>> {
  const server = await mariadbWith(sql)
  const gateway = await startGateway({ upstream: server, system: 'mariadb', database: 'shop', policy })
  return asked(server, gateway, await createConnection(gateway.connection('dora')))
}

type Asking = { readonly query: (sql: string) => Promise<unknown>; readonly end: () => Promise<void> }

function asked<Client extends Asking>(
  server: { readonly stop: () => Promise<void> },
  gateway: TestGateway,
  client: Client,
): Asked<Client> {
  return {
    client,
    outcome: async (sql) => {
      try {
        await client.query(sql)
        return 'runs'
      } catch (error) {
        const { message } = error as Error
        if (message.startsWith('no rule allows')) return 'not allowed'
        return /rule `([^`]*)`/.exec(message)?.[1] ?? message
      }
    },
    close: async () => {
      await client.end()
      await gateway.close()
      await server.stop()
    },
  }
}
