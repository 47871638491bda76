import type { Duplex } from 'node:stream'
import type { CellMaskerFor } from '@sluice/core/mask/plan'
import { OpenMoves } from '@sluice/gateway/pipeline/follow'
import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { Outgoing } from '@sluice/wire/outgoing'
import { Pump } from '@sluice/wire/pump'
import { readMemory } from '@sluice/wire/socket/read-memory'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Framer } from '../framing/framer.ts'
import { encodeTerminate } from '../messages/terminate.ts'
import type { ReplicationMode } from '../replication/command.ts'
import { fatalReply, type Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'
import { clientStep } from './client/step.ts'
import { takeLeave } from './departure.ts'
import { Expectations } from './expectations.ts'
import { Names } from './names.ts'
import { type Running, settle } from './running.ts'
import { serverStep } from './server/step.ts'
import type { Session } from './session.ts'

/** The two legs of a session that has begun. */
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
  readonly maskerFor: CellMaskerFor
  readonly processId: number | undefined
  readonly cancelUpstream: () => Promise<void>
  /** The name the database has for itself, which unqualified names live in. */
  readonly database: string
  readonly parameters: ReadonlyMap<string, string>
  readonly replication: ReplicationMode
  /** What the client is sent first. */
  readonly greet: () => Buffer
}

/** Why a session ended. `error` is there for the gateway's own failures. */
export type SessionEnd = { readonly reason: string; readonly error: unknown }

/** A session under way. */
export type LiveSession = {
  /** Greets the client and begins to carry messages. */
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
  readonly session: Session
}

/** Prepares a session, which then runs until one side leaves. Plain callbacks: nothing of Effect per message. */
export function runSession(legs: Legs, options: SessionOptions): LiveSession {
  const { promise, resolve } = Promise.withResolvers<SessionEnd>()
  const end = (reason: string, refusal?: Refusal, error?: unknown): void => {
    if (session.over) return
    session.over = true
    clientPump.stop()
    serverPump.stop()
    session.toUpstream.flush()
    if (refusal !== undefined) session.toClient.add(fatalReply(refusal))
    session.toClient.flush()
    legs.client.end()
    if (!legs.upstream.destroyed && !legs.upstream.writableEnded) legs.upstream.end(encodeTerminate())
    closeRecords(session, refusal?.code)
    setTimeout(() => {
      legs.client.destroy()
      legs.upstream.destroy()
    }, LINGER_MS).unref()
    resolve({ reason, error })
  }
  const depart = (reason: string): void => {
    if (session.over || session.departing !== undefined) return
    session.departing = reason
    if (!clientPump.busy) goodbye()
  }
  const goodbye = (): void => {
    clientPump.stop()
    takeLeave(session, () => end(session.departing ?? 'the client left'))
  }
  const session = newSession(legs, options, { end: (reason) => end(reason), depart })
  const fail = (error: unknown): void => {
    const [reason, refusal] = failure(error)
    end(reason, refusal, error instanceof ProtocolViolation && error.fault !== 'gateway' ? undefined : error)
  }
  const { clientPump, serverPump } = pumps(legs, session, fail, () => {
    if (session.departing !== undefined) goodbye()
  })
  watch(legs, { end, depart, session })
  return {
    start: () => {
      // Whoever left before anybody listened will not be heard leaving.
      if (legs.client.destroyed || legs.client.readableEnded) {
        end('the client left')
        return
      }
      session.toClient.add(options.greet())
      session.toClient.flush()
      serverPump.start()
      clientPump.start()
      legs.client.resume()
      legs.upstream.resume()
    },
    ended: promise,
    stop: (refusal) => end(refusal.message, refusal),
    cancel: () => cancelCurrent(session),
    busy: () => session.expectations.size > 0 || session.interrupt !== undefined,
    expire: (refusal) => {
      // Terminate is read behind the statement: only a cancel ends what runs.
      if (session.expectations.size > 0) void options.cancelUpstream()
      end(refusal.message, refusal)
    },
    session,
  }
}

/** The two directions. `heard`: all that the client sent so far is handled. */
function pumps(
  legs: Legs,
  session: Session,
  fail: (error: unknown) => void,
  heard: () => void,
): { readonly clientPump: Pump; readonly serverPump: Pump } {
  const clientPump = new Pump(legs.client, {
    push: (chunk) => {
      readMemory.add(chunk.length)
      legs.clientFramer.push(chunk)
    },
    buffered: () => legs.clientFramer.buffered,
    step: () => clientStep(session, legs.clientFramer),
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
    push: (chunk) => {
      readMemory.add(chunk.length)
      legs.upstreamFramer.push(chunk)
    },
    buffered: () => legs.upstreamFramer.buffered,
    step: () => serverStep(session, legs.upstreamFramer),
    idle: () => {
      session.toClient.flush()
    },
    fail,
  })
  return { clientPump, serverPump }
}

/**
 * Ends what runs at the database and what waits in the gateway; a client waits for one of the two. A read that the
 * database is done with, whose result waits for its record, ends by neither: it has run, and an error of ours would
 * leave a transaction that the client believes failed and the database would commit. PostgreSQL too takes no cancel
 * while COMMIT waits for its log. Where the record cannot be written, the wait ends with the session.
 */
function cancelCurrent(session: Session): Promise<void> {
  // Asked first: what an interrupted statement leaves behind is not the database's to cancel.
  const upstream = session.expectations.size > 0
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
  { end, depart }: Pick<Session, 'end' | 'depart'>,
): Session {
  const { governance, who, maskerFor, processId, cancelUpstream, parameters } = options
  return {
    governance,
    who,
    maskerFor,
    processId,
    cancelUpstream,
    toClient: new Outgoing(legs.client),
    toUpstream: new Outgoing(legs.upstream),
    expectations: new Expectations(),
    names: new Names(),
    end,
    depart,
    replication: options.replication,
    limited: undefined,
    pipelineKeeps: false,
    moves: new OpenMoves(),
    departing: undefined,
    terminated: false,
    context: { database: options.database, searchPath: [] },
    contextStale: true,
    modes: { standardConformingStrings: parameters.get('standard_conforming_strings') !== 'off' },
    encoding: (parameters.get('client_encoding') ?? 'UTF8') === 'UTF8' ? 'utf8' : 'latin1',
    transaction: 'I',
    sinceSync: 0,
    skipping: false,
    muted: false,
    catalogDirty: false,
    barrier: undefined,
    settingsTouched: false,
    interrupt: undefined,
    cancelling: undefined,
    relayingCopyData: false,
    statements: 0,
    over: false,
  }
}

type Ends = {
  readonly end: (reason: string, refusal?: Refusal) => void
  readonly depart: (reason: string) => void
  readonly session: Session
}

function watch(legs: Legs, { end, depart, session }: Ends): void {
  legs.client.on('error', () => depart('the connection to the client broke'))
  legs.client.on('end', () => depart('the client left'))
  legs.client.on('close', () => depart('the client left'))
  const lost: Refusal = {
    code: sqlstate.connectionFailure,
    message: 'the connection to the database was lost',
    hint: 'connect again; a statement that was running may or may not have taken effect',
  }
  // Once the client has left, the database ends the connection because it was asked to.
  const gone = (reason: string): void => end(session.departing ?? reason, lost)
  legs.upstream.on('error', () => gone('the connection to the database broke'))
  legs.upstream.on('end', () => gone('the database left'))
  legs.upstream.on('close', () => gone('the database left'))
}

/** The reason for the record, and what the client is told. */
function failure(error: unknown): [string, Refusal] {
  if (error instanceof ProtocolViolation) {
    const refusal: Refusal = {
      code: error.reason === 'encoding' ? sqlstate.characterNotInRepertoire : sqlstate.protocolViolation,
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
        code: sqlstate.ioError,
        message: 'the statement’s record cannot be written, so its result is withheld',
        hint: 'tell whoever runs the gateway; the statement only read',
      },
    ]
  }
  return [
    `internal error: ${error instanceof Error ? error.name : typeof error}`,
    {
      code: sqlstate.internalError,
      message: 'the gateway failed',
      hint: 'the session was ended; tell whoever runs the gateway',
    },
  ]
}

/** INVARIANT (record-before-effect): a record that is open when the session ends says so. */
function closeRecords(session: Session, code: string | undefined): void {
  for (const owed of session.expectations.drain()) {
    const runs: readonly Running[] = owed.kind === 'query' ? owed.runs : 'run' in owed ? [owed.run] : []
    for (const run of runs) settle(session, run, 'lost', code)
    if (owed.kind === 'ask') owed.answered(undefined)
    if ('settled' in owed) owed.settled?.()
  }
}
