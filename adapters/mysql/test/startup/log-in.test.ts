import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { connect as connectTls, createSecureContext } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import {
  type IssuedCertificates,
  issueCertificates,
  issueClientCertificate,
} from '@sluice/testkit/certificates'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import { UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { cachingProof } from '../../src/auth/caching-sha2.ts'
import { clearPassword } from '../../src/auth/clear-password.ts'
import { nativeProof } from '../../src/auth/native-password.ts'
import { encryptPassword } from '../../src/auth/rsa-password.ts'
import { Framer } from '../../src/framing/framer.ts'
import { toPackets } from '../../src/framing/packets.ts'
import { decodeAuthSwitchRequest } from '../../src/messages/auth-switch-request.ts'
import { capability, has } from '../../src/messages/capabilities.ts'
import { decodeErrPacket } from '../../src/messages/err-packet.ts'
import {
  encodeHandshakeResponse41,
  type HandshakeResponse41,
} from '../../src/messages/handshake-response-41.ts'
import { decodeHandshakeV10, type HandshakeV10 } from '../../src/messages/handshake-v10.ts'
import { decodeOkPacket } from '../../src/messages/ok-packet.ts'
import { encodeSSLRequest } from '../../src/messages/ssl-request.ts'
import { Conversation } from '../../src/startup/conversation.ts'
import type { UpstreamWish } from '../../src/upstream/login.ts'
import type { UpstreamSource } from '../../src/upstream/source.ts'
import {
  type GatewayWish,
  identityOf,
  type KnownLogin,
  startGateway,
  type TestGateway,
  TOKEN,
} from './gateway.ts'

const FLAGS =
  (capability.PROTOCOL_41 |
    capability.SECURE_CONNECTION |
    capability.PLUGIN_AUTH |
    capability.PLUGIN_AUTH_LENENC_DATA |
    capability.CONNECT_ATTRS |
    capability.MULTI_RESULTS) >>>
  0
const SERVER_FLAGS = (0x81ff_f7fe | capability.QUERY_ATTRIBUTES) >>> 0
const twice = (algorithm: string, password: string): Buffer =>
  createHash(algorithm).update(createHash(algorithm).update(password).digest()).digest()
const logins: Readonly<Record<string, KnownLogin>> = {
  ana: { password: 's3cret' },
  hashed: {
    password: 'h4shed',
    hashes: new Map([
      ['sha1-twice', twice('sha1', 'h4shed')],
      ['sha256-twice', twice('sha256', 'h4shed')],
    ]),
  },
  gone: { password: 's3cret', expired: true },
}

const gateways: TestGateway[] = []
const sockets: Socket[] = []
let certificates: IssuedCertificates
let tls: ClientTls

beforeAll(async () => {
  certificates = await issueCertificates()
  tls = {
    secureContext: createSecureContext({
      cert: certificates.leaf.cert,
      key: certificates.leaf.key,
      ca: certificates.ca.cert,
    }),
    required: false,
    clientCertificates: 'optional',
  }
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const gateway of gateways.splice(0)) await gateway.close()
})

/** A database that takes every session and answers nothing. */
const anyDatabase = (wishes: UpstreamWish[] = []): UpstreamSource => {
  const profile = {
    serverVersion: '8.4.3-test',
    mariadb: false,
    version: 80_403,
    capabilities: { flags: SERVER_FLAGS, extended: 0 },
    collation: 255,
  }
  return {
    database: 'shop',
    profile: async () => profile,
    cancel: async () => undefined,
    connect: async (wish) => {
      wishes.push(wish)
      const stream = new PassThrough()
      const framer = new Framer({ fault: 'upstream', maxFrameBytes: 1000 })
      return { stream, framer, connectionId: 7, capabilities: wish.capabilities, profile, status: 2 }
    },
  }
}

const gateway = async (wish: Partial<GatewayWish> = {}): Promise<TestGateway> => {
  const made = await startGateway({ upstream: anyDatabase(), identity: identityOf(logins), ...wish })
  gateways.push(made)
  return made
}

/** A client in a test's hands. */
type Client = {
  talk: Conversation
  framer: Framer
  socket: Socket
  greeting: HandshakeV10
  encrypted: boolean
}

const client = async ({ port }: TestGateway): Promise<Client> => {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined)
  const framer = new Framer({ fault: 'upstream', maxFrameBytes: 1 << 20 })
  const talk = new Conversation(socket, framer)
  return { talk, framer, socket, greeting: decodeHandshakeV10(await talk.receive()), encrypted: false }
}

const opening = { maxPacketBytes: 1 << 24, collation: 45 }

/** TLS, as clients begin it: without waiting for an answer. */
const encrypted = async (
  plain: Client,
  certificate: { cert?: string; key?: string } = {},
): Promise<Client> => {
  const { talk, framer, socket } = plain
  const flags = (FLAGS | capability.SSL) >>> 0
  talk.say(encodeSSLRequest({ ...opening, capabilities: { flags, extended: 0 } }))
  talk.release()
  const secure = connectTls({ socket, ca: certificates.ca.cert, servername: 'localhost', ...certificate })
  secure.on('error', () => undefined)
  await once(secure, 'secureConnect')
  return { ...plain, talk: new Conversation(secure, framer), encrypted: true }
}

type Said = Partial<HandshakeResponse41> & { user: string }

const loginOf = (changes: Said): Buffer => {
  const { database } = changes
  const flags = (FLAGS | (database === undefined ? 0 : capability.CONNECT_WITH_DB)) >>> 0
  return encodeHandshakeResponse41({
    ...opening,
    capabilities: { flags, extended: 0 },
    authResponse: Buffer.alloc(0),
    database: undefined,
    plugin: 'caching_sha2_password',
    attributes: new Map(),
    zstdLevel: undefined,
    ...changes,
  })
}

const says = (one: Client, changes: Said): void => one.talk.say(loginOf(changes))

/** A whole login by caching_sha2_password, as MySQL's clients do it: the shape of it and the last word. */
const caching = async (
  one: Client,
  user: string,
  password: string,
): Promise<{ shape: string[]; last: Buffer }> => {
  const shape: string[] = []
  says(one, { user, authResponse: cachingProof(password, one.greeting.challenge) })
  let { challenge } = one.greeting
  for (;;) {
    const reply = await one.talk.receive()
    const [first] = reply
    if (first === 0x00 || first === 0xff)
      return { shape: [...shape, first === 0 ? 'ok' : 'err'], last: reply }
    if (first === 0xfe) {
      const request = decodeAuthSwitchRequest(reply)
      shape.push(request.plugin)
      challenge = request.data
      one.talk.say(
        (request.plugin === 'mysql_native_password' ? nativeProof : cachingProof)(password, challenge),
      )
    } else if (reply[1] === 0x03) shape.push('fast')
    else if (reply[1] === 0x04) {
      shape.push('full')
      one.talk.say(one.encrypted ? clearPassword(password) : Buffer.from([2]))
    } else {
      shape.push('key')
      one.talk.say(encryptPassword(reply.subarray(1), password, challenge))
    }
  }
}

const errorOf = (payload: Buffer): { code: number; sqlState: string | undefined; message: string } =>
  decodeErrPacket(payload)

describe('the greeting', () => {
  test('offers what gateway and server have, and TLS where the gateway has it', async () => {
    const plain = await client(await gateway())
    expect(plain.greeting).toMatchObject({
      serverVersion: '8.4.3-test',
      connectionId: 0x8000_0001,
      plugin: 'caching_sha2_password',
    })
    const { flags } = plain.greeting.capabilities
    expect(
      has(flags, capability.DEPRECATE_EOF | capability.QUERY_ATTRIBUTES | capability.MULTI_STATEMENTS),
    ).toBe(true)
    for (const never of [
      'SSL',
      'COMPRESS',
      'ZSTD_COMPRESSION',
      'LOCAL_FILES',
      'OPTIONAL_RESULTSET_METADATA',
    ] as const)
      expect(has(flags, capability[never])).toBe(false)
    await gateways.shift()?.close()
    const secure = await client(await gateway({ tls, localFiles: true }))
    expect(has(secure.greeting.capabilities.flags, capability.SSL | capability.LOCAL_FILES)).toBe(true)
  })

  test('is an error without SQLSTATE where the database cannot be reached', async () => {
    const upstream = { ...anyDatabase(), profile: () => Promise.reject(new UpstreamUnreachable('gone')) }
    const { port } = await gateway({ upstream })
    const socket = connect(port, '127.0.0.1')
    const talk = new Conversation(socket, new Framer({ fault: 'upstream', maxFrameBytes: 1000 }))
    sockets.push(socket)
    expect(errorOf(await talk.receive())).toMatchObject({
      sqlState: undefined,
      message: expect.stringContaining('cannot be reached'),
    })
  })
})

describe('caching_sha2_password', () => {
  test('takes a password and a token inside TLS', async () => {
    const one = await gateway({ tls })
    expect((await caching(await encrypted(await client(one)), 'ana', 's3cret')).shape).toEqual(['full', 'ok'])
    expect((await caching(await encrypted(await client(one)), 'whoever', TOKEN)).shape).toEqual([
      'full',
      'ok',
    ])
    expect(
      one.ends.map((end) => end.kind === 'logged-in' && [end.who.principal.id, end.who.facts.tls]),
    ).toEqual([
      ['ana', true],
      ['holder', true],
    ])
  })

  test('takes a proof that a stored hash confirms, without TLS and from anywhere', async () => {
    const one = await gateway({ from: '192.0.2.7' })
    expect((await caching(await client(one), 'hashed', 'h4shed')).shape).toEqual(['fast', 'ok'])
  })

  test('takes a secret by RSA on loopback, and no token', async () => {
    const one = await gateway()
    expect((await caching(await client(one), 'ana', 's3cret')).shape).toEqual(['full', 'key', 'ok'])
    const { shape } = await caching(await client(one), 'ana', 'wrong')
    expect(shape).toEqual(['full', 'key', 'err'])
    // 190 bytes are all that a key of 2,048 bits encrypts: a token fits that is short enough.
    const short = identityOf({ ana: { password: 's3cret' } })
    const verifyPassword: IdentityProvider['verifyPassword'] = (_login, password) =>
      short.verifyPassword('whoever', password === 'tok' ? TOKEN : password)
    const other = await gateway({ identity: { ...short, verifyPassword } })
    expect((await caching(await client(other), 'ana', 'tok')).shape).toEqual(['full', 'key', 'err'])
  })

  test('asks for no password where others share the wire', async () => {
    const one = await gateway({ from: '192.0.2.7', identity: identityOf({ ana: { password: 's3cret' } }) })
    const { shape, last } = await caching(await client(one), 'ana', 's3cret')
    expect(shape).toEqual(['err'])
    expect(errorOf(last)).toMatchObject({
      code: 1045,
      sqlState: '28000',
      message: expect.stringContaining('TLS'),
    })
  })
})

describe('other ways', () => {
  test('mysql_native_password, where a stored hash confirms it', async () => {
    const one = await client(await gateway())
    says(one, {
      user: 'hashed',
      plugin: 'mysql_native_password',
      authResponse: nativeProof('h4shed', one.greeting.challenge),
    })
    expect(decodeOkPacket(await one.talk.receive(), FLAGS).status).toBe(2)
  })

  test('mysql_native_password, asked for where others share the wire', async () => {
    const one = await gateway({
      from: '192.0.2.7',
      identity: identityOf({ bo: { password: 'x', hashes: new Map([['sha1-twice', twice('sha1', 'x')]]) } }),
    })
    expect((await caching(await client(one), 'bo', 'x')).shape).toEqual(['mysql_native_password', 'ok'])
    expect((await caching(await client(one), 'eve', 'x')).shape).toEqual(['mysql_native_password', 'err'])
  })

  test('a client that begins with another plugin is asked to switch', async () => {
    const one = await encrypted(await client(await gateway({ tls })))
    says(one, {
      user: 'ana',
      plugin: 'mysql_native_password',
      authResponse: nativeProof('s3cret', one.greeting.challenge),
    })
    const request = decodeAuthSwitchRequest(await one.talk.receive())
    expect(request.plugin).toBe('caching_sha2_password')
    expect(request.data.equals(one.greeting.challenge)).toBe(false)
    one.talk.say(cachingProof('s3cret', request.data))
    expect([...(await one.talk.receive())]).toEqual([1, 4])
    one.talk.say(clearPassword('s3cret'))
    expect((await one.talk.receive())[0]).toBe(0)
  })

  test('mysql_clear_password inside TLS', async () => {
    const one = await encrypted(await client(await gateway({ tls })))
    says(one, { user: 'any', plugin: 'mysql_clear_password', authResponse: clearPassword(TOKEN) })
    expect((await one.talk.receive())[0]).toBe(0)
  })

  test('a password shown without TLS is no password', async () => {
    const one = await client(await gateway())
    says(one, { user: 'ana', plugin: 'mysql_clear_password', authResponse: clearPassword('s3cret') })
    one.talk.say(cachingProof('s3cret', decodeAuthSwitchRequest(await one.talk.receive()).data))
    await one.talk.receive()
    one.talk.say(clearPassword('s3cret'))
    expect(errorOf(await one.talk.receive()).code).toBe(1045)
  })
})

describe('INVARIANT (no-probing): an unknown login looks like a known one', () => {
  test.each([
    ['inside TLS', true, undefined],
    ['on loopback', false, undefined],
    ['where others share the wire', false, '192.0.2.7'],
  ])('%s', async (_where, secure, from) => {
    const one = await gateway({ tls, ...(from === undefined ? {} : { from }) })
    const asked = async (user: string): Promise<unknown> => {
      const plain = await client(one)
      const { shape, last } = await caching(secure ? await encrypted(plain) : plain, user, 'wrong')
      return { shape, ...errorOf(last), message: errorOf(last).message.replace(user, '…') }
    }
    const unknown = await asked('eve')
    for (const known of ['ana', 'hashed']) expect(await asked(known)).toEqual(unknown)
    expect(one.entries.map((entry) => entry.type)).toEqual([
      'session.refused',
      'session.refused',
      'session.refused',
    ])
  })
})

const bench = async (named: boolean, verifierFor?: string): Promise<TestGateway> => {
  const certificate: IdentityProvider['certificate'] = (x509, login) => ({
    principal: {
      id: `${login} by ${x509.subject}`,
      kind: 'workload',
      groups: [],
      provider: 'certificates',
    },
    named,
    ...(verifierFor === undefined
      ? {}
      : {
          verifier: {
            iterations: 4096,
            salt: Buffer.alloc(16),
            storedKey: Buffer.alloc(32),
            serverKey: Buffer.alloc(32),
          },
        }),
  })
  return await gateway({ tls, identity: identityOf(logins, { certificate, stillValid: () => true }) })
}

describe('client certificates', () => {
  test('prove whom they name, whatever the password', async () => {
    const mine = await issueClientCertificate(certificates.ca, { commonName: 'api' })
    const one = await bench(true)
    expect((await caching(await encrypted(await client(one), mine), 'api', 'whatever')).shape).toEqual([
      'fast',
      'ok',
    ])
    expect(one.ends[0]).toMatchObject({ who: { principal: { id: 'api by CN=api' } } })
  })

  test('with a verifier ask for the password too', async () => {
    const mine = await issueClientCertificate(certificates.ca, { commonName: 'api' })
    const one = await bench(true, 'api')
    expect((await caching(await encrypted(await client(one), mine), 'api', 'wrong')).shape).toEqual([
      'full',
      'err',
    ])
  })

  test('prove nobody whose login has a password of its own, unless they name it', async () => {
    const mine = await issueClientCertificate(certificates.ca, { commonName: 'api' })
    const one = await bench(false)
    expect((await caching(await encrypted(await client(one), mine), 'ana', 'wrong')).shape).toEqual([
      'full',
      'err',
    ])
  })

  test('of others end the connection', async () => {
    const others = await issueCertificates()
    const theirs = await issueClientCertificate(others.ca, { commonName: 'api' })
    const { shape, last } = await caching(
      await encrypted(await client(await bench(true)), theirs),
      'ana',
      's3cret',
    )
    expect([shape, errorOf(last).message]).toEqual([
      ['err'],
      expect.stringContaining('certificate is not accepted'),
    ])
  })
})

describe('a login is refused', () => {
  test('that has expired, in so many words', async () => {
    const { last } = await caching(await encrypted(await client(await gateway({ tls }))), 'gone', 's3cret')
    expect(errorOf(last)).toMatchObject({ code: 1045, message: expect.stringContaining('expired') })
  })

  test('without TLS where TLS is required', async () => {
    const one = await client(await gateway({ tls: { ...tls, required: true } }))
    expect(errorOf((await caching(one, 'ana', 's3cret')).last)).toMatchObject({ code: 3159 })
  })

  test('to another database, and its own name is the server’s', async () => {
    const wishes: UpstreamWish[] = []
    const one = await gateway({ tls, upstream: anyDatabase(wishes) })
    const log = async (database: string): Promise<number | undefined> => {
      const it = await encrypted(await client(one))
      says(it, {
        user: 'ana',
        database,
        plugin: 'mysql_clear_password',
        authResponse: clearPassword('s3cret'),
      })
      const reply = await it.talk.receive()
      return reply[0] === 0xff ? errorOf(reply).code : reply[0]
    }
    expect(await log('other')).toBe(1049)
    expect(await log('store')).toBe(0)
    expect(wishes).toMatchObject([{ database: 'shop' }])
  })

  test.each([
    [1, 'big5'],
    [35, 'ucs2'],
    [28, 'gbk'],
  ])('with collation %i: a quote in %s may be part of another character', async (collation, name) => {
    const one = await client(await gateway())
    says(one, { user: 'ana', collation })
    expect(errorOf(await one.talk.receive())).toMatchObject({
      code: 1115,
      message: expect.stringContaining(name),
    })
  })

  test('with a collation that is not known only by taking utf8mb4', async () => {
    const wishes: UpstreamWish[] = []
    const one = await client(await gateway({ upstream: anyDatabase(wishes) }))
    says(one, {
      user: 'hashed',
      collation: 0,
      authResponse: cachingProof('h4shed', one.greeting.challenge),
      attributes: new Map([['program_name', 'tool']]),
    })
    expect([...(await one.talk.receive())]).toEqual([1, 3])
    expect((await one.talk.receive())[0]).toBe(0)
    expect(wishes).toMatchObject([{ collation: 45, programName: 'tool' }])
  })

  test('when the database turns the gateway down, without its words', async () => {
    const upstream = {
      ...anyDatabase(),
      connect: () => Promise.reject(new UpstreamUnreachable('secret words')),
    }
    const one = await client(await gateway({ upstream }))
    const { last } = await caching(one, 'hashed', 'h4shed')
    expect(errorOf(last).message).not.toContain('secret')
  })
})

const ended = async (one: Client): Promise<string> => {
  const reply = await one.talk.receive().catch((error: Error) => error)
  return reply instanceof Error ? reply.name : errorOf(reply).message
}

describe('a hostile client', () => {
  test('that glues a login behind its request for TLS is turned away', async () => {
    const made = await gateway({ tls })
    const one = await client(made)
    const flags = (FLAGS | capability.SSL) >>> 0
    const request = toPackets(encodeSSLRequest({ ...opening, capabilities: { flags, extended: 0 } }), 1)
    one.socket.write(Buffer.concat([request, toPackets(Buffer.from('anything'), 2)]))
    one.framer.expect(2)
    expect(await ended(one)).toContain('no TLS handshake')
    while (made.ends.length === 0) await turn()
    expect(made.ends).toHaveLength(1)
  })

  test('that begins TLS in the same packet is let in', async () => {
    const one = await client(await gateway({ tls }))
    one.talk.release()
    one.socket.cork()
    const flags = (FLAGS | capability.SSL) >>> 0
    one.socket.write(toPackets(encodeSSLRequest({ ...opening, capabilities: { flags, extended: 0 } }), 1))
    one.framer.expect(2)
    const secure = connectTls({ socket: one.socket, ca: certificates.ca.cert, servername: 'localhost' })
    setTimeout(() => one.socket.uncork(), 20)
    await once(secure, 'secureConnect')
    const inside = { ...one, talk: new Conversation(secure, one.framer), encrypted: true }
    inside.framer.expect(2)
    expect((await caching(inside, 'ana', 's3cret')).shape).toEqual(['full', 'ok'])
  })

  test.each([
    ['a wrong sequence id', (one: Client) => toPackets(Buffer.alloc(40), one.framer.sequence + 1)],
    ['a message that is too long', () => Buffer.from([0xff, 0xff, 0x7f, 1])],
    [
      'a request for TLS where there is none',
      (one: Client) =>
        toPackets(
          encodeSSLRequest({
            ...opening,
            capabilities: { flags: (FLAGS | capability.SSL) >>> 0, extended: 0 },
          }),
          one.framer.sequence,
        ),
    ],
    ['nonsense', (one: Client) => toPackets(Buffer.alloc(60, 0xff), one.framer.sequence)],
    [
      'a login name of 1,025 characters',
      (one: Client) => toPackets(loginOf({ user: 'a'.repeat(1025) }), one.framer.sequence),
    ],
    [
      'a database’s name of 1,025 characters',
      (one: Client) => toPackets(loginOf({ user: 'ana', database: 'a'.repeat(1025) }), one.framer.sequence),
    ],
  ])('%s ends it', async (_what, bytes) => {
    const made = await gateway()
    const one = await client(made)
    const sent = bytes(one)
    one.socket.write(sent)
    one.framer.expect(sent[3] === 2 ? 1 : 2)
    await ended(one)
    if (!one.socket.closed) await once(one.socket, 'close')
    while (made.ends.length === 0) await turn()
    expect(made.ends).toMatchObject([{ kind: 'refused', error: undefined }])
    expect(made.entries).toMatchObject([
      { type: 'session.refused', protocol: 'mysql', login: '', database: '' },
    ])
  })

  test('that asks for the key again and again gets one', async () => {
    const one = await client(await gateway())
    says(one, { user: 'ana', authResponse: cachingProof('s3cret', one.greeting.challenge) })
    await one.talk.receive()
    one.talk.say(Buffer.from([2]))
    expect((await one.talk.receive()).toString('latin1', 1)).toContain('PUBLIC KEY')
    one.talk.say(Buffer.from([2]))
    expect(errorOf(await one.talk.receive()).code).toBe(1045)
  })

  test('that says nothing is closed', async () => {
    const limits = { authenticationTimeoutMs: 100, maxFrameBytes: 1000 }
    const made = await gateway({ limits })
    const one = await client(made)
    await once(one.socket.resume(), 'close')
    while (made.ends.length === 0) await turn()
    expect(made.ends).toMatchObject([{ kind: 'refused', error: undefined }])
    // Whoever leaves without a word, a health check for one, is nobody to record.
    expect(made.entries).toEqual([])
  })
})
