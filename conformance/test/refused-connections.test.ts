import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeCancelRequest } from '@sluice/adapter-postgres/messages/cancel-request'
import { encodePasswordMessage } from '@sluice/adapter-postgres/messages/password-message'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { encodeStartupMessage } from '@sluice/adapter-postgres/messages/startup-message'
import { readEntries } from '@sluice/audit/read'
import type { SessionRefused } from '@sluice/core/record/record'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'

/** What the journal has of refused connections; a refusal at most is on its way there. */
async function refusedAt({ audit, journal }: TestGateway): Promise<SessionRefused[]> {
  await audit.durable(audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
  return [...readEntries(journal)].flatMap(({ entry }) => (entry.type === 'session.refused' ? [entry] : []))
}

const pause = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, 50, false))

/** With what a login is refused. */
async function codeOf(connection: pg.ClientConfig): Promise<unknown> {
  const error: unknown = await new pg.Client(connection).connect().catch((refused: unknown) => refused)
  return (error as { readonly code?: string }).code
}

/** Ends as the gateway ends it; nobody asks what came. */
async function ended(socket: Socket): Promise<void> {
  socket.on('error', () => undefined)
  socket.resume()
  await once(socket, 'close')
}

describe('every connection to PostgreSQL that does not become a session is recorded:', () => {
  let server: RunningPostgres
  let gateway: TestGateway

  beforeAll(async () => {
    server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
    gateway = await startGateway({
      upstream: server,
      database: 'postgres',
      limits: '{ maxSessions: 1, authenticationTimeoutMs: 5000 }',
    })
  }, 120_000)

  afterAll(async () => {
    await gateway?.close()
    await server?.stop()
  })

  const address = () => ({ host: '127.0.0.1', port: gateway.port })
  const raw = async (...said: readonly Buffer[]): Promise<void> => {
    const socket = connect(address())
    for (const bytes of said) socket.write(bytes)
    await ended(socket)
  }

  test.each<[string, () => Promise<void>, string, RegExp]>([
    [
      'bytes glued behind the SSLRequest',
      () => raw(Buffer.concat([encodeSSLRequest(), Buffer.from('x')])),
      '08P01',
      /bytes came behind the encryption request/,
    ],
    ['another protocol', () => raw(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')), '08P01', /./],
    [
      'direct TLS without the name of the protocol',
      () => ended(connectTls({ ...address(), rejectUnauthorized: false })),
      '08P01',
      /direct TLS without the ALPN protocol/,
    ],
    [
      'a TLS handshake that fails',
      () => raw(Buffer.from('1603010005010000010000', 'hex')),
      '08P01',
      /TLS handshake failed|SSL routines/,
    ],
  ])('%s', async (_name, connected, code, reason) => {
    const before = (await refusedAt(gateway)).length
    await connected()
    const refused = (await refusedAt(gateway)).slice(before)
    expect(refused).toMatchObject([
      { clientAddress: '127.0.0.1', login: '', code, reason: expect.stringMatching(reason) },
    ])
  })

  test('not who leaves once it is asked for a password, as those do who have to type it and health checks', async () => {
    const before = (await refusedAt(gateway)).length
    const client = await RawClient.dial(address())
    const parameters = new Map(Object.entries({ user: 'ana', database: 'postgres' }))
    client.send(encodeStartupMessage({ version: 0x0003_0000, parameters }))
    await client.next()
    client.close()
    // It is gone for the gateway, too, once its place is free: the next is refused for its password alone.
    while ((await codeOf({ ...gateway.connection('ana'), password: 'another' })) === '53300') await pause()
    const codes = (await refusedAt(gateway)).slice(before).map(({ code }) => code)
    expect(codes.filter((code) => code !== '53300')).toEqual(['28P01'])
  })

  test('not who resets the connection amid the TLS handshake, as health checks do', async () => {
    const before = (await refusedAt(gateway)).length
    for (const said of [encodeSSLRequest(), Buffer.from('1603010005', 'hex')]) {
      const socket = connect(address())
      socket.write(said)
      if (said.length === 8) await once(socket, 'data')
      else await pause()
      socket.resetAndDestroy()
    }
    await expect(RawClient.login({ ...gateway.connection('ana'), password: 'another' })).rejects.toThrow(
      '28P01',
    )
    const codes = (await refusedAt(gateway)).slice(before).map(({ code }) => code)
    expect(codes).toEqual(['28P01'])
  })

  test('with no more than a few hundred letters of what it said', async () => {
    const before = (await refusedAt(gateway)).length
    const named = { user: 'ana', database: 'postgres', ['\u0001'.repeat(9_000)]: 'x' }
    for (const said of [named, { user: 'u'.repeat(9_000), database: 'd'.repeat(500) }])
      await RawClient.dial(address()).then(async (client) => {
        const parameters = new Map(Object.entries(said))
        client.send(encodeStartupMessage({ version: 0x0003_0000, parameters }))
        client.send(encodePasswordMessage({ password: 'x' }))
        await client.rest()
        client.close()
      })
    const refused = (await refusedAt(gateway)).slice(before)
    expect(refused).toHaveLength(2)
    for (const entry of refused) expect(JSON.stringify(entry).length).toBeLessThan(2_500)
  })

  test('one more than `maxSessions`', async () => {
    const first = new pg.Client(gateway.connection('ana'))
    await first.connect()
    const second = new pg.Client(gateway.connection('ana'))
    await expect(second.connect()).rejects.toMatchObject({ code: '53300' })
    expect((await refusedAt(gateway)).at(-1)).toMatchObject({
      clientAddress: '127.0.0.1',
      code: '53300',
      reason: 'the gateway has as many sessions as it may',
    })
    await first.end()
  })

  test('one more than `maxSessions` hears so over TLS, and can cancel a statement still', async () => {
    const first = await RawClient.login(gateway.connection('ana'))
    await first.query('SELECT pg_sleep(0)')
    first.send(encodeQuery({ sql: 'SELECT pg_sleep(600)' }))
    const ssl = { rejectUnauthorized: false }
    const second = new pg.Client({ ...gateway.connection('ana'), ssl })
    await expect(second.connect()).rejects.toMatchObject({ code: '53300' })
    expect((await refusedAt(gateway)).at(-1)).toMatchObject({ login: 'ana', code: '53300' })
    if (first.key === undefined) throw new Error('no key')
    const done = first.ready()
    let over = false
    // The statement may still be on its way: asked again until it is heard.
    while (!over) {
      const request = await RawClient.dial(address())
      request.send(encodeCancelRequest(first.key))
      expect(await request.rest()).toEqual(['closed'])
      over = await Promise.race([done.then(() => true), pause()])
    }
    expect(await done).toContain('ErrorResponse 57014')
    first.close()
    // The next test has the place again once the gateway has seen that.
    while ((await codeOf({ ...gateway.connection('ana'), password: 'another' })) === '53300') await pause()
  })

  test('the record has the word for why a login was refused', async () => {
    const client = new pg.Client({ ...gateway.connection('ana'), password: 'another' })
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
    const stranger = new pg.Client(gateway.connection('nobody'))
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' })
    const reasons = (await refusedAt(gateway)).map(({ reason }) => reason)
    expect(reasons.slice(-2)).toEqual([
      expect.stringMatching(/^wrong-secret: /),
      expect.stringMatching(/^unknown: /),
    ])
  })
})

if (!hasMariadb)
  console.warn('NO MARIADB, so one session too many at one is not tried: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

suite('every connection to MariaDB that does not become a session is recorded:', () => {
  let server: FilledMariadb
  let gateway: TestGateway

  beforeAll(async () => {
    server = await mariadbWith()
    gateway = await startGateway({
      upstream: server,
      database: 'shop',
      system: 'mariadb',
      limits: '{ maxSessions: 1 }',
    })
  }, 120_000)

  afterAll(async () => {
    await gateway?.close()
    await server?.stop()
  })

  test('one more than `maxSessions`, and a wrong password', async () => {
    const options = { ...gateway.connection('ana'), ssl: { rejectUnauthorized: false } }
    await expect(createConnection({ ...options, password: 'another' })).rejects.toMatchObject({ errno: 1045 })
    const first = await createConnection(options)
    await expect(createConnection(options)).rejects.toMatchObject({ errno: 1040 })
    expect((await refusedAt(gateway)).map(({ code, reason }) => [code, reason])).toEqual([
      ['1045', expect.stringMatching(/^wrong-secret: /)],
      ['1040', 'the gateway has as many sessions as it may'],
    ])
    await first.end()
  })
})
