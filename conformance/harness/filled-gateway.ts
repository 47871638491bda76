import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from './filled-server.ts'
import { startGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts'
import { RawClient, type RawConnection } from './raw-client.ts'

/** A PostgreSQL and a gateway before it, both there while tests run. */
type FilledGateway = {
  readonly server: () => RunningPostgres
  readonly gateway: () => TestGateway
  /** The superuser's session at the server, past the gateway. */
  readonly direct: () => pg.Client
}

/** What the gateway is started with. `upstream`: what it uses in the place of the server's own account. */
type FilledGatewayOptions = Partial<Omit<TestGatewayOptions, 'upstream' | 'database'>> & {
  readonly upstream?: Partial<TestGatewayOptions['upstream']>
}

/** Starts both for the tests of the file or the block that calls it. `sql` fills the database `postgres`. */
export function filledGateway(
  sql: string,
  { upstream, ...options }: FilledGatewayOptions = {},
): FilledGateway {
  let server: RunningPostgres
  let superuser: pg.Client | undefined
  let gateway: TestGateway
  beforeAll(async () => {
    server = await postgresWith(sql)
    gateway = await startGateway({ ...options, upstream: { ...server, ...upstream }, database: 'postgres' })
  }, 120_000)
  afterAll(async () => {
    await superuser?.end()
    await gateway?.close()
    await server?.stop()
  })
  const direct = (): pg.Client => {
    if (superuser === undefined) {
      superuser = new pg.Client({ connectionString: server.connectionString('postgres') })
      // What is asked of it meanwhile waits, and fails with it.
      superuser.connect().catch(() => undefined)
    }
    return superuser
  }
  return { server: () => server, gateway: () => gateway, direct }
}

/** A session of a test, through a gateway. */
type RawSession = {
  readonly raw: () => RawClient
  /** Ends it for another one. */
  readonly logInAs: (as: RawConnection) => Promise<void>
}

/** Logs `ana` in before each test, and out behind it. */
export function rawSession(gateway: FilledGateway['gateway']): RawSession {
  let raw: RawClient
  beforeEach(async () => {
    raw = await RawClient.login(gateway().connection('ana'))
  })
  afterEach(() => raw.close())
  return {
    raw: () => raw,
    logInAs: async (as) => {
      raw.close()
      raw = await RawClient.login(as)
    },
  }
}

/** Logs a client of node-postgres in before each test, and out behind it. */
export function clientSession(gateway: FilledGateway['gateway'], login: string): () => pg.Client {
  let client: pg.Client
  beforeEach(async () => {
    client = new pg.Client({ ...gateway().connection(login), ssl: false })
    await client.connect()
  })
  afterEach(() => client.end())
  return () => client
}
