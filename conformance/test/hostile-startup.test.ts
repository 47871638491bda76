import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { encodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { encodeErrorResponse } from '@sluice/adapter-postgres/messages/error-response'
import { encodeNegotiateProtocolVersion } from '@sluice/adapter-postgres/messages/negotiate-protocol-version'
import { encodeParameterStatus } from '@sluice/adapter-postgres/messages/parameter-status'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeReadyForQuery } from '@sluice/adapter-postgres/messages/ready-for-query'
import {
  decodeSASLInitialResponse,
  encodeSASLInitialResponse,
} from '@sluice/adapter-postgres/messages/sasl-initial-response'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { encodeStartupMessage } from '@sluice/adapter-postgres/messages/startup-message'
import { encodeTerminate } from '@sluice/adapter-postgres/messages/terminate'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { type FakeDatabase, fakeDatabase, type Part, welcome } from '../harness/fake-database.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'

let server: RunningPostgres
let database: FakeDatabase
let gateway: TestGateway

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
  database = await fakeDatabase(server)
  gateway = await startGateway({
    upstream: database,
    database: 'postgres',
    limits: '{ authenticationTimeoutMs: 1000 }',
  })
}, 120_000)

afterAll(async () => {
  // Nothing is left behind at the database.
  while (database.sessions() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await gateway?.close()
  await database?.close()
  await server?.stop()
})

beforeEach(() => {
  database.play = {}
})

/** Whatever happened: the next session is carried as if nothing had. */
afterEach(async () => {
  database.play = {}
  const next = await RawClient.login(gateway.connection('ana'))
  next.close()
})

const message = (type: string, length: number, body: Buffer | string = ''): Buffer => {
  const bytes = Buffer.from(body)
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, bytes])
}
const whole = (type: string, body: Buffer | string): Buffer =>
  message(type, Buffer.from(body).length + 4, body)
const asks = (code: number): Buffer =>
  encodeAuthentication({ kind: 'unsupported', code, data: Buffer.alloc(0) })
const OK = encodeAuthentication({ kind: 'ok' })
const SASL = encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] })
const MD5 = encodeAuthentication({ kind: 'md5-password', salt: Buffer.alloc(4) })
const key = (bytes: number): Buffer => whole('K', Buffer.alloc(4 + bytes, 1))
const READY = encodeReadyForQuery({ status: 'I' })
const negotiated = (newest: number, ...unknownOptions: string[]): Buffer =>
  Buffer.concat([encodeNegotiateProtocolVersion({ newest, unknownOptions }), OK, key(4), READY])
const notice = (): Buffer => encodeParameterStatus({ name: 'a', value: 'b' })
const setting = (name: string, bytes: number): Buffer =>
  encodeParameterStatus({ name, value: 'x'.repeat(bytes) })

const says = (...said: readonly Buffer[]): Part => ({ login: (socket) => socket.write(Buffer.concat(said)) })

/** Speaks SCRAM up to its own first message, which has these attributes behind a good nonce. */
const scram = (attributes: string, then: Buffer = Buffer.alloc(0)): Part => ({
  login: (socket) => socket.write(SASL),
  answer: ({ name, payload }) => {
    if (name !== 'p' || !payload.includes('SCRAM-SHA-256')) return undefined
    const text = decodeSASLInitialResponse(payload).data?.toString() ?? ''
    const nonce = /r=([^,]*)/.exec(text)?.[1] ?? ''
    const data = Buffer.from(attributes.replace('NONCE', `${nonce}theirs`))
    return Buffer.concat([encodeAuthentication({ kind: 'sasl-continue', data }), then])
  },
})

describe('INVARIANT (record-before-effect): a session', () => {
  const parameters = [{}, { search_path: 'public' }]
  const dialled = jest.fn()
  beforeEach(() => {
    dialled.mockClear()
    database.play = {
      login: (socket) => {
        dialled()
        socket.write(Buffer.concat([OK, key(4), READY]))
      },
    }
  })

  test.each(parameters)('reaches the database once its record is on disk: %j', async (settings) => {
    const disk = Promise.withResolvers<void>()
    const isDurable = jest.spyOn(gateway.audit, 'isDurable').mockReturnValue(false)
    const durable = jest.spyOn(gateway.audit, 'durable').mockReturnValue(disk.promise)
    try {
      const login = RawClient.login({ ...gateway.connection('ana'), parameters: settings })
      while (dialled.mock.calls.length + durable.mock.calls.length === 0)
        await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(dialled).not.toHaveBeenCalled()
      disk.resolve()
      const client = await login
      client.close()
      expect(dialled).toHaveBeenCalledTimes(1)
    } finally {
      isDurable.mockRestore()
      durable.mockRestore()
    }
  })

  test.each(parameters)('is refused where its record is: %j', async (settings) => {
    const append = gateway.audit.append.bind(gateway.audit)
    const full = jest
      .spyOn(gateway.audit, 'append')
      .mockImplementation((entry) =>
        entry.type === 'session.opened' ? Number.POSITIVE_INFINITY : append(entry),
      )
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)
    try {
      const login = RawClient.login({ ...gateway.connection('ana'), parameters: settings })
      await expect(login).rejects.toThrow('ErrorResponse 58030')
      expect(dialled).not.toHaveBeenCalled()
    } finally {
      full.mockRestore()
      log.mockRestore()
    }
  })
})

describe('INVARIANT (hostile-both-sides): a database that breaks off or overdoes the login ends the connection, by', () => {
  test.each<[string, Part]>([
    ['Kerberos V5', says(asks(2))],
    ['GSSAPI', says(asks(7))],
    ['SSPI', says(asks(9))],
    ['a method of tomorrow', says(asks(99))],
    ['no SASL mechanism we have', says(encodeAuthentication({ kind: 'sasl', mechanisms: ['OAUTHBEARER'] }))],
    [
      'channel binding without TLS',
      says(encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256-PLUS'] })),
    ],
    ['a thousand mechanisms', says(whole('R', `\0\0\0\x0a${'A\0'.repeat(1000)}\0`))],
    ['2,147,483,647 iterations', scram('r=NONCE,s=c2FsdHNhbHQ=,i=2147483647')],
    ['1,000,001 iterations', scram('r=NONCE,s=c2FsdHNhbHQ=,i=1000001')],
    ['one iteration', scram('r=NONCE,s=c2FsdHNhbHQ=,i=1')],
    ['a nonce that is not ours', scram('r=abc,s=c2FsdHNhbHQ=,i=4096')],
    ['a salt without an end', scram(`r=NONCE,s=${'A'.repeat(4000)},i=4096`)],
    ['Ok before it has proven itself', scram('r=NONCE,s=c2FsdHNhbHQ=,i=4096', OK)],
    ['another method amid SCRAM', scram('r=NONCE,s=c2FsdHNhbHQ=,i=4096', MD5)],
    ['one question after the other', says(MD5, MD5, MD5)],
    ['ReadyForQuery before Ok', says(READY)],
    ['a row before Ok', says(whole('D', '\0\0'))],
    ['a cancel key of 257 bytes', says(OK, key(257), READY)],
    ['a cancel key of 3 bytes', says(OK, key(3), READY)],
    ['endless cancel keys', says(OK, ...Array.from({ length: 1000 }, () => key(256)), READY)],
    ['endless settings', says(OK, ...Array.from({ length: 1000 }, notice), READY)],
    ['one setting of 16 MiB', says(OK, setting('a', 1 << 24), key(4), READY)],
    [
      'many settings of 60 KB',
      says(OK, ...Array.from({ length: 100 }, (_, i) => setting(`a${i}`, 60_000)), key(4), READY),
    ],
    ['a newer version than was asked for', says(negotiated(0x0003_0009))],
    ['the version that was asked for', says(negotiated(0x0003_0002))],
    ['version 2', says(negotiated(0x0002_0000))],
    ['options that nobody asked for', says(negotiated(0x0003_0000, '_pq_.x'))],
    ['4,294,967,295 options', says(whole('v', '\0\x03\0\0\u007f\u007f\u007f\u007f'))],
    ['a message of 2,147,483,647 bytes', says(message('R', 0x7fff_ffff))],
    ['a message of 4,294,967,295 bytes', says(message('R', 0xffff_ffff))],
    ['a message of 3 bytes', says(message('R', 3))],
    ['a message of no known type', says(whole('?', ''))],
    ['silence', { login: () => undefined }],
    ['half a message and silence', says(message('R', 8, '\0'))],
    ['leaving', { login: (socket) => socket.destroy() }],
    ['half a login and leaving', { login: (socket) => socket.end(OK) }],
  ])('%s', async (_name, part) => {
    database.play = part
    await expect(RawClient.login(gateway.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
  })

  test('what it does is told to the log and the record', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)
    try {
      database.play = scram('r=NONCE,s=c2FsdHNhbHQ=,i=1')
      await expect(RawClient.login(gateway.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
      database.play = { login: (socket) => socket.end(OK) }
      await expect(RawClient.login(gateway.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
      while (log.mock.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
      const lines = log.mock.calls.flat().join('\n')
      expect(lines).toContain('the database asks for 1 iterations')
      expect(lines).toContain('broke the connection off amid the login')
    } finally {
      log.mockRestore()
    }
    await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const refused = [...readEntries(gateway.journal)].filter(({ entry }) => entry.type === 'session.refused')
    expect(JSON.stringify(refused)).toContain('the database asks for 1 iterations')
  })

  test('40 million options in one message: it is not taken in', async () => {
    const options = Buffer.alloc(8 + 40_000_000)
    options.writeUInt32BE(0x0003_0000, 0)
    options.writeUInt32BE(40_000_000, 4)
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)
    try {
      database.play = says(whole('v', options))
      await expect(RawClient.login(gateway.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
      while (log.mock.calls.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
      expect(log.mock.calls.flat().join('\n')).toContain('a message of 40000013 bytes exceeds')
    } finally {
      log.mockRestore()
    }
  })

  test('a refusal of its own: the client is not told what it says', async () => {
    const fields = new Map([
      ['S', 'FATAL'],
      ['C', '28P01'],
      ['M', 'password authentication failed for user LEAK'],
    ])
    database.play = says(encodeErrorResponse({ fields }))
    const client = await RawClient.dial(gateway.connection('ana'))
    await expect(client.logIn(gateway.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
    await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const refused = [...readEntries(gateway.journal)].findLast(
      ({ entry }) => entry.type === 'session.refused',
    )
    expect(JSON.stringify(refused)).not.toContain('LEAK')
  })

  test('an encoding that hides quotes, its own default: nothing is carried in it', async () => {
    for (const value of ['SJIS', 'GBK', 'BIG5', 'MULE_INTERNAL', 'TOMORROW']) {
      database.play = says(OK, encodeParameterStatus({ name: 'client_encoding', value }), key(4), READY)
      await expect(RawClient.login(gateway.connection('ana'))).rejects.toThrow('ErrorResponse 08P01')
    }
  })

  test('a key of 4 to 256 bytes is taken', async () => {
    for (const bytes of [4, 32, 256]) {
      database.play = says(OK, key(bytes), READY)
      const client = await RawClient.login(gateway.connection('ana'))
      client.close()
    }
  })

  test('bytes glued to the answer to our SSLRequest (CVE-2021-23222), or another answer', async () => {
    let answer: Uint8Array = Buffer.from('N')
    const heard: Buffer[] = []
    const sockets = new Set<Socket>()
    const listener = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => {
        heard.push(chunk)
        socket.write(answer)
      })
    })
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as { port: number }
    const options = { upstream: { ...server, port }, database: 'postgres', upstreamTls: 'require' } as const
    const tls = await startGateway(options)
    for (const said of [
      Buffer.concat([Buffer.from('S'), welcome]),
      Buffer.from('N'),
      Buffer.from('E'),
      welcome,
    ]) {
      answer = said
      await expect(RawClient.login(tls.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
    }
    expect(new Set(heard.map((chunk) => chunk.toString('hex')))).toEqual(
      new Set([encodeSSLRequest().toString('hex')]),
    )
    // Else the catalog's own connection would wait for its answer.
    listener.close()
    for (const socket of sockets) socket.destroy()
    await tls.close()
  })
})

const startup = (parameters: readonly (readonly [string, string])[]): Buffer =>
  encodeStartupMessage({ version: 0x0003_0000, parameters: new Map(parameters) })
const packet = (length: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(length)
  return Buffer.concat([head, body])
}
const cancel = (keyBytes: number): Buffer =>
  packet(12 + keyBytes, Buffer.concat([Buffer.from('04d2162e00000001', 'hex'), Buffer.alloc(keyBytes)]))
const ANA = [
  ['user', 'ana'],
  ['database', 'postgres'],
] as const

async function answerTo(...said: readonly Buffer[]): Promise<string[]> {
  const client = await RawClient.dial(gateway.connection('ana'))
  client.send(...said)
  return await client.rest()
}

const closedBy = async (begin: (socket: Socket) => void): Promise<void> => {
  const client = await RawClient.dial(gateway.connection('ana'))
  begin(client.stream as Socket)
  // `once` of Node would throw where what was on its way meets a closed connection: that is reset, and closed too.
  await new Promise((resolve) => client.stream.once('close', resolve))
}

describe('INVARIANT (hostile-both-sides): a client that breaks off or overdoes the start is turned away, by', () => {
  test.each<[string, Buffer[]]>([
    ['a packet of no bytes', [packet(0, Buffer.alloc(0))]],
    ['a packet of 7 bytes', [packet(7, Buffer.alloc(3))]],
    ['a packet of 10,001 bytes', [packet(10_001, Buffer.alloc(100))]],
    ['a packet of 2,147,483,648 bytes', [packet(0x8000_0000, Buffer.alloc(100))]],
    ['another protocol', [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')]],
    [
      'parameters without an end',
      [packet(16, Buffer.concat([Buffer.from('00030000', 'hex'), Buffer.from('userana\0')]))],
    ],
    [
      'a name without a value',
      [packet(14, Buffer.concat([Buffer.from('00030000', 'hex'), Buffer.from('user\0\0')]))],
    ],
    ['257 parameters', [startup(Array.from({ length: 257 }, (_, i) => [`a${i}`, '']))]],
    [
      'bytes behind the end',
      [packet(20, Buffer.concat([Buffer.from('00030000', 'hex'), Buffer.from('user\0ana\0\0xx')]))],
    ],
    ['a cancel key of no bytes', [cancel(0)]],
    ['a cancel key of 3 bytes', [cancel(3)]],
    ['a cancel key of 257 bytes', [cancel(257)]],
  ])('%s', async (_name, said) => {
    expect(await answerTo(...said)).toEqual(['ErrorResponse 08P01', 'closed'])
  })

  test.each<[string, Buffer[]]>([
    ['a query before it is proven', [startup(ANA), encodeQuery({ sql: 'SELECT 1' })]],
    ['a second StartupMessage', [startup(ANA), startup(ANA)]],
    ['a SASL message of 100 KB', [startup(ANA), message('p', 100_000, 'SCRAM-SHA-256\0')]],
    ['a SASL message of 2,147,483,647 bytes', [startup(ANA), message('p', 0x7fff_ffff)]],
    [
      'a mechanism that was not offered',
      [
        startup(ANA),
        encodeSASLInitialResponse({ mechanism: 'SCRAM-SHA-256-PLUS', data: Buffer.from('p=x,,') }),
      ],
    ],
    [
      'no first message',
      [startup(ANA), encodeSASLInitialResponse({ mechanism: 'SCRAM-SHA-256', data: null })],
    ],
    ['a password where SCRAM was asked', [startup(ANA), whole('p', 'ana-secret\0')]],
    ['Terminate before it is proven', [startup(ANA), encodeTerminate()]],
  ])('%s', async (_name, said) => {
    const lines = await answerTo(...said)
    expect(lines.slice(-2)).toEqual(['ErrorResponse 08P01', 'closed'])
  })

  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['half a length', Buffer.from([0, 0])],
    ['half a packet', packet(100, Buffer.from('00030000', 'hex'))],
    ['a login that stops', startup(ANA)],
    ['a TLS question that stops', encodeSSLRequest()],
    ['half a TLS handshake', Buffer.from('160301020001', 'hex')],
  ])('saying %s and waiting (slow loris)', async (_name, said) => {
    await closedBy((socket) => socket.write(said))
  })

  test('a login that stops is recorded, though nothing of it is wrong', async () => {
    await closedBy((socket) => socket.write(startup(ANA)))
    const next = await RawClient.login(gateway.connection('ana'))
    next.close()
    await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const refused = [...readEntries(gateway.journal)].findLast(
      ({ entry }) => entry.type === 'session.refused',
    )
    expect(refused?.entry).toMatchObject({ login: 'ana', code: '57014' })
  })

  test('a byte now and then', async () => {
    const bytes = startup(ANA)
    await closedBy((socket) => {
      let at = 0
      const drip = setInterval(() => {
        if (socket.destroyed || at === bytes.length) clearInterval(drip)
        else socket.write(bytes.subarray(at, (at += 1)))
      }, 100)
      socket.on('close', () => clearInterval(drip))
    })
  })

  test('nonsense inside TLS: the answer comes through it', async () => {
    const { host, port } = gateway.connection('ana')
    const socket = connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ['postgresql'] })
    await once(socket, 'secureConnect')
    const client = new RawClient(socket)
    client.send(packet(0, Buffer.alloc(0)))
    expect(await client.rest()).toEqual(['ErrorResponse 08P01', 'closed'])
  })

  test('another handshake inside TLS 1.2, before it is proven', async () => {
    const { host, port } = gateway.connection('ana')
    const direct = { ALPNProtocols: ['postgresql'], maxVersion: 'TLSv1.2' as const }
    const socket = connectTls({ host, port, rejectUnauthorized: false, ...direct })
    await once(socket, 'secureConnect')
    const refused = new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(true))
      socket.once('close', () => resolve(true))
      socket.renegotiate({}, (error) => resolve(error !== null))
    })
    expect(await refused).toBe(true)
    socket.destroy()
  })

  test('direct TLS without the protocol’s name, or with another', async () => {
    for (const ALPNProtocols of [undefined, ['http/1.1']]) {
      const { host, port } = gateway.connection('ana')
      const alpn = ALPNProtocols === undefined ? {} : { ALPNProtocols }
      const socket = connectTls({ host, port, rejectUnauthorized: false, ...alpn })
      const heard: Buffer[] = []
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => heard.push(chunk))
      await new Promise((resolve) => socket.on('close', resolve))
      expect(heard).toEqual([])
    }
  })
})
