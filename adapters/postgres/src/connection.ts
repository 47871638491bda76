import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Principal } from '@sluice/core/policy/principal'
import { IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import type { SessionIdentity } from '@sluice/gateway/session/governance'
import { closeSession, openSession, refuseSession } from '@sluice/gateway/session/record'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { PostgresAdapterOptions } from './adapter.ts'
import { Framer } from './framing/framer.ts'
import { encodeAuthentication } from './messages/authentication.ts'
import { encodeBackendKeyData } from './messages/backend-key-data.ts'
import { authenticatingFrontendTypes, backendTypes, frontend, frontendTypes } from './messages/codes.ts'
import { encodeNegotiateProtocolVersion } from './messages/negotiate-protocol-version.ts'
import { encodeParameterStatus } from './messages/parameter-status.ts'
import { encodeReadyForQuery } from './messages/ready-for-query.ts'
import { PROTOCOL_3_0, type StartupMessage } from './messages/startup-message.ts'
import { fatalReply, type Refusal } from './replies/refusal.ts'
import { sqlstate } from './replies/sqlstate.ts'
import type { CancelKeys } from './session/cancel-keys.ts'
import { runSession } from './session/run-session.ts'
import { authenticate } from './startup/authenticate.ts'
import { ConnectionClosed, Conversation } from './startup/conversation.ts'
import { leave } from './startup/leave.ts'
import { negotiate, type Opening } from './startup/negotiate.ts'
import { type StartupRequest, startupRequest } from './startup/parameters.ts'
import { cancelUpstream } from './upstream/cancel.ts'
import { dial, mayShowPassword, UpstreamUnreachable } from './upstream/dial.ts'
import { login, UpstreamRefused, type UpstreamSession } from './upstream/login.ts'

/** How a connection ended. `error` is there for failures that are not the client's input. */
export type ConnectionEnd = { readonly reason: string; readonly error: unknown }

/** A connection under way, whether or not it has become a session. */
export type Connection = {
  readonly ended: Promise<ConnectionEnd>
  readonly stop: (refusal: Refusal) => void
}

type Arrival = {
  readonly options: PostgresAdapterOptions
  readonly cancelKeys: CancelKeys
  readonly socket: Socket
  /** The session's id. */
  readonly session: string
}

/** The connection is refused before it is a session; the client is told. */
class Refused extends Error {
  override readonly name = 'Refused'
  readonly refusal: Refusal
  readonly cause_: unknown
  constructor(refusal: Refusal, cause: unknown) {
    super(refusal.message)
    this.refusal = refusal
    this.cause_ = cause
  }
}

/** Longest token a client may send as its password. */
const MAX_PASSWORD_FRAME_BYTES = 64 * 1024

/** Carries a connection from its first byte. */
export function open(arrival: Arrival): Connection {
  const { socket } = arrival
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  let stop = (_refusal: Refusal): void => {
    socket.destroy()
  }
  const ended = begin(arrival, (live) => {
    stop = live
  })
  return { ended, stop: (refusal) => stop(refusal) }
}

/** Tells a client that has not said anything yet why it is turned away. */
export function turnAway(stream: Duplex, refusal: Refusal): void {
  if (!stream.destroyed) stream.end(fatalReply(refusal))
}

async function begin(
  arrival: Arrival,
  live: (stop: (refusal: Refusal) => void) => void,
): Promise<ConnectionEnd> {
  const { options, socket } = arrival
  const timer = setTimeout(() => socket.destroy(), options.limits.authenticationTimeoutMs)
  try {
    const opening = await negotiate(socket, options.tls?.secureContext)
    if (opening.kind === 'cancel') {
      arrival.cancelKeys.request(opening.request)
      opening.stream.end()
      return { reason: 'cancel request', error: undefined }
    }
    opening.stream.on('error', () => undefined)
    const end = await session(arrival, opening, live, () => clearTimeout(timer))
    await leave(opening.stream)
    return end
  } catch (error) {
    if (error instanceof ProtocolViolation) {
      turnAway(socket, {
        code: sqlstate.protocolViolation,
        message: error.message,
        hint: 'connect with a PostgreSQL client',
      })
    }
    const expected = error instanceof ProtocolViolation || error instanceof ConnectionClosed
    return { reason: 'did not begin', error: expected || socket.destroyed ? undefined : error }
  } finally {
    clearTimeout(timer)
  }
}

type Startup = Extract<Opening, { kind: 'startup' }>

async function session(
  arrival: Arrival,
  opening: Startup,
  live: (stop: (refusal: Refusal) => void) => void,
  proven: () => void,
): Promise<ConnectionEnd> {
  const framer = new Framer({
    fault: 'client',
    types: authenticatingFrontendTypes,
    maxFrameBytes: MAX_PASSWORD_FRAME_BYTES,
  })
  framer.push(opening.rest)
  const talk = new Conversation(opening.stream, framer)
  try {
    const request = requested(arrival, opening)
    answerVersion(talk, opening.message, request)
    const principal = await prove(arrival, opening, request, talk)
    proven()
    const upstream = await reach(arrival, request)
    talk.release()
    return await carry(arrival, opening, { request, principal, upstream, framer }, live)
  } catch (error) {
    talk.release()
    return refuse(arrival, opening, error)
  }
}

/** Checks what the StartupMessage asks for. Throws Refused. */
function requested({ options }: Arrival, opening: Startup): StartupRequest {
  if (options.tls?.required === true && !opening.tls) {
    throw new Refused(
      {
        code: sqlstate.invalidAuthorization,
        message: 'this gateway takes encrypted connections only',
        hint: 'connect with `sslmode=verify-full`',
      },
      undefined,
    )
  }
  const request = startupRequest(opening.message.parameters)
  if (!('settings' in request)) throw new Refused(request, undefined)
  return request
}

function answerVersion(talk: Conversation, message: StartupMessage, request: StartupRequest): void {
  if (message.version === PROTOCOL_3_0 && request.unknownOptions.length === 0) return
  talk.send(encodeNegotiateProtocolVersion({ newest: PROTOCOL_3_0, unknownOptions: request.unknownOptions }))
}

async function prove(
  { options }: Arrival,
  opening: Startup,
  request: StartupRequest,
  talk: Conversation,
): Promise<Principal> {
  const { governance } = options
  try {
    const principal = await authenticate(talk, {
      identity: governance.identity,
      login: request.user,
      tls: opening.tls,
      mockKey: options.mockKey,
      nowSeconds: () => governance.now() / 1000,
    })
    if (request.database !== governance.database.name)
      throw new Refused(unknownDatabase(request, governance.database.name), undefined)
    return principal
  } catch (error) {
    if (!(error instanceof IdentityRefused)) throw error
    throw new Refused(identityRefusal(request, error, opening.tls), error)
  }
}

function unknownDatabase(request: StartupRequest, served: string): Refusal {
  return {
    code: sqlstate.invalidCatalogName,
    message: `database \`${request.database}\` is not served here`,
    hint: `connect to database \`${served}\``,
  }
}

/** One answer for every reason but expiry, so that probing tells nothing. */
function identityRefusal(request: StartupRequest, error: IdentityRefused, tls: boolean): Refusal {
  if (error.reason === 'expired') {
    return {
      code: sqlstate.invalidPassword,
      message: 'the login or token has expired',
      hint: 'get a new token and connect again',
    }
  }
  return {
    code: sqlstate.invalidPassword,
    message: `authentication failed for \`${request.user}\``,
    hint: tls
      ? 'check the login name and the password, or give a token for this gateway as the password'
      : 'check the login name and the password; a token as the password is taken over TLS only (`sslmode=verify-full`)',
  }
}

async function reach({ options }: Arrival, request: StartupRequest): Promise<UpstreamSession> {
  const { upstream, limits } = options
  const stream = await dial(upstream)
  // A database that falls silent ends the login too.
  const timer = setTimeout(() => stream.destroy(), limits.authenticationTimeoutMs)
  try {
    const framer = new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes: limits.maxFrameBytes })
    const { user, database } = upstream
    return await login(stream, framer, {
      user,
      database,
      password: await upstream.password(),
      mayShowPassword: mayShowPassword(upstream),
      settings: request.settings,
    })
  } catch (error) {
    stream.on('error', () => undefined)
    stream.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

type Begun = {
  readonly request: StartupRequest
  readonly principal: Principal
  readonly upstream: UpstreamSession
  readonly framer: Framer
}

async function carry(
  arrival: Arrival,
  opening: Startup,
  { request, principal, upstream, framer }: Begun,
  live: (stop: (refusal: Refusal) => void) => void,
): Promise<ConnectionEnd> {
  const { options, cancelKeys } = arrival
  const who: SessionIdentity = {
    principal,
    facts: {
      id: arrival.session,
      clientAddress: arrival.socket.remoteAddress ?? '',
      applicationName: request.applicationName,
      tls: opening.tls,
    },
  }
  openSession(options.governance, who, 'postgresql')
  framer.admit(frontendTypes, options.limits.maxFrameBytes, [frontend.CopyData])
  const upstreamKey = upstream.key
  const running = runSession(
    {
      client: opening.stream,
      clientFramer: framer,
      upstream: upstream.stream,
      upstreamFramer: upstream.framer,
    },
    {
      governance: options.governance,
      who,
      maskerFor: options.maskerFor,
      cancelUpstream: () =>
        upstreamKey === undefined ? Promise.resolve() : cancelUpstream(options.upstream, upstreamKey),
      database: options.upstream.database,
      parameters: upstream.parameters,
      greet: () => greeting(upstream, key),
    },
  )
  const key = cancelKeys.issue(running.cancel, upstreamKey?.processId)
  live(running.stop)
  running.start()
  const end = await running.ended
  cancelKeys.revoke(key)
  closeSession(options.governance, who, running.session.statements, end.reason)
  return end
}

/** What follows a proven identity. PostgreSQL documentation, "Message Flow", "Start-up". */
function greeting(upstream: UpstreamSession, key: Parameters<typeof encodeBackendKeyData>[0]): Buffer {
  const statuses = [...upstream.parameters].map(([name, value]) => encodeParameterStatus({ name, value }))
  return Buffer.concat([
    encodeAuthentication({ kind: 'ok' }),
    ...statuses,
    encodeBackendKeyData(key),
    encodeReadyForQuery({ status: 'I' }),
  ])
}

function refuse(arrival: Arrival, opening: Startup, error: unknown): ConnectionEnd {
  const { options, session } = arrival
  const refusal = refusalFor(error)
  turnAway(opening.stream, refusal)
  const { parameters } = opening.message
  const cause = error instanceof Refused ? error.cause_ : undefined
  refuseSession(options.governance, {
    session,
    clientAddress: arrival.socket.remoteAddress ?? '',
    protocol: 'postgresql',
    login: parameters.get('user') ?? '',
    database: parameters.get('database') ?? parameters.get('user') ?? '',
    code: refusal.code,
    reason: cause instanceof Error ? cause.message : refusal.message,
  })
  const expected =
    error instanceof Refused || error instanceof ProtocolViolation || error instanceof ConnectionClosed
  return { reason: refusal.message, error: expected ? undefined : error }
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal
  if (error instanceof ProtocolViolation && error.fault === 'client') {
    return {
      code: sqlstate.protocolViolation,
      message: error.message,
      hint: 'check the driver’s version and settings',
    }
  }
  if (error instanceof UpstreamRefused || error instanceof UpstreamUnreachable) {
    return {
      code: sqlstate.connectionFailure,
      message: 'the database behind the gateway cannot be reached or refused the gateway',
      hint: 'tell whoever runs the gateway; its log says why',
    }
  }
  return {
    code: sqlstate.connectionFailure,
    message: 'the session could not be opened',
    hint: 'tell whoever runs the gateway',
  }
}
