// MySQL: Client/Server Protocol, "Connection Phase": the gateway's own login at a database.
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Encrypt } from '@sluice/wire/socket/dial'
import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import { FAST_AUTH_SUCCESS } from '../auth/caching-sha2.ts'
import { type DatabaseCredentials, type PluginExchange, pluginExchange } from '../auth/database-login.ts'
import { plugin as plugins } from '../auth/plugins.ts'
import { Framer } from '../framing/framer.ts'
import { AUTH_MORE_DATA, decodeAuthMoreData } from '../messages/auth-more-data.ts'
import { AUTH_SWITCH_REQUEST, decodeAuthSwitchRequest } from '../messages/auth-switch-request.ts'
import { type Capabilities, capability, has } from '../messages/capabilities.ts'
import { decodeErrPacket, ERR_HEADER, type ErrPacket } from '../messages/err-packet.ts'
import { encodeHandshakeResponse41 } from '../messages/handshake-response-41.ts'
import { decodeHandshakeV10, type HandshakeV10 } from '../messages/handshake-v10.ts'
import { decodeOkPacket, OK_HEADER } from '../messages/ok-packet.ts'
import { encodeSSLRequest } from '../messages/ssl-request.ts'
import { Conversation } from '../startup/conversation.ts'
import type { ReplyName } from '../states/reply-name.ts'
import { type UpstreamState, upstreamLeg } from '../states/upstream-leg.ts'
import { honours, wanted } from './capabilities.ts'
import { profileOf, type ServerProfile } from './server-profile.ts'

/** A session on the database, ready for its first command. */
export type UpstreamSession = {
  readonly stream: Duplex
  readonly framer: Framer
  /** The database's own id of the connection, and the address that it leads to; a Unix socket has none. */
  readonly connectionId: number
  readonly address: string | undefined
  readonly capabilities: Capabilities
  readonly profile: ServerProfile
  /** Bits of `status`. */
  readonly status: number
}

/** The database turned the gateway's own login down. */
export class UpstreamRefused extends Error {
  override readonly name = 'UpstreamRefused'
  readonly code: number
  constructor({ code, message }: ErrPacket) {
    super(message)
    this.code = code
  }
}

/** What a session on the database is to be like. */
export type UpstreamWish = {
  /** What was agreed on with the client. */
  readonly capabilities: Capabilities
  readonly database: string | undefined
  readonly collation: number
  /** What the client calls itself. */
  readonly programName: string
}

/** The gateway's own login, and how the connection is encrypted; without `encrypt` it is not. */
type UpstreamLogin = Omit<DatabaseCredentials, 'secure'> & {
  readonly user: string
  /** The connection is a Unix socket, which nobody can listen to. */
  readonly unix: boolean
  readonly encrypt: Encrypt | undefined
  readonly maxFrameBytes: number
}

/** Longest packet the gateway says it takes, in bytes; the framer has limits of its own. */
const MAX_PACKET_BYTES = 1024 * 1024 * 1024
/** Messages a server may send after its greeting; more is not a login. */
const MAX_LOGIN_MESSAGES = 16
/** Longest message of a login, in bytes. */
const MAX_LOGIN_FRAME_BYTES = 64 * 1024

type Login = { readonly as: UpstreamLogin; readonly wish: UpstreamWish; readonly greeting: HandshakeV10 }

/**
 * Logs in with the gateway's own credentials. Rejects with UpstreamRefused, ProtocolViolation, ConnectionClosed or the
 * socket's error.
 */
export async function login(socket: Socket, as: UpstreamLogin, wish: UpstreamWish): Promise<UpstreamSession> {
  const address = socket.remoteAddress
  const framer = new Framer({ fault: 'upstream', maxFrameBytes: MAX_LOGIN_FRAME_BYTES })
  const first = new Conversation(socket, framer)
  const greeting = readGreeting(await first.receive())
  const profile = profileOf(greeting)
  if (!honours(profile.capabilities, wish.capabilities)) {
    throw unexpected('is another one than before and lacks what the client was promised; connect again')
  }
  const base = wanted(wish.capabilities, profile.capabilities, wish.database !== undefined)
  const flags = as.encrypt === undefined ? base.flags : (base.flags | capability.SSL) >>> 0
  const capabilities = { ...base, flags }
  const stream = await secured(socket, first, framer, { as, wish, greeting }, capabilities)
  const talk = new Conversation(stream, framer)
  const status = await authenticate(talk, { as, wish, greeting }, capabilities)
  talk.release()
  framer.admit(as.maxFrameBytes)
  framer.expect(0)
  return { stream, framer, connectionId: greeting.connectionId, address, capabilities, profile, status }
}

function readGreeting(payload: Buffer): HandshakeV10 {
  if (payload[0] === ERR_HEADER) throw new UpstreamRefused(decodeErrPacket(payload))
  return decodeHandshakeV10(payload)
}

/** SSLRequest and TLS, where they are wanted. INVARIANT (no-unread-bytes): nothing may come before the handshake. */
async function secured(
  socket: Socket,
  talk: Conversation,
  framer: Framer,
  { as, wish, greeting }: Login,
  capabilities: Capabilities,
): Promise<Duplex> {
  if (as.encrypt === undefined) {
    talk.release()
    return socket
  }
  if (!has(greeting.capabilities.flags, capability.SSL)) {
    throw unexpected('does not offer TLS; set `tls: disable` if that is meant')
  }
  const opening = { capabilities, maxPacketBytes: MAX_PACKET_BYTES, collation: wish.collation }
  if (framer.buffered > 0) throw unexpected('sent bytes behind its greeting, before the TLS handshake')
  talk.say(encodeSSLRequest(opening))
  // The server speaks next inside TLS and the client's packets are numbered through: our answer is the third packet.
  talk.release()
  return (await as.encrypt(socket)).stream
}

/** From the HandshakeResponse41 to the OK; gives the status flags. */
async function authenticate(
  talk: Conversation,
  { as, wish, greeting }: Login,
  capabilities: Capabilities,
): Promise<number> {
  const credentials = { ...as, secure: as.unix || as.encrypt !== undefined }
  const name = greeting.plugin === plugins.NATIVE ? plugins.NATIVE : plugins.CACHING_SHA2
  let exchange = pluginExchange(name, greeting.challenge, credentials)
  talk.say(encodeHandshakeResponse41(response(as, wish, capabilities, name, exchange.first())))
  let state: UpstreamState = 'authentication'
  for (let count = 0; count < MAX_LOGIN_MESSAGES; count += 1) {
    const payload = await talk.receive()
    const reply = nameOf(payload)
    // INVARIANT (no-unread-bytes): the table says what a server may send, and that it switches plugins once at most.
    state = advance(upstreamLeg.upstream, state, reply)
    if (reply === 'Ok') return decodeOkPacket(payload, capabilities.flags).status
    if (reply === 'Err') throw new UpstreamRefused(decodeErrPacket(payload))
    const answer = answered(payload, reply, exchange, (plugin, data) => {
      exchange = pluginExchange(plugin, data, credentials)
      return exchange
    })
    if (answer !== undefined) talk.say(answer)
  }
  throw unexpected('sent too many messages during the login')
}

function answered(
  payload: Buffer,
  reply: ReplyName,
  exchange: PluginExchange,
  switched: (plugin: string, data: Buffer) => PluginExchange,
): Buffer | undefined {
  if (reply !== 'AuthSwitchRequest') return exchange.more(decodeAuthMoreData(payload).data)
  const { plugin, data } = decodeAuthSwitchRequest(payload)
  return switched(plugin, data).first()
}

function response(
  as: UpstreamLogin,
  { collation, database, programName }: UpstreamWish,
  capabilities: Capabilities,
  plugin: string,
  authResponse: Buffer,
): Parameters<typeof encodeHandshakeResponse41>[0] {
  const attributes = new Map([
    ['_client_name', 'sluice'],
    ['program_name', programName],
  ])
  const zstdLevel = undefined
  const maxPacketBytes = MAX_PACKET_BYTES
  const { user } = as
  return {
    capabilities,
    maxPacketBytes,
    collation,
    user,
    authResponse,
    database,
    plugin,
    attributes,
    zstdLevel,
  }
}

function nameOf(payload: Buffer): ReplyName {
  switch (payload[0]) {
    case OK_HEADER:
      return 'Ok'
    case ERR_HEADER:
      return 'Err'
    case AUTH_SWITCH_REQUEST:
      if (payload.length === 1)
        throw unexpected('asks for a proof from before MySQL 4.1; give its login a newer one')
      return 'AuthSwitchRequest'
    case AUTH_MORE_DATA:
      return payload.length === 2 && payload[1] === FAST_AUTH_SUCCESS ? 'FastAuthOk' : 'AuthMoreData'
    default:
      throw unexpected('sent a message that may not come during a login')
  }
}

function unexpected(problem: string): ProtocolViolation {
  return new ProtocolViolation('upstream', 'unexpected', `the database ${problem}`)
}
