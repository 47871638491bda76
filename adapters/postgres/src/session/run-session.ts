import { OpenMoves } from '@sluice/gateway/pipeline/follow'
import { databaseLost, type Failure, failureOf } from '@sluice/gateway/session/failure'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { cancelCurrent } from '@sluice/gateway/session/interruptible'
import type { ConnectionEnd } from '@sluice/gateway/session/serve'
import { Outgoing } from '@sluice/wire/outgoing'
import { endLeg, hasLeft, type Legs, pumpsOf, startPumps, watchLegs } from '@sluice/wire/socket/legs'
import { majorOf } from '../dialect/major.ts'
import type { Framer } from '../framing/framer.ts'
import { encodeTerminate } from '../messages/terminate.ts'
import type { ReplicationMode } from '../replication/command.ts'
import { fatalReply, type Refusal } from '../replies/refusal.ts'
import { type SqlState, sqlstate } from '../replies/sqlstate.ts'
import { namingOf, readingOf } from '../startup/client-encoding.ts'
import type { Maskers } from '../values/masker.ts'
import { settleBound } from './client/open.ts'
import { clientStep } from './client/step.ts'
import { takeLeave } from './departure.ts'
import { Expectations } from './expectations.ts'
import { Names } from './names.ts'
import { OwnTexts } from './own-texts.ts'
import { settle } from './running.ts'
import { recordUncommitted } from './server/implicit-commit.ts'
import { serverStep } from './server/step.ts'
import type { Session } from './session.ts'

/** What a session needs beside its two legs. */
type SessionOptions = {
  readonly governance: Governance
  readonly who: SessionIdentity
  readonly maskers: Maskers
  readonly processId: number | undefined
  readonly cancelUpstream: () => Promise<void>
  /** The name the database has for itself, which unqualified names live in. */
  readonly database: string
  readonly parameters: ReadonlyMap<string, string>
  readonly replication: ReplicationMode
  /** Told of what failed in the gateway and ended no more than a statement. */
  readonly report: (error: unknown) => void
  /** What the client is sent first. */
  readonly greet: () => Buffer
}

/** A session under way. */
export type LiveSession = {
  /** Greets the client and begins to carry messages. */
  readonly start: () => void
  /** Resolves when the session is over; both connections are closed by then. */
  readonly ended: Promise<ConnectionEnd>
  /** Ends it, and what runs at the database, from outside: shutdown. The client is told why. */
  readonly stop: (refusal: Refusal) => void
  /** Ends the statement that runs or waits, if there is one; resolves when the database has been told. */
  readonly cancel: () => Promise<void>
  /** Cancels what runs and ends the session. The client is told why, and so is the record. */
  readonly expire: (refusal: Refusal) => void
  readonly session: Session
}

/** Prepares a session, which then runs until one side leaves. Plain callbacks: nothing of Effect per message. */
export function runSession(legs: Legs<Framer>, options: SessionOptions): LiveSession {
  const { promise, resolve } = Promise.withResolvers<ConnectionEnd>()
  const end = (reason: string, refusal?: Refusal, error?: unknown, told?: Promise<void>): void => {
    if (session.over) return
    session.over = true
    clientPump.stop()
    serverPump.stop()
    session.toUpstream.flush()
    // Amid a message it would be read as part of that.
    if (refusal !== undefined && session.passing === undefined) session.toClient.add(fatalReply(refusal))
    session.toClient.flush()
    endLeg(legs.client)
    endLeg(legs.upstream, encodeTerminate())
    closeRecords(session, refusal?.code)
    resolve(told === undefined ? { reason, error } : told.then(() => ({ reason, error })))
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
  const pumps = pumpsOf(legs, session, {
    clientStep: () => clientStep(session, legs.clientFramer),
    serverStep: () => serverStep(session, legs.upstreamFramer),
    heard: () => {
      if (session.departing !== undefined) goodbye()
    },
    fail: (error) => {
      const failure = failureOf(error)
      end(failure.reason, { code: failureCode[failure.kind], ...failure.told }, failure.error)
    },
  })
  const { clientPump, serverPump } = pumps
  // Once the client has left, the database ends the connection because it was asked to.
  const lost: Refusal = { code: sqlstate.connectionFailure, ...databaseLost }
  watchLegs(legs, pumps, depart, (reason) => end(session.departing ?? reason, lost))
  // Terminate is read behind the statement: only a cancel ends what runs.
  const endAll = (refusal: Refusal): void => {
    const told = session.expectations.size > 0 ? options.cancelUpstream() : undefined
    end(refusal.message, refusal, undefined, told)
  }
  return {
    start: () => {
      if (hasLeft(legs)) {
        end('the client left')
        return
      }
      session.toClient.add(options.greet())
      session.toClient.flush()
      startPumps(legs, pumps)
    },
    ended: promise,
    stop: endAll,
    // A read that the database is done with, whose result waits for its record, ends by neither way: it has run, and an
    // error of ours would leave a transaction that the client believes failed and the database would commit. PostgreSQL
    // too takes no cancel while COMMIT waits for its log. Where the record cannot be written, the wait ends with the session.
    cancel: () => cancelCurrent(session, session.expectations.size > 0),
    expire: endAll,
    session,
  }
}

function newSession(
  { client, upstream }: Legs,
  options: SessionOptions,
  { end, depart }: Pick<Session, 'end' | 'depart'>,
): Session {
  const { governance, who, maskers, processId, cancelUpstream, report, parameters } = options
  const clientEncoding = parameters.get('client_encoding') ?? 'UTF8'
  const serverEncoding = parameters.get('server_encoding')
  const session: Session = {
    governance,
    who,
    maskers,
    processId,
    cancelUpstream,
    report,
    toClient: new Outgoing(client),
    toUpstream: new Outgoing(upstream),
    expectations: new Expectations(),
    names: new Names((run) => settleBound(session, run)),
    end,
    depart,
    replication: options.replication,
    limited: undefined,
    pipelineBegun: false,
    pipelineKeeps: false,
    ownTexts: new OwnTexts(parameters),
    pipelineMayCopyIn: false,
    moves: new OpenMoves(),
    departing: undefined,
    terminated: false,
    context: { database: options.database, searchPath: [] },
    contextUnder: undefined,
    contextStale: true,
    isolation: undefined,
    questionFailed: false,
    changesSent: 0,
    modes: {
      standardConformingStrings: parameters.get('standard_conforming_strings') !== 'off',
      naming: namingOf(serverEncoding, clientEncoding),
      major: majorOf(parameters.get('server_version')),
    },
    encoding: readingOf(clientEncoding),
    floats: 'rounded',
    serverEncoding,
    transaction: 'I',
    sinceSync: 0,
    pipelineOpen: false,
    skipping: false,
    uncommitted: 'nothing',
    failed: false,
    muted: undefined,
    transactionDoomed: false,
    catalogDirty: false,
    rightsTouched: false,
    codeSince: undefined,
    tablesSince: undefined,
    barrier: undefined,
    voiding: undefined,
    settingsTouched: false,
    interrupt: undefined,
    cancelling: undefined,
    waiting: undefined,
    waitingHeard: false,
    brokenBy: undefined,
    heldSync: undefined,
    relayingCopyData: false,
    passing: undefined,
    statements: 0,
    over: false,
  }
  return session
}

const failureCode: Readonly<Record<Failure['kind'], SqlState>> = {
  protocol: sqlstate.protocolViolation,
  encoding: sqlstate.characterNotInRepertoire,
  journal: sqlstate.ioError,
  internal: sqlstate.internalError,
}

/** INVARIANT (record-before-effect): a record that is open when the session ends says so. */
function closeRecords(session: Session, code: string | undefined): void {
  const drained = session.expectations.drain()
  if (session.uncommitted === 'changes') {
    const isAsked = drained.some((owed) => owed.kind === 'query' || (owed.kind === 'sync' && !owed.own))
    recordUncommitted(session, isAsked ? 'lost' : 'skipped', code)
  }
  for (const owed of drained) {
    const runs = owed.kind === 'query' ? owed.runs : 'run' in owed ? [owed.run] : []
    for (const run of runs) if (run !== undefined) settle(session, run, 'lost', code)
    if (owed.kind === 'ask') owed.answered(undefined)
    if ('settled' in owed) owed.settled?.()
  }
  session.names.forgetAllCursors()
}
