import { isPureRead } from '@sluice/gateway/pipeline/admit'
import type { Pump } from '@sluice/wire/pump'
import { ProtocolViolation } from '@sluice/wire/violation'
import { toPackets } from '../framing/packets.ts'
import { capability, extendedCapability } from '../messages/capabilities.ts'
import type { ComChangeUser } from '../messages/com-change-user.ts'
import { encodeComQuit } from '../messages/com-quit.ts'
import { errno } from '../replies/errno.ts'
import { errorReply, type Refusal } from '../replies/refusal.ts'
import { failure } from './failure.ts'
import { type Legs, pumps, watch } from './legs.ts'
import { newSession, type SessionOptions } from './new-session.ts'
import { settle } from './running.ts'
import { emit } from './server/emit.ts'
import type { WireSession } from './wire-session.ts'

/**
 * Why a session ended. `error` is there for the gateway's own failures. `next`: the client asks for a new login on its
 * connection, which is left open, paused and unheard for that; nobody is on it until the client is proven anew.
 * INVARIANT (identity-bound).
 */
export type SessionEnd = {
  readonly reason: string
  readonly error: unknown
  readonly next?: ComChangeUser
}

/** A session under way. */
export type LiveSession = {
  /** Begins to carry commands. */
  readonly start: () => void
  /** Resolves when the session is over; both connections are closed by then. */
  readonly ended: Promise<SessionEnd>
  /** Ends it from outside: shutdown. The client is told why. */
  readonly stop: (refusal: Refusal) => void
  /** Ends the statement that runs or waits, if there is one; resolves when the database has been told. */
  readonly cancel: () => Promise<void>
  /** A statement runs, or waits in the gateway. */
  readonly busy: () => boolean
  /** Cancels what runs and ends the session. The client is told why, and so is the record. */
  readonly expire: (refusal: Refusal) => void
  readonly session: WireSession
}

/** After a polite end, how long the other side has to take what was written. */
const LINGER_MS = 2_000

/** Results have these forms on both legs, so that rows pass as they are. */
const FORMS = capability.DEPRECATE_EOF | capability.PROTOCOL_41

/** What the database must not have been asked for. */
const NEVER =
  capability.MULTI_STATEMENTS |
  capability.OPTIONAL_RESULTSET_METADATA |
  capability.COMPRESS |
  capability.ZSTD_COMPRESSION

/**
 * Prepares a session behind both logins, which runs until one side leaves once `start` is called: that is the place for the
 * OK that ends the client's login. This is the whole entrance of the room. Plain callbacks: nothing of Effect per message.
 * Throws where the two legs were agreed on in different forms.
 */
export function runSession(legs: Legs, options: SessionOptions): LiveSession {
  checkForms(options)
  const { promise, resolve } = Promise.withResolvers<SessionEnd>()
  const close = (refusal: Refusal | undefined): void => {
    session.over = true
    clientPump.stop()
    serverPump.stop()
    if (refusal !== undefined) emit(session, errorReply(refusal))
    session.toClient.flush()
    leaveDatabase(legs)
    closeRecord(session, refusal?.code)
    unregister()
  }
  const end = (reason: string, refusal?: Refusal, error?: unknown): void => {
    if (session.over) return
    close(refusal)
    legs.client.end()
    setTimeout(() => legs.client.destroy(), LINGER_MS).unref()
    resolve({ reason, error })
  }
  const changeUser = (next: ComChangeUser): void => {
    if (session.over) return
    legs.client.pause()
    unwatch()
    close(undefined)
    resolve({ reason: 'the client logs in anew', error: undefined, next })
  }
  const goodbye = (): void => end(session.departing ?? 'the client left')
  const depart = (reason: string): void => {
    if (session.over || session.departing !== undefined) return
    session.departing = reason
    if (!clientPump.busy) goodbye()
    else if (nobodyTakes(session)) void session.cancelUpstream()
  }
  const session = newSession(legs, options, { end: (reason) => end(reason), depart, changeUser })
  const fail = (error: unknown): void => {
    const [reason, refusal] = failure(error)
    end(reason, refusal, error instanceof ProtocolViolation && error.fault !== 'gateway' ? undefined : error)
  }
  const { clientPump, serverPump } = pumps(legs, session, fail, () => {
    if (session.departing !== undefined) goodbye()
  })
  const cancel = (): Promise<void> => cancelCurrent(session)
  // COM_QUIT is read behind the statement: only a cancel ends what runs.
  const endAll = (reason: string, refusal: Refusal): void => {
    if (session.exchange !== undefined) void options.cancelUpstream()
    end(reason, refusal)
  }
  const { connections, connectionId, upstreamId, who } = options
  const kill = (): void => endAll('the connection was killed', killed)
  const unregister = connections.add(connectionId, { principal: who.principal, upstreamId, cancel, kill })
  const unwatch = watch(legs, { end, depart, session })
  return {
    start: () => {
      if (hasLeft(legs)) end('the client left')
      else begin(legs, serverPump, clientPump)
    },
    ended: promise,
    stop: (refusal) => end(refusal.message, refusal),
    cancel,
    busy: () => session.exchange !== undefined || session.interrupt !== undefined,
    expire: (refusal) => endAll(refusal.message, refusal),
    session,
  }
}

/** Whoever left before anybody listened will not be heard leaving. */
function hasLeft({ client }: Legs): boolean {
  return client.destroyed || client.readableEnded
}

function begin({ client, upstream }: Legs, ...both: readonly Pump[]): void {
  for (const pump of both) pump.start()
  client.resume()
  upstream.resume()
}

/** A polite word, and some time for it. */
function leaveDatabase({ upstream }: Legs): void {
  if (!upstream.destroyed && !upstream.writableEnded) upstream.end(toPackets(encodeComQuit(), 0))
  setTimeout(() => upstream.destroy(), LINGER_MS).unref()
}

const killed: Refusal = {
  code: errno.queryInterrupted,
  message: 'the connection was killed',
  hint: 'connect again; a statement that was running may or may not have taken effect',
}

function checkForms({ capabilities, upstreamCapabilities }: SessionOptions): void {
  const { flags, extended } = upstreamCapabilities
  if (((capabilities.flags ^ flags) & FORMS) !== 0 || capabilities.extended !== extended)
    throw new Error('results have another form on the database’s leg than on the client’s')
  // INVARIANT (no-unproven-column): a result is described each time. INVARIANT (deny-by-default): one statement at a time.
  if ((flags & NEVER) !== 0 || (extended & extendedCapability.CACHE_METADATA) !== 0)
    throw new Error('the database was asked for what a session cannot carry')
}

/** A read whose rows nobody takes any more is cancelled; anything else runs to its end, as the database itself would have it. */
function nobodyTakes({ exchange }: WireSession): boolean {
  return exchange?.run !== undefined && isPureRead(exchange.run.execution.analysis)
}

/** Ends what runs at the database and what waits in the gateway; a client waits for one of the two. */
function cancelCurrent(session: WireSession): Promise<void> {
  // Asked first: what an interrupted statement leaves behind is not the database's to cancel.
  const upstream = session.exchange !== undefined
  session.interrupt?.()
  if (upstream) {
    session.cancelling ??= session.cancelUpstream().finally(() => {
      session.cancelling = undefined
    })
  }
  return session.cancelling ?? Promise.resolve()
}

/** INVARIANT (record-before-effect): a record that is open when the session ends says so. */
function closeRecord(session: WireSession, code: number | undefined): void {
  const { exchange } = session
  if (exchange === undefined) return
  session.exchange = undefined
  if (exchange.run !== undefined)
    settle(session, exchange.run, 'lost', code === undefined ? undefined : String(code))
  exchange.over('failed')
}
