import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { backendName } from '@sluice/adapter-postgres/states/message-name'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { RawClient } from '../harness/raw-client.ts'
import { MOST_HELD_BYTES, policy, ROW_BYTES, ROWS, standsStill } from '../harness/stalled.ts'
import { type MeasuredGateway, startMeasuredGateway } from '../harness/start-measured-gateway.ts'

let server: RunningPostgres
let direct: pg.Client
let gateway: MeasuredGateway
let client: RawClient | undefined

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(`
    CREATE TABLE letters (email text, body text);
    ALTER TABLE letters ALTER body SET STORAGE EXTERNAL;
    INSERT INTO letters SELECT 'ana@example.com', repeat('x', ${ROW_BYTES}) FROM generate_series(1, ${ROWS})`)
  const { host, superuser, password } = server
  const upstream = { host, port: server.port, superuser, password }
  gateway = await startMeasuredGateway({ upstream, database: 'postgres', policy })
}, 120_000)

afterAll(async () => {
  gateway?.close()
  await direct?.end()
  await server?.stop()
})

afterEach(() => client?.close())

async function loggedIn(secure: boolean): Promise<RawClient> {
  const connection = {
    host: '127.0.0.1',
    port: gateway.port,
    user: 'ana',
    password: 'ana-secret',
    database: 'postgres',
  }
  const opened = secure ? await secured() : await RawClient.dial(connection)
  await opened.logIn(connection)
  return opened
}

async function secured(): Promise<RawClient> {
  const socket = connect(gateway.port, '127.0.0.1')
  socket.write(encodeSSLRequest())
  await once(socket, 'data')
  const stream = connectTls({ socket, rejectUnauthorized: false })
  await once(stream, 'secureConnect')
  return new RawClient(stream)
}

const waits = async (): Promise<boolean> => {
  const { rowCount } = await direct.query(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'ClientWrite' AND pid <> pg_backend_pid()",
  )
  return rowCount === 1
}

const ways = [
  ['', false],
  [' over TLS', true],
] as const
const results = [
  ['raw rows', 'SELECT body FROM letters', MOST_HELD_BYTES],
  ['a COPY of raw rows', 'COPY letters (body) TO STDOUT', MOST_HELD_BYTES],
  ['masked rows', 'SELECT email, body FROM letters', MOST_HELD_BYTES + ROW_BYTES],
  ['a COPY of masked rows', 'COPY letters TO STDOUT', MOST_HELD_BYTES + ROW_BYTES],
] as const

test.each(
  ways.flatMap(([how, secure]) => results.map(([what, sql, most]) => ({ how, secure, what, sql, most }))),
)(
  'INVARIANT (relay-by-slice): a client$how that stops reading $what of 8 MB makes the gateway hold little',
  async ({ secure, sql, most }) => {
    client = await loggedIn(secure)
    await client.query('SELECT 1 AS one')
    const before = await gateway.held()
    client.stream.pause()
    client.send(encodeQuery({ sql }))
    await standsStill(waits)
    expect((await gateway.held()) - before).toBeLessThanOrEqual(most)
    // When it reads again, all of it arrives.
    let bytes = 0
    client.stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    client.stream.resume()
    client.lineOf = ({ type }) => backendName(type) ?? '?'
    const said = await client.ready()
    expect(said.filter((name) => name === 'DataRow' || name === 'CopyData')).toHaveLength(ROWS)
    expect(said.at(-1)).toBe('ReadyForQuery')
    expect(bytes).toBeGreaterThan(ROWS * ROW_BYTES)
  },
  120_000,
)
