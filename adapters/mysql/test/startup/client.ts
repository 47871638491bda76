import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { connect as connectTls, createSecureContext } from 'node:tls'
import { type IssuedCertificates, issueCertificates } from '@sluice/testkit/certificates'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import { cachingProof } from '../../src/auth/caching-sha2.ts'
import { clearPassword } from '../../src/auth/clear-password.ts'
import { nativeProof } from '../../src/auth/native-password.ts'
import { encryptPassword } from '../../src/auth/rsa-password.ts'
import { Framer } from '../../src/framing/framer.ts'
import { decodeAuthSwitchRequest } from '../../src/messages/auth-switch-request.ts'
import { capability } from '../../src/messages/capabilities.ts'
import { decodeErrPacket } from '../../src/messages/err-packet.ts'
import {
  encodeHandshakeResponse41,
  type HandshakeResponse41,
} from '../../src/messages/handshake-response-41.ts'
import { decodeHandshakeV10, type HandshakeV10 } from '../../src/messages/handshake-v10.ts'
import { encodeSSLRequest } from '../../src/messages/ssl-request.ts'
import { Conversation } from '../../src/startup/conversation.ts'
import type { UpstreamWish } from '../../src/upstream/login.ts'
import type { UpstreamSource } from '../../src/upstream/source.ts'
import { type GatewayWish, identityOf, type KnownLogin, startGateway, type TestGateway } from './gateway.ts'

/** What a current client asks for. */
export const FLAGS: number =
  (capability.PROTOCOL_41 |
    capability.SECURE_CONNECTION |
    capability.PLUGIN_AUTH |
    capability.PLUGIN_AUTH_LENENC_DATA |
    capability.CONNECT_ATTRS |
    capability.MULTI_RESULTS) >>>
  0
const SERVER_FLAGS = (0x81ff_f7fe | capability.QUERY_ATTRIBUTES) >>> 0
/** A hash of a hash. */
export const twice = (algorithm: string, password: string): Buffer =>
  createHash(algorithm).update(createHash(algorithm).update(password).digest()).digest()
/** Who is known. */
export const logins: Readonly<Record<string, KnownLogin>> = {
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

/** Those of the running test. */
export const gateways: TestGateway[] = []
/** Those of the running test. */
export const sockets: Socket[] = []
/** What gateways and clients of these tests prove themselves with. */
export let certificates: IssuedCertificates
/** TLS of a gateway, which asks for certificates. */
export let tls: ClientTls

/** Makes the certificates; goes before all tests. */
export const prepare = async (): Promise<void> => {
  certificates = await issueCertificates()
  const { ca, leaf } = certificates
  const context = createSecureContext({ cert: leaf.cert, key: leaf.key, ca: ca.cert })
  tls = {
    secureContext: () => context,
    required: false,
    clientCertificates: 'optional',
  }
}

/** Closes the connections and the gateways of a test. */
export const closeAll = async (): Promise<void> => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const gateway of gateways.splice(0)) await gateway.close()
}

/** A database that takes every session and answers nothing. */
export const anyDatabase = (wishes: UpstreamWish[] = []): UpstreamSource => {
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
      const { capabilities } = wish
      return { stream, framer, connectionId: 7, address: undefined, capabilities, profile, status: 2 }
    },
  }
}

/** A gateway in front of such a database. */
export const gateway = async (wish: Partial<GatewayWish> = {}): Promise<TestGateway> => {
  const made = await startGateway({ upstream: anyDatabase(), identity: identityOf(logins), ...wish })
  gateways.push(made)
  return made
}

/** A client in a test's hands. */
export type Client = {
  talk: Conversation
  framer: Framer
  socket: Socket
  greeting: HandshakeV10
  encrypted: boolean
}

/** A client that has read the greeting. */
export const client = async ({ port }: TestGateway): Promise<Client> => {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined)
  const framer = new Framer({ fault: 'upstream', maxFrameBytes: 1 << 20 })
  const talk = new Conversation(socket, framer)
  return { talk, framer, socket, greeting: decodeHandshakeV10(await talk.receive()), encrypted: false }
}

/** What an answer to the greeting opens with. */
export const opening: { readonly maxPacketBytes: number; readonly collation: number } = {
  maxPacketBytes: 1 << 24,
  collation: 45,
}

/** TLS, as clients begin it: without waiting for an answer. */
export const encrypted = async (
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

/** What an answer says beside the usual. */
type Said = Partial<HandshakeResponse41> & { user: string }

/** An answer to the greeting. */
export const loginOf = (changes: Said): Buffer => {
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

/** Says it. */
export const says = (one: Client, changes: Said): void => one.talk.say(loginOf(changes))

/** A whole login by caching_sha2_password, as MySQL's clients do it: the shape of it and the last word. */
export const caching = async (
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

/** The ERR packet in a payload. */
export const errorOf = (payload: Buffer): { code: number; sqlState: string | undefined; message: string } =>
  decodeErrPacket(payload)
