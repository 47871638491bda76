import type { Principal } from '@sluice/core/policy/principal'
import { IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import type { SessionIdentity } from '@sluice/gateway/session/governance'
import { closeSession, openSession } from '@sluice/gateway/session/record'
import { recordedReason } from '@sluice/gateway/session/refused'
import { clientAddress } from '@sluice/wire/socket/client-address'
import type { ShownCertificate } from '@sluice/wire/socket/client-tls'
import { newChallenge } from '../auth/challenge.ts'
import { plugin as plugins } from '../auth/plugins.ts'
import { Framer } from '../framing/framer.ts'
import type { Capabilities } from '../messages/capabilities.ts'
import type { ComChangeUser } from '../messages/com-change-user.ts'
import type { HandshakeResponse41 } from '../messages/handshake-response-41.ts'
import type { HandshakeV10 } from '../messages/handshake-v10.ts'
import { encodeOkPacket } from '../messages/ok-packet.ts'
import { status } from '../messages/status-flags.ts'
import { errno } from '../replies/errno.ts'
import { offered } from '../upstream/capabilities.ts'
import type { UpstreamSession } from '../upstream/login.ts'
import type { ServerProfile } from '../upstream/server-profile.ts'
import type { Arrival, LoggedIn, LoginOptions, NotLoggedIn, Told } from './arrival.ts'
import { authenticate } from './authenticate.ts'
import { Conversation } from './conversation.ts'
import { type LoginRequest, loginRequest } from './login-request.ts'
import { LoginTalk } from './login-talk.ts'
import { type Beginning, negotiate, type Opening } from './negotiate.ts'
import { identityRefused, Refused, refusalFor } from './refused.ts'
import { turnAway } from './turn-away.ts'

/** Longest message before a client is proven: a token and its attributes. */
const MAX_LOGIN_FRAME_BYTES = 128 * 1024

/** From the greeting to a session on the database, or to a refusal that the client was told. Never rejects. */
export async function logIn(arrival: Arrival): Promise<LoggedIn | NotLoggedIn> {
  const { socket } = arrival
  socket.setNoDelay(true)
  const framer = new Framer({ fault: 'client', maxFrameBytes: MAX_LOGIN_FRAME_BYTES })
  const beginning: Beginning = { socket, framer, stream: socket, talk: new Conversation(socket, framer) }
  const told: Told = { greeted: false, user: '', database: '' }
  return await entered(arrival, beginning, told, () => opened(arrival, beginning, told))
}

/**
 * COM_CHANGE_USER: a whole login on a connection whose session is over, to a new session on the database. Never rejects.
 * INVARIANT (identity-bound): nothing of the login before counts but the certificate that the connection showed.
 */
export async function logInAnew(
  arrival: Arrival,
  { framer, opening: before, request: agreed }: LoggedIn,
  message: ComChangeUser,
): Promise<LoggedIn | NotLoggedIn> {
  const { stream } = before
  framer.admit(MAX_LOGIN_FRAME_BYTES)
  const beginning: Beginning = {
    socket: arrival.socket,
    framer,
    stream,
    talk: new Conversation(stream, framer),
  }
  const told: Told = { greeted: true, user: message.user, database: message.database ?? '' }
  const { user, authResponse, database, plugin, collation = before.response.collation } = message
  const attributes = message.attributes.size > 0 ? message.attributes : before.response.attributes
  const said = { user, authResponse, database, plugin, collation, attributes }
  const response: HandshakeResponse41 = { ...before.response, ...said }
  // The challenge of the greeting was answered once.
  const opening: Opening = { ...before, talk: beginning.talk, response, challenge: undefined }
  return await entered(arrival, beginning, told, async () => ({
    opening,
    request: loginRequest(response, agreed.capabilities),
  }))
}

/** What a client asks for, on what it asks. */
type Opened = { readonly opening: Opening; readonly request: LoginRequest }

async function entered(
  arrival: Arrival,
  beginning: Beginning,
  told: Told,
  begin: () => Promise<Opened>,
): Promise<LoggedIn | NotLoggedIn> {
  const { options, socket } = arrival
  const { framer } = beginning
  const timer = setTimeout(() => socket.destroy(), options.limits.authenticationTimeoutMs)
  try {
    const { opening, request } = await begin()
    const principal = await prove(arrival, opening, request)
    clearTimeout(timer)
    told.principal = principal.id
    const who = identityOf(arrival, opening, request, principal)
    const upstream = await connected(options, who, request)
    opening.talk.release()
    framer.admit(options.limits.maxFrameBytes)
    const welcome = (): void => sayWelcome(opening, framer, request, upstream)
    return { kind: 'logged-in', stream: opening.stream, framer, opening, who, request, upstream, welcome }
  } catch (error) {
    return await turnAway(arrival, beginning, told, error)
  } finally {
    clearTimeout(timer)
  }
}

/** The greeting and the client's answer, sorted out. */
async function opened({ options, connectionId }: Arrival, beginning: Beginning, told: Told): Promise<Opened> {
  const profile = await options.upstream.profile()
  const offer = offered(profile, { tls: options.tls !== undefined, localFiles: options.localFiles() })
  told.greeted = true
  const opening = await negotiate(beginning, greeting(profile, offer, connectionId), options.tls)
  told.user = opening.response.user
  told.database = opening.response.database ?? ''
  checkTls(options, opening)
  return { opening, request: loginRequest(opening.response, offer) }
}

function greeting(
  { serverVersion, collation }: ServerProfile,
  capabilities: Capabilities,
  connectionId: number,
): HandshakeV10 {
  const challenge = newChallenge()
  const plugin = plugins.CACHING_SHA2
  return {
    serverVersion,
    connectionId,
    challenge,
    capabilities,
    collation,
    status: status.AUTOCOMMIT,
    plugin,
  }
}

/** Throws Refused. */
function checkTls({ tls }: LoginOptions, opening: Opening): void {
  if (tls?.required === true && !opening.tls) {
    throw new Refused({
      code: errno.secureTransportRequired,
      message: 'this gateway takes encrypted connections only',
      hint: 'connect with `--ssl-mode=VERIFY_IDENTITY`, with MariaDB’s client `--ssl-verify-server-cert`',
    })
  }
  checkCertificate(opening.certificate, tls?.clientCertificates === 'required')
}

/**
 * A certificate that is not good is not passed over: its holder believes to be proven by it. INVARIANT (identity-bound).
 * Throws Refused.
 */
function checkCertificate(shown: ShownCertificate | undefined, required: boolean): void {
  if (shown?.problem !== undefined) {
    const message = 'the client certificate is not accepted'
    const hint = 'renew it, or connect without one; the gateway’s record says why'
    throw new Refused(
      { code: errno.accessDenied, message, hint },
      new Error(`client certificate refused: ${shown.problem}`),
    )
  }
  if (shown === undefined && required) {
    throw new Refused({
      code: errno.accessDenied,
      message: 'this gateway takes connections with a client certificate only',
      hint: 'give `--ssl-cert` and `--ssl-key`',
    })
  }
}

async function prove(
  { options, socket }: Arrival,
  opening: Opening,
  request: LoginRequest,
): Promise<Principal> {
  const { governance, rsaKey } = options
  // What crosses a socket of this machine's file system crosses no wire.
  const shielded = opening.tls || options.unixSocket
  const { plugin, authResponse: response } = opening.response
  try {
    return await authenticate(new LoginTalk(opening.talk), {
      identity: governance.identity,
      login: request.user,
      first: { plugin, response, challenge: opening.challenge },
      certificate: opening.certificate?.x509,
      shielded,
      local: isLocalAddress(clientAddress(socket, options.unixSocket)),
      rsaKey,
      nowSeconds: () => governance.now() / 1000,
    })
  } catch (error) {
    throw error instanceof IdentityRefused ? identityRefused(request.user, error, shielded) : error
  }
}

function isLocalAddress(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/** The database's own name for the one that the client wants; none where it wants none. Throws Refused. */
function databaseOf({ database }: LoginRequest, served: string, own: string): string | undefined {
  if (database === undefined) return undefined
  if (database === served) return own
  throw new Refused({
    code: errno.unknownDatabase,
    message: `database \`${database}\` is not served here`,
    hint: `connect to database \`${served}\``,
  })
}

/** The session on the database, behind its own record. Rejects as `openSession` and `connect` do. */
async function connected(
  { governance, upstream }: LoginOptions,
  who: SessionIdentity,
  request: LoginRequest,
): Promise<UpstreamSession> {
  const { capabilities, collation, programName } = request
  const database = databaseOf(request, governance.database.name, upstream.database)
  try {
    await openSession(governance, who, 'mysql')
    return await upstream.connect({ capabilities, database, collation, programName })
  } catch (error) {
    closeSession(governance, who, 0, recordedReason(error, refusalFor(error)))
    throw error
  }
}

/** Who is on the session. INVARIANT (identity-bound). */
function identityOf(
  { options, socket, session }: Arrival,
  { tls }: Opening,
  { programName }: LoginRequest,
  principal: Principal,
): SessionIdentity {
  const address = clientAddress(socket, options.unixSocket)
  return {
    principal,
    facts: { id: session, clientAddress: address, applicationName: programName, tls },
  }
}

/** The OK of the login; the next packet is the client's first command. */
function sayWelcome(
  { talk }: Opening,
  framer: Framer,
  request: LoginRequest,
  upstream: UpstreamSession,
): void {
  const ok = { header: 0, affectedRows: 0n, lastInsertId: 0n, warnings: 0, info: '', changes: [] } as const
  // What changed in the session is the gateway's to tell from here on.
  const flags = upstream.status & ~status.SESSION_STATE_CHANGED
  talk.say(encodeOkPacket({ ...ok, status: flags }, request.capabilities.flags))
  framer.expect(0)
}
