import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeCancelRequest } from '@sluice/adapter-postgres/messages/cancel-request'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { PROTOCOL_3_2 } from '@sluice/adapter-postgres/messages/startup-message'
import { issueCertificates } from '@sluice/testkit/certificates'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { startGateway, type TestGateway, writeTestConfig } from '../harness/gateway.ts'
import { startGatewayProcess } from '../harness/gateway-process.ts'
import { libpq18, libpq18Works } from '../harness/libpq18.ts'
import { RawClient } from '../harness/raw-client.ts'

let server: RunningPostgres
let gateway: TestGateway
let tap: Server
/** The first eight bytes of every connection to the database. */
const opened: string[] = []

beforeAll(async () => {
  const { leaf } = await issueCertificates()
  server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    tls: { ...leaf, required: true },
  })
  tap = createServer((socket) => {
    const onward = connect(server.port, server.host)
    socket.once('data', (first: Buffer) => opened.push(first.subarray(0, 8).toString('hex')))
    socket.on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  })
  tap.listen(0, '127.0.0.1')
  await once(tap, 'listening')
  const { port } = tap.address() as { port: number }
  gateway = await startGateway({
    upstream: { ...server, port },
    upstreamTls: 'require',
    database: 'postgres',
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  tap?.close()
  await server?.stop()
})

const SSL_REQUEST = '0000000804d2162f'

const pause = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, 50, false))

describe('a cancel request', () => {
  test.each([
    ['four', 0x0003_0000],
    ['32', PROTOCOL_3_2],
  ])('with a key of %s bytes ends the statement, over TLS where the session is', async (_name, version) => {
    const client = await RawClient.login({ ...gateway.connection('ana'), version })
    // Once its like was read, the statement goes on to the database at once.
    await client.query('SELECT pg_sleep(0)')
    client.send(encodeQuery({ sql: 'SELECT pg_sleep(60)' }))
    const key = client.key
    if (key === undefined) throw new Error('no key')
    opened.length = 0
    const done = client.ready()
    // The statement may still be on its way: asked again until it is heard.
    for (let heard = await pause(); !heard; heard = await Promise.race([done.then(() => true), pause()])) {
      const request = await RawClient.dial(gateway.connection('ana'))
      request.send(encodeCancelRequest(key))
      expect(await request.rest()).toEqual(['closed'])
    }
    expect(await done).toContain('ErrorResponse 57014')
    expect(opened.length).toBeGreaterThan(0)
    expect(new Set(opened)).toEqual(new Set([SSL_REQUEST]))
    client.close()
  })

  test('that comes in at another process of the host reaches the session, and with a wrong key nothing', async () => {
    const instances = await mkdtemp(join(tmpdir(), 'sluice-instances-'))
    const options = {
      upstream: server,
      upstreamTls: 'require',
      database: 'postgres',
      keys: [`instances: { directory: ${instances} }`],
    } as const
    const written = await writeTestConfig(options)
    const [here, there] = [await startGateway(options), await startGatewayProcess(written.file)]
    const client = await RawClient.login(here.connection('ana'))
    try {
      await client.query('SELECT pg_sleep(0)')
      client.send(encodeQuery({ sql: 'SELECT pg_sleep(60)' }))
      const key = client.key
      if (key === undefined) throw new Error('no key')
      const done = client.ready()
      const ask = async (secretKey: Buffer): Promise<boolean> => {
        const request = await RawClient.dial({ host: '127.0.0.1', port: there.port })
        request.send(encodeCancelRequest({ ...key, secretKey }))
        expect(await request.rest()).toEqual(['closed'])
        return await Promise.race([done.then(() => true), pause()])
      }
      expect(await ask(key.secretKey.map((byte) => byte ^ 1) as Buffer)).toBe(false)
      while (!(await ask(key.secretKey))) await pause()
      expect(await done).toContain('ErrorResponse 57014')
    } finally {
      client.close()
      await Promise.all([here.close(), there.kill('SIGTERM')])
      await Promise.all(
        [instances, written.directory].map((folder) => rm(folder, { recursive: true, force: true })),
      )
    }
  }, 60_000)

  const libpq = libpq18Works ? test : test.skip
  libpq.each([
    ['3.0', 'disable', 'postgres'],
    ['3.2', 'disable', 'postgres'],
    ['3.0', 'require', 'postgres'],
    ['3.2', 'require', 'postgres'],
    ['3.2', 'require', 'direct'],
  ])(
    'of libpq 18, protocol %s, sslmode %s, sslnegotiation %s',
    async (protocol, sslmode, sslnegotiation) => {
      const { database, ...connection } = gateway.connection('ana')
      const versions = { min_protocol_version: protocol, max_protocol_version: protocol }
      const negotiation = sslmode === 'disable' ? {} : { sslnegotiation }
      const conninfo = { ...connection, dbname: database, ...versions, sslmode, ...negotiation }
      const said = await libpq18('cancel', conninfo)
      expect(said).toMatchObject({
        connected: true,
        tls: sslmode === 'require',
        alpn: sslmode === 'require' ? 'postgresql' : null,
        cancelled: true,
        sqlstate: '57014',
      })
    },
    60_000,
  )
})
