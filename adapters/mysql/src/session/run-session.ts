import type { Duplex } from 'node:stream'
import type { CellMaskerFor } from '@sluice/core/mask/plan'
import { isPureRead } from '@sluice/gateway/pipeline/admit'
import { OpenMoves } from '@sluice/gateway/pipeline/follow'
import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { Outgoing } from '@sluice/wire/outgoing'
import { Pump } from '@sluice/wire/pump'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { MysqlModes } from '../dialect/modes.ts'
import type { Framer } from '../framing/framer.ts'
import { toPackets } from '../framing/packets.ts'
import { type Capabilities, capability, has } from '../messages/capabilities.ts'
import { encodeComQuit } from '../messages/com-quit.ts'
import { errno } from '../replies/errno.ts'
import { errorReply, type Refusal } from '../replies/refusal.ts'
import type { MysqlColumn } from '../values/column.ts'
import { clientStep } from './client/step.ts'
import type { ConnectionRegister } from './connections.ts'
import { PreparedStatements } from './prepared.ts'
import { settle } from './running.ts'
import { emit } from './server/emit.ts'
import { serverStep } from './server/step.ts'
import { freshSession } from './session.ts'
import type { WireSession } from './wire-session.ts'

/** The two legs of a session that has begun. Both framers are behind the login. */
export type Legs = {
  readonly client: Duplex
  readonly clientFramer: Framer
  readonly upstream: Duplex
  readonly upstreamFramer: Framer
}

/** What a session needs beside its two legs. */
export type SessionOptions = {
  readonly governance: Governance
  readonly who: SessionIdentity
  readonly maskerFor: CellMaskerFor<MysqlColumn>
  /** What was agreed on with the client, and with the database. */
  readonly capabilities: Capabilities
  readonly upstreamCapabilities: Capabilities
  readonly connections: ConnectionRegister
  /** The id that the client was told, and the database's own of its connection. */
  readonly connectionId: number
  readonly upstreamId: number
  /** Ends what runs on the database's connection: KILL QUERY. */
  readonly cancelUpstream: () => Promise<void>
  /** Which server it is; what it has set is asked before the first text. */
  readonly server: Pick<MysqlModes, 'mariadb' | 'version'>
  /** `character_set_client` by the login's collation, in lower case. */
  readonly characterSet: string
}

/** Why a session ended. `error` is there for the gateway's own failures. */
export type SessionEnd = { readonly reason: string; readonly error: unknown }

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

/** Results have these forms on both legs, so that rows pass as they are. */
const FORMS = capability.DEPRECATE_EOF | capability.OPTIONAL_RESULTSET_METADATA | capability.PROTOCOL_41

/**
 * Prepares a session, which then runs until one side leaves. Plain callbacks: nothing of Effect per message. Throws where
 * the two legs were agreed on in different forms.
 */
export function runSession(legs: Legs, options: SessionOptions): LiveSession {
  checkForms(options)
  const { promise, resolve } = Promise.withResolvers<SessionEnd>()
  const end = (reason: string, refusal?: Refusal, error?: unknown): void => {
    if (session.over) return
    session.over = true
    clientPump.stop()
    serverPump.stop()
    if (refusal !== undefined) emit(session, errorReply(refusal))
    session.toClient.flush()
    legs.client.end()
    if (!legs.upstream.destroyed && !legs.upstream.writableEnded)
      legs.upstream.end(toPackets(encodeComQuit(), 0))
    closeRecord(session, refusal?.code)
    unregister()
    setTimeout(() => {
      legs.client.destroy()
      legs.upstream.destroy()
    }, LINGER_MS).unref()
    resolve({ reason, error })
  }
  const goodbye = (): void => end(session.departing ?? 'the client left')
  const depart = (reason: string): void => {
    if (session.over || session.departing !== undefined) return
    session.departing = reason
    if (!clientPump.busy) goodbye()
    else if (nobodyTakes(session)) void session.cancelUpstream()
  }
  const session = newSession(legs, options, { end: (reason) => end(reason), depart })
  const fail = (error: unknown): void => {
    const [reason, refusal] = failure(error)
    end(reason, refusal, error instanceof ProtocolViolation && error.fault !== 'gateway' ? undefined : error)
  }
  const { clientPump, serverPump } = pumps(legs, session, fail, () => {
    if (session.departing !== undefined) goodbye()
  })
  const cancel = (): Promise<void> => cancelCurrent(session)
  const unregister = options.connections.add(options.connectionId, {
    principal: options.who.principal,
    upstreamId: options.upstreamId,
    cancel,
    kill: () => {
      if (session.exchange !== undefined) void options.cancelUpstream()
      end('the connection was killed', killed)
    },
  })
  watch(legs, { end, depart, session })
  return {
    start: () => {
      // Whoever left before anybody listened will not be heard leaving.
      if (legs.client.destroyed || legs.client.readableEnded) {
        end('the client left')
        return
      }
      serverPump.start()
      clientPump.start()
      legs.client.resume()
      legs.upstream.resume()
    },
    ended: promise,
    stop: (refusal) => end(refusal.message, refusal),
    cancel,
    busy: () => session.exchange !== undefined || session.interrupt !== undefined,
    expire: (refusal) => {
      // COM_QUIT is read behind the statement: only a cancel ends what runs.
      if (session.exchange !== undefined) void options.cancelUpstream()
      end(refusal.message, refusal)
    },
    session,
  }
}

const killed: Refusal = {
  code: errno.queryInterrupted,
  message: 'the connection was killed',
  hint: 'connect again; a statement that was running may or may not have taken effect',
}

function checkForms({ capabilities, upstreamCapabilities }: SessionOptions): void {
  const alike = ((capabilities.flags ^ upstreamCapabilities.flags) & FORMS) === 0
  if (!alike || capabilities.extended !== upstreamCapabilities.extended)
    throw new Error('results have another form on the database’s leg than on the client’s')
}

/** A read whose rows nobody takes any more is cancelled; anything else runs to its end, as the database itself would have it. */
function nobodyTakes({ exchange }: WireSession): boolean {
  return exchange?.run !== undefined && isPureRead(exchange.run.execution.analysis)
}

/** The two directions. `heard`: all that the client sent so far is handled. */
function pumps(
  legs: Legs,
  session: WireSession,
  fail: (error: unknown) => void,
  heard: () => void,
): { readonly clientPump: Pump; readonly serverPump: Pump } {
  const clientPump = new Pump(legs.client, {
    push: (chunk) => legs.clientFramer.push(chunk),
    buffered: () => legs.clientFramer.buffered,
    step: () => clientStep(session),
    idle: () => {
      session.toUpstream.flush()
      heard()
    },
    later: (act) => {
      setTimeout(act, LISTEN_EVERY_MS).unref()
    },
    fail,
  })
  const serverPump = new Pump(legs.upstream, {
    push: (chunk) => legs.upstreamFramer.push(chunk),
    buffered: () => legs.upstreamFramer.buffered,
    step: () => serverStep(session),
    idle: () => {
      session.toClient.flush()
    },
    fail,
  })
  return { clientPump, serverPump }
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

/** After a polite end, how long the other side has to take what was written. */
const LINGER_MS = 2_000

/** How often a client is read that is held back, so that its leaving is noticed. */
const LISTEN_EVERY_MS = 1_000

function newSession(
  legs: Legs,
  options: SessionOptions,
  { end, depart }: Pick<WireSession, 'end' | 'depart'>,
): WireSession {
  const { governance, who, maskerFor, capabilities, upstreamCapabilities, connections, connectionId } =
    options
  const modes: MysqlModes = {
    ...options.server,
    ansiQuotes: false,
    noBackslashEscapes: false,
    pipesAsConcat: false,
    lowerCaseTableNames: false,
  }
  return {
    governance,
    who,
    maskerFor,
    capabilities,
    upstreamCapabilities,
    connections,
    connectionId,
    cancelUpstream: options.cancelUpstream,
    toClient: new Outgoing(legs.client),
    toUpstream: new Outgoing(legs.upstream),
    clientFramer: legs.clientFramer,
    upstreamFramer: legs.upstreamFramer,
    prepared: new PreparedStatements(),
    moves: new OpenMoves(),
    end,
    depart,
    text: freshSession(modes, undefined, options.characterSet),
    obscured: false,
    contextStale: true,
    status: 0,
    exchange: undefined,
    replySequence: 0,
    multiStatements: has(capabilities.flags, capability.MULTI_STATEMENTS),
    moreFollow: false,
    interrupt: undefined,
    cancelling: undefined,
    statements: 0,
    terminated: false,
    departing: undefined,
    over: false,
  }
}

type Ends = {
  readonly end: (reason: string, refusal?: Refusal) => void
  readonly depart: (reason: string) => void
  readonly session: WireSession
}

function watch(legs: Legs, { end, depart, session }: Ends): void {
  legs.client.on('error', () => depart('the connection to the client broke'))
  legs.client.on('end', () => depart('the client left'))
  legs.client.on('close', () => depart('the client left'))
  const lost: Refusal = {
    code: errno.serverShutdown,
    message: 'the connection to the database was lost',
    hint: 'connect again; a statement that was running may or may not have taken effect',
  }
  const gone = (reason: string): void => end(session.departing ?? reason, lost)
  legs.upstream.on('error', () => gone('the connection to the database broke'))
  legs.upstream.on('end', () => gone('the database left'))
  legs.upstream.on('close', () => gone('the database left'))
}

/** The reason for the record, and what the client is told. */
function failure(error: unknown): [string, Refusal] {
  if (error instanceof ProtocolViolation) {
    const refusal: Refusal = {
      code: errno.malformedPacket,
      message: error.message,
      hint:
        error.fault === 'client'
          ? 'the session was ended; check the driver’s version and settings'
          : 'the session was ended; tell whoever runs the gateway',
    }
    return [`protocol violation by the ${error.fault}: ${error.message}`, refusal]
  }
  if (error instanceof JournalUnavailable) {
    return [
      'the journal cannot be written',
      {
        code: errno.unknownError,
        message: 'the statement’s record cannot be written, so its result is withheld',
        hint: 'tell whoever runs the gateway; the statement only read',
      },
    ]
  }
  return [
    `internal error: ${error instanceof Error ? error.name : typeof error}`,
    {
      code: errno.unknownError,
      message: 'the gateway failed',
      hint: 'the session was ended; tell whoever runs the gateway',
    },
  ]
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
