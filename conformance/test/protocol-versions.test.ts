import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { StartupFramer } from '@sluice/adapter-postgres/framing/startup-framer'
import { encodeErrorResponse } from '@sluice/adapter-postgres/messages/error-response'
import { decodeStartupMessage, PROTOCOL_3_0 } from '@sluice/adapter-postgres/messages/startup-message'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { libpq18, libpq18Works } from '../harness/libpq18.ts'
import { RawClient, type RawConnection } from '../harness/raw-client.ts'

let server: RunningPostgres
let gateway: TestGateway

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  gateway = await startGateway({ upstream: server, database: 'postgres' })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
})

const direct = (): RawConnection => ({
  host: server.host,
  port: server.port,
  user: server.superuser,
  password: server.password,
  database: 'postgres',
})

/** What a side makes of a version and options: its answer, and the length of its cancel key. */
async function talk(
  connection: RawConnection,
  version: number,
  parameters: Record<string, string> = {},
): Promise<unknown> {
  const client = await RawClient.login({ ...connection, version, parameters })
  const { negotiated, key } = client
  expect(await client.query('SELECT 1')).toContain('DataRow 1')
  client.close()
  return { negotiated, keyBytes: key?.secretKey.length }
}

describe('a client that asks for', () => {
  test.each<[string, number, Record<string, string>, unknown]>([
    ['3.0', 0x0003_0000, {}, { negotiated: undefined, keyBytes: 4 }],
    ['3.1, which means nothing', 0x0003_0001, {}, { negotiated: undefined, keyBytes: 4 }],
    ['3.2', 0x0003_0002, {}, { negotiated: undefined, keyBytes: 32 }],
    ['3.9999', 0x0003_270f, {}, { negotiated: { newest: 0x0003_0002, unknownOptions: [] }, keyBytes: 32 }],
    [
      'options nobody knows in 3.0',
      0x0003_0000,
      { '_pq_.a': '1', '_pq_.b': '' },
      { negotiated: { newest: 0x0003_0000, unknownOptions: ['_pq_.a', '_pq_.b'] }, keyBytes: 4 },
    ],
    [
      'an option nobody knows in 3.7',
      0x0003_0007,
      { '_pq_.a': '1' },
      { negotiated: { newest: 0x0003_0002, unknownOptions: ['_pq_.a'] }, keyBytes: 32 },
    ],
  ])('%s gets what PostgreSQL 18 gives', async (_name, version, parameters, expected) => {
    expect(await talk(gateway.connection('ana'), version, parameters)).toEqual(expected)
    expect(await talk(direct(), version, parameters)).toEqual(expected)
  })

  test.each([0x0002_0000, 0x0004_0000])('another major version (%i) is turned away', async (version) => {
    await expect(RawClient.login({ ...gateway.connection('ana'), version })).rejects.toThrow(
      'ErrorResponse 08P01',
    )
  })

  const libpq = libpq18Works ? test : test.skip
  libpq.each([
    ['3.0', 30_000],
    ['3.2', 30_002],
  ])('%s with libpq 18 speaks it', async (version, expected) => {
    const { host, port, user, password, database } = gateway.connection('ana')
    const versions = { min_protocol_version: version, max_protocol_version: version }
    const said = await libpq18('query', { host, port, user, password, dbname: database, ...versions })
    expect(said).toMatchObject({ connected: true, protocol: expected, value: 'carried' })
  })
})

/** In front of the real server: says `turnDown` to whoever asks for another version than 3.0. */
async function oldServer(
  turnDown: (socket: Socket) => void,
): Promise<{ port: number; asked: number[]; listener: Server }> {
  const asked: number[] = []
  const listener = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (first: Buffer) => {
      const framer = new StartupFramer()
      framer.push(first)
      const { version } = decodeStartupMessage(framer.next()?.payload ?? Buffer.alloc(0))
      if (!first.includes('sluice catalog')) asked.push(version)
      if (version !== PROTOCOL_3_0) return turnDown(socket)
      const onward = connect(server.port, server.host)
      onward.on('error', () => socket.destroy())
      onward.write(first)
      socket.pipe(onward).pipe(socket)
      return undefined
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return { port: (listener.address() as { port: number }).port, asked, listener }
}

describe('a database or pooler that knows 3.0 alone', () => {
  const refusal = encodeErrorResponse({
    fields: new Map([
      ['S', 'FATAL'],
      ['C', '08P01'],
      ['M', 'bad packet'],
    ]),
  })
  test.each<[string, (socket: Socket) => void]>([
    ['says so', (socket) => socket.end(refusal)],
    ['just leaves', (socket) => socket.destroy()],
  ])('and %s is asked again in 3.0, once for all', async (_name, turnDown) => {
    const old = await oldServer(turnDown)
    const before = await startGateway({ upstream: { ...server, port: old.port }, database: 'postgres' })
    for (let i = 0; i < 2; i += 1) {
      const client = await RawClient.login(before.connection('ana'))
      expect(await client.query('SELECT 1')).toContain('DataRow 1')
      client.close()
    }
    expect(old.asked).toEqual([0x0003_0002, 0x0003_0000, 0x0003_0000])
    await before.close()
    old.listener.close()
  })
})
