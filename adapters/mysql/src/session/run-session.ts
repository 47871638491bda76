import { isPureRead } from '@sluice/gateway/pipeline/admit'
import { databaseLost, type Failure, failureOf } from '@sluice/gateway/session/failure'
import { cancelCurrent } from '@sluice/gateway/session/interruptible'
import type { ConnectionEnd } from '@sluice/gateway/session/serve'
import { endLeg, hasLeft, type Legs, pumpsOf, startPumps, watchLegs } from '@sluice/wire/socket/legs'
import type { Framer } from '../framing/framer.ts'
import { toPackets } from '../framing/packets.ts'
import { capability, extendedCapability } from '../messages/capabilities.ts'
import type { ComChangeUser } from '../messages/com-change-user.ts'
import { encodeComQuit } from '../messages/com-quit.ts'
import { type Errno, errno } from '../replies/errno.ts'
import { errorReply, type Refusal } from '../replies/refusal.ts'
import { clientStep } from './client/step.ts'
import { newSession, type SessionOptions } from './new-session.ts'
import { settle } from './running.ts'
import { emit } from './server/emit.ts'
import { serverStep } from './server/step.ts'
import type { WireSession } from './wire-session.ts'

/**
 * Why a session ended. `error` is there for the gateway's own failures. `next`: the client asks for a new login on its
 * connection, which is left open, paused and unheard for that; nobody is on it until the client is proven anew.
 * INVARIANT (identity-bound).
 */
export type SessionEnd = ConnectionEnd & { readonly next?: ComChangeUser }

/** A session under way. */
export type LiveSession = {
  /** Begins to carry commands. */
  readonly start: () => void
  /** Resolves when the session is over, and the database was told where something still ran. */
  readonly ended: Promise<SessionEnd>
  /** Cancels what runs and ends the session from outside: shutdown. The client is told why. */
  readonly stop: (refusal: Refusal) => void
  /** Ends the statement that runs or waits, if there is one; resolves when the database has been told. */
  readonly cancel: () => Promise<void>
  /** Cancels what runs and ends the session. The client is told why, and so is the record. */
  readonly expire: (refusal: Refusal) => void
  readonly session: WireSession
}

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
export function runSession(legs: Legs<Framer>, options: SessionOptions): LiveSession {
  checkForms(options)
  const { promise, resolve } = Promise.withResolvers<SessionEnd>()
  const close = (refusal: Refusal | undefined): void => {
    session.over = true
    clientPump.stop()
    serverPump.stop()
    if (refusal !== undefined) emit(session, errorReply(refusal))
    session.toClient.flush()
    leaveDatabase(legs, session)
    closeRecord(session, refusal?.code)
    unregister()
  }
  const end = (reason: string, refusal?: Refusal, error?: unknown, told?: Promise<void>): void => {
    if (session.over) return
    close(refusal)
    endLeg(legs.client)
    resolve(told === undefined ? { reason, error } : told.then(() => ({ reason, error })))
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
  const session = newSession(legs, options, { end, depart, changeUser })
  const pumps = pumpsOf(legs, session, {
    clientStep: () => clientStep(session),
    serverStep: () => serverStep(session),
    heard: () => {
      if (session.departing !== undefined) goodbye()
    },
    fail: (error) => {
      const failure = failureOf(error)
      end(failure.reason, { code: failureCode[failure.kind], ...failure.told }, failure.error)
    },
  })
  const { clientPump, serverPump } = pumps
  const cancel = (): Promise<void> => cancelCurrent(session, session.exchange !== undefined)
  // A database reads COM_QUIT behind what it runs, and runs on where nobody is left: only a cancel ends that.
  const endAll = (refusal: Refusal): void => {
    const told = session.exchange === undefined ? undefined : options.cancelUpstream()
    end(refusal.message, refusal, undefined, told)
  }
  const { connections, connectionId, upstreamId, who } = options
  const kill = (): void => endAll(killed)
  const unregister = connections.add(connectionId, { principal: who.principal, upstreamId, cancel, kill })
  const lost: Refusal = { code: errno.serverShutdown, ...databaseLost }
  const unwatch = watchLegs(legs, pumps, depart, (reason) => end(session.departing ?? reason, lost))
  return {
    start: () => {
      if (hasLeft(legs)) end('the client left')
      else startPumps(legs, pumps)
    },
    ended: promise,
    stop: endAll,
    cancel,
    expire: endAll,
    session,
  }
}

const failureCode: Readonly<Record<Failure['kind'], Errno>> = {
  protocol: errno.malformedPacket,
  encoding: errno.malformedPacket,
  journal: errno.unknownError,
  internal: errno.unknownError,
}

/** Whether what the database was sent ends within a file. */
function inFile({ exchange }: WireSession): boolean {
  return exchange?.state === 'local-file'
}

/**
 * A polite word. Not within a file: any word would be more of it, and what is not ended is rolled back when the connection
 * breaks, even where a KILL of the statement comes too late for that.
 */
function leaveDatabase({ upstream }: Legs<Framer>, session: WireSession): void {
  if (inFile(session)) upstream.destroy()
  else endLeg(upstream, toPackets(encodeComQuit(), 0))
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

/** INVARIANT (record-before-effect): a record that is open when the session ends says so. */
function closeRecord(session: WireSession, code: number | undefined): void {
  const { exchange } = session
  if (exchange === undefined) return
  const cause = code ?? (inFile(session) ? errno.readError : undefined)
  session.exchange = undefined
  if (exchange.run !== undefined)
    settle(session, exchange.run, 'lost', cause === undefined ? undefined : String(cause))
  exchange.over('failed')
}
