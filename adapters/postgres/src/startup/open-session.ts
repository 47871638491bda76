import type { Socket } from 'node:net'
import type { Principal } from '@sluice/core/policy/principal'
import { IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import type { ExpiryWatch } from '@sluice/gateway/session/expiry-watch'
import type { SessionIdentity } from '@sluice/gateway/session/governance'
import { closeSession, openSession, refuseSession } from '@sluice/gateway/session/record'
import { hasLeft, isExpected } from '@sluice/gateway/session/refused'
import type { ConnectionEnd, Enter } from '@sluice/gateway/session/serve'
import { ConnectionClosed } from '@sluice/wire/conversation'
import { clientAddress } from '@sluice/wire/socket/client-address'
import type { ShownCertificate } from '@sluice/wire/socket/client-tls'
import type { PostgresAdapterOptions } from '../adapter.ts'
import { Framer } from '../framing/framer.ts'
import { encodeAuthentication } from '../messages/authentication.ts'
import { type BackendKeyData, encodeBackendKeyData } from '../messages/backend-key-data.ts'
import { authenticatingFrontendTypes, frontend, frontendTypes } from '../messages/codes.ts'
import { encodeParameterStatus } from '../messages/parameter-status.ts'
import { encodeReadyForQuery } from '../messages/ready-for-query.ts'
import { decideReplication } from '../replication/decide.ts'
import { fatalReply, type Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'
import { refusalOf } from '../session/decide.ts'
import { runSession } from '../session/run-session.ts'
import type { UpstreamSession } from '../upstream/login.ts'
import { authenticate } from './authenticate.ts'
import { Conversation } from './conversation.ts'
import type { Opening } from './negotiate.ts'
import { type StartupRequest, startupRequest } from './parameters.ts'
import { LeftUnanswered } from './prove-token.ts'
import { identityRefused, Refused, reasonFor, refusalFor, refusesSetting } from './refused.ts'
import { closeSettings, decideSettings, openSettings } from './settings.ts'
import { takesLongKeys, versionAnswer } from './version.ts'

/** A connection that was accepted, and what it shares with the others of its listener. */
export type Arrival = {
  readonly options: PostgresAdapterOptions
  readonly expiry: ExpiryWatch
  readonly socket: Socket
  /** The session's id. */
  readonly session: string
  readonly enter: Enter
}

/** Told how to stop a session from outside, once it runs. */
export type Live = (stop: (refusal: Refusal) => void) => void

/** How far a login is. */
export type LoginProgress = {
  /** Called once the client is proven. */
  readonly proven: () => void
  /** The time for it is over, and the connection closed. */
  late: boolean
}

type Startup = Extract<Opening, { kind: 'startup' }>

/** Longest token a client may send as its password. */
const MAX_PASSWORD_FRAME_BYTES = 64 * 1024

/** From the StartupMessage to the end of the session. Never rejects. */
export async function carrySession(
  arrival: Arrival,
  opening: Startup,
  live: Live,
  login: LoginProgress,
): Promise<ConnectionEnd> {
  const framer = new Framer({
    fault: 'client',
    types: authenticatingFrontendTypes,
    maxFrameBytes: MAX_PASSWORD_FRAME_BYTES,
  })
  framer.push(opening.rest)
  const talk = new Conversation(opening.stream, framer)
  let proven: string | undefined
  try {
    const request = requested(arrival, opening)
    const full = arrival.enter()
    if (full !== undefined) throw new Refused({ code: sqlstate.tooManyConnections, ...full })
    const answer = versionAnswer(opening.message.version, request.unknownOptions)
    if (answer !== undefined) talk.send(answer)
    const principal = await prove(arrival, opening, request, talk).catch((error: unknown) => {
      throw hasLeft(error) ? gone(login, error) : error
    })
    login.proven()
    proven = principal.id
    checkDatabase(arrival, request)
    const who = identityOf(arrival, opening, request, principal)
    if (request.replication !== 'off') allowReplication(arrival, who)
    const upstream = await connected(arrival, who, request)
    talk.release()
    return await run(arrival, opening, { request, who, upstream, framer }, live)
  } catch (error) {
    talk.release()
    return refuse(arrival, opening, error, proven)
  }
}

/** Checks what the StartupMessage asks for. Throws Refused. */
function requested({ options }: Arrival, opening: Startup): StartupRequest {
  if (options.tls?.required === true && !opening.tls) {
    throw new Refused({
      code: sqlstate.invalidAuthorization,
      message: 'this gateway takes encrypted connections only',
      hint: 'connect with `sslmode=verify-full`',
    })
  }
  refuseCertificate(options, opening.certificate)
  const request = startupRequest(opening.message.parameters)
  if (!('settings' in request)) throw new Refused(request)
  return request
}

/**
 * A certificate that is not good is not passed over: its holder believes to be proven by it. INVARIANT (identity-bound).
 * Throws Refused.
 */
function refuseCertificate({ tls }: PostgresAdapterOptions, shown: ShownCertificate | undefined): void {
  if (shown?.problem !== undefined) {
    throw new Refused(
      {
        code: sqlstate.invalidAuthorization,
        message: 'the client certificate is not accepted',
        hint: 'renew it, or connect without one; the gateway’s record says why',
      },
      new Error(`client certificate refused: ${shown.problem}`),
    )
  }
  if (shown === undefined && tls?.clientCertificates === 'required') {
    throw new Refused({
      code: sqlstate.invalidAuthorization,
      message: 'this gateway takes connections with a client certificate only',
      hint: 'give `sslcert` and `sslkey`',
    })
  }
}

async function prove(
  { options }: Arrival,
  opening: Startup,
  request: StartupRequest,
  talk: Conversation,
): Promise<Principal> {
  const { governance } = options
  // What crosses a socket of this machine's file system crosses no wire.
  const shielded = opening.tls || options.unixSocket
  try {
    return await authenticate(talk, {
      identity: governance.identity,
      login: request.user,
      certificate: opening.certificate?.x509,
      shielded,
      endPoint: opening.endPoint,
      mockKey: options.mockKey,
      nowSeconds: () => governance.now() / 1000,
    })
  } catch (error) {
    throw error instanceof IdentityRefused ? identityRefused(request.user, error, shielded) : error
  }
}

/**
 * The session on the database, behind its own record, with the settings that came along decided and recorded as `SET` is.
 * Throws Refused, and what `openSession` and `UpstreamSource` reject with.
 */
async function connected(
  { options }: Arrival,
  who: SessionIdentity,
  request: StartupRequest,
): Promise<UpstreamSession> {
  const { governance, upstream } = options
  const decided = await decideSettings(governance, who, request.asked, upstream.database)
  // Together, so that both wait for the disk once.
  const opened = openSession(governance, who, 'postgresql')
  const settings = openSettings(governance, who, decided)
  try {
    await Promise.all([opened, ...settings.map(({ admitted }) => admitted)])
    const session = await upstream.connect(request.settings)
    closeSettings(governance, who, settings)
    return session
  } catch (error) {
    const refusal = refusalFor(error)
    closeSettings(governance, who, settings, refusal.code)
    closeSession(governance, who, settings.length, reasonFor(error, refusal))
    throw error
  }
}

/** Who is on the session. INVARIANT (identity-bound). */
function identityOf(
  arrival: Arrival,
  opening: Startup,
  { applicationName }: StartupRequest,
  principal: Principal,
): SessionIdentity {
  const { options, socket, session } = arrival
  const address = clientAddress(socket, options.unixSocket)
  return {
    principal,
    facts: { id: session, clientAddress: address, applicationName, tls: opening.tls },
  }
}

/** Replication is refused unless a rule lets this principal have it. Throws Refused. */
function allowReplication({ options }: Arrival, who: SessionIdentity): void {
  const { decision } = decideReplication(options.governance, who, 'replication connection')
  if (decision.kind === 'deny') throw new Refused(refusalOf(decision))
}

/** A client that is gone before it was proven. */
function gone({ late }: LoginProgress, cause: unknown): Error {
  if (late) {
    return new Refused({
      code: sqlstate.queryCanceled,
      message: 'the client took longer for its login than `limits.authenticationTimeoutMs`',
      hint: 'connect again',
    })
  }
  if (!(cause instanceof LeftUnanswered))
    return new ConnectionClosed('the client left amid the login', { cause })
  return new Refused({
    code: sqlstate.connectionFailure,
    message: cause.message,
    hint: 'connect again, and wait for the answer',
  })
}

/** Throws Refused. A physical replication connection is one to the server, and names no database. */
function checkDatabase({ options }: Arrival, { replication, database: asked }: StartupRequest): void {
  const served = options.governance.database.name
  if (replication === 'physical' || asked === served) return
  throw new Refused({
    code: sqlstate.invalidCatalogName,
    message: `database \`${asked}\` is not served here`,
    hint: `connect to database \`${served}\``,
  })
}

type Begun = {
  readonly request: StartupRequest
  readonly who: SessionIdentity
  readonly upstream: UpstreamSession
  readonly framer: Framer
}

async function run(
  arrival: Arrival,
  opening: Startup,
  { request, who, upstream, framer }: Begun,
  live: Live,
): Promise<ConnectionEnd> {
  const { options } = arrival
  framer.admit(frontendTypes, options.limits.maxFrameBytes, [frontend.CopyData])
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
      maskers: options.maskers,
      processId: upstream.key?.processId,
      cancelUpstream: () => arrival.options.upstream.cancel(upstream),
      database: options.upstream.database,
      parameters: upstream.parameters,
      replication: request.replication,
      report: (error) => options.log(`session ${arrival.session}: a statement failed in the gateway`, error),
      greet: () => greeting(upstream, key),
    },
  )
  const long = takesLongKeys(opening.message.version)
  const key = options.cancelDesk.issue(running.cancel, upstream.key?.processId, long)
  live(running.stop)
  const unwatch = arrival.expiry.add({
    who,
    expire: (told) => running.expire({ code: sqlstate.adminShutdown, ...told }),
  })
  running.start()
  const end = await running.ended
  unwatch()
  options.cancelDesk.keys.revoke(key)
  closeSession(options.governance, who, running.session.statements, end.reason)
  return end
}

/** What the client sees after its login: the database's own settings, and the gateway's cancel key. */
function greeting(upstream: UpstreamSession, key: BackendKeyData): Buffer {
  return Buffer.concat([
    encodeAuthentication({ kind: 'ok' }),
    ...Array.from(upstream.parameters, ([name, value]) => encodeParameterStatus({ name, value })),
    encodeBackendKeyData(key),
    encodeReadyForQuery({ status: 'I' }),
  ])
}

function refuse(
  arrival: Arrival,
  opening: Startup,
  error: unknown,
  proven: string | undefined,
): ConnectionEnd {
  // As the server: a client that has to ask for the password leaves and comes back, and health checks want no more.
  if (error instanceof ConnectionClosed) return { reason: error.message, error: undefined }
  const refusal = refusalFor(error)
  if (!opening.stream.destroyed) opening.stream.end(fatalReply(refusal))
  recordRefusal(arrival, opening.message.parameters, refusal, error, proven)
  const isClients = isExpected(error) || refusesSetting(error)
  return { reason: refusal.message, error: isClients ? undefined : error }
}

/**
 * Records that a connection did not become a session. `parameters`: what its StartupMessage said, if one came; `proven`: the id
 * of the principal whose it was.
 */
export function recordRefusal(
  { options, socket, session }: Pick<Arrival, 'options' | 'socket' | 'session'>,
  parameters: ReadonlyMap<string, string>,
  refusal: Refusal,
  error: unknown,
  proven?: string,
): void {
  refuseSession(options.governance, {
    session,
    clientAddress: clientAddress(socket, options.unixSocket),
    protocol: 'postgresql',
    login: parameters.get('user') ?? '',
    ...(proven === undefined ? {} : { principal: proven }),
    database: parameters.get('database') ?? parameters.get('user') ?? '',
    code: refusal.code,
    reason: reasonFor(error, refusal),
  })
}
