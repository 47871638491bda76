import { codeAfter } from '@sluice/core/analysis/code-since'
import type { Analysis, ContextChange } from '@sluice/core/analysis/context'
import { tablesAfter } from '@sluice/core/analysis/tables-since'
import type { Transaction } from '@sluice/core/statement/command'
import type { Slice } from '@sluice/wire/outgoing'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeCommandComplete } from '../../messages/command-complete.ts'
import { Remembered } from '../../messages/remembered.ts'
import { errorReply } from '../../replies/refusal.ts'
import { sqlstate } from '../../replies/sqlstate.ts'
import { releaseHeldSync } from '../client/held-sync.ts'
import type { Expectation } from '../expectations.ts'
import type { Portal, Prepared } from '../names.ts'
import { failExtended, NOTHING } from '../refuse.ts'
import { type Running, settle } from '../running.ts'
import type { Session } from '../session.ts'
import { emit, relay } from './emit.ts'
import { noteCompleted } from './implicit-commit.ts'

/** CommandComplete, EmptyQueryResponse or PortalSuspended: one execution is over and took effect. */
export function handleComplete(
  session: Session,
  owed: Expectation,
  run: Running | undefined,
  frame: Slice,
): void {
  if (run !== undefined) {
    if (run.rolledBack !== undefined) settle(session, run, 'failed', run.rolledBack)
    else
      settle(
        session,
        run,
        'completed',
        run.overLimit !== undefined ? sqlstate.programLimitExceeded : undefined,
      )
    confirmAll(session, run.execution.analysis)
    noteCompleted(session, owed, run)
  }
  if (run?.overLimit !== undefined) {
    tellOverLimit(session, run)
    session.muted ??= run.overLimit
    const open = owed.kind === 'execute' && !session.skipping
    if (open && !session.expectations.some(({ kind }) => kind === 'sync')) {
      session.skipping = true
      failExtended(session, NOTHING)
    }
  } else {
    relay(session, frame)
  }
  if (owed.kind === 'query') {
    owed.at += 1
    return
  }
  session.expectations.shift()
  if (owed.kind !== 'execute') return
  owed.settled?.()
  if (session.heldSync !== undefined) releaseHeldSync(session, session.heldSync)
}

const tags = new Remembered((payload, encoding) => {
  const { tag } = decodeCommandComplete(payload, encoding)
  return { tag, affected: Number(tag.slice(tag.lastIndexOf(' ') + 1)) }
})

/** What a command tag says: how many rows an INSERT, UPDATE … touched (its last word), how a transaction ended. */
export function readTag(session: Session, run: Running | undefined, frame: Frame): void {
  const { tag, affected } = tags.read(frame, session.encoding)
  // Nothing completes in a failed transaction but what ends it, or its failure: `IsTransactionExitStmt`. ReadyForQuery, which
  // says whether one is open behind it, comes when the client likes.
  const hadFailed = session.transaction === 'E'
  if (hadFailed) session.transaction = 'T'
  if (tag === 'ROLLBACK') {
    const verb = run?.execution.analysis.facts.verb
    rollBack(session, verb, hadFailed)
    // The database warns of it at most, and says what became of it by the tag alone.
    if (run !== undefined && (verb === 'commit' || verb === 'prepare transaction'))
      run.rolledBack = hadFailed ? sqlstate.inFailedTransaction : sqlstate.noActiveTransaction
  }
  if (tag === 'COMMIT') session.moves.ended()
  if (tag === 'PREPARE TRANSACTION') session.moves.prepared()
  // Rows that were dropped are neither returned nor changed.
  if (run?.rows === 0 && run.overLimit === undefined && Number.isSafeInteger(affected)) run.rows = affected
}

/**
 * ROLLBACK TO has the same tag, and so has PREPARE TRANSACTION where there is no block: that warns, and its pipeline is committed
 * (backend/access/transam/xact.c, `PrepareTransactionBlock`).
 */
function rollBack({ moves, names }: Session, verb: string | undefined, hadFailed: boolean): void {
  if (verb === 'rollback to') return
  if (hadFailed || verb === 'rollback' || verb === 'commit') {
    moves.rolledBack()
    names.rolledBack()
  } else moves.ended()
}

/** Tells the client which limit ended its result. */
export function tellOverLimit(session: Session, run: Running): void {
  const { overLimit } = run
  if (overLimit === undefined) return
  const { message, hint } = overLimit
  emit(session, errorReply({ code: sqlstate.programLimitExceeded, message, hint }))
}

/** A statement is prepared, or described. What ran as it was read is over. */
export function confirmRead(
  session: Session,
  { prepared, run }: Extract<Expectation, { kind: 'parse' | 'describe-statement' }>,
): void {
  if (run === undefined) return
  settle(session, run, 'completed')
  confirmEarly(session, run, prepared)
}

/** A portal is bound. */
export function confirmBound(
  session: Session,
  { portal, run }: Extract<Expectation, { kind: 'bind' }>,
): void {
  portal.boundUnder = session.governance.catalog.current()?.version
  if (run !== undefined) confirmEarly(session, run, portal)
}

/** What code may change that runs as a statement is read or planned. */
const byCode: ReadonlySet<ContextChange['kind']> = new Set<ContextChange['kind']>([
  'settings',
  'catalog',
  'names-void',
])

/** Such code may have changed anything but the statement itself: `kept` is read, or planned, by then. */
function confirmEarly(session: Session, run: Running, kept: Portal | Prepared | undefined): void {
  if (session.voiding === run) session.voiding = undefined
  for (const change of run.execution.analysis.changes)
    if (byCode.has(change.kind)) confirm(session, change, kept)
}

/** What a statement that took effect changes in the session's picture. */
export function confirmAll(session: Session, { changes, facts }: Analysis): void {
  if (changes.length === 0) return
  if (endsTransaction.has(facts.verb)) {
    // Ending a transaction changes settings only where it takes back, or keeps for good, what was set in it. Behind
    // ROLLBACK TO the portals and cursors from before the savepoint live on; names of others stand for nothing.
    if (facts.verb !== 'rollback to') {
      session.names.transactionEnded()
      // Committed by now: in a pipeline ReadyForQuery comes when the client likes.
      if (session.catalogDirty || session.rightsTouched) session.governance.catalog.invalidate()
    }
    session.contextStale ||= session.settingsTouched
    session.tablesSince = changes.reduce(tablesAfter, session.tablesSince)
    // Code may have put another statement in its place, under the name that it was prepared by.
    if (!facts.effects.includes('unknown')) return
  }
  for (const change of changes) confirm(session, change)
}

/** That and nothing else; code that ends transactions may do more. */
const endsTransaction: ReadonlySet<string> = new Set<Transaction['op']>([
  'commit',
  'rollback',
  'rollback to',
  'prepare transaction',
])

/**
 * What a statement that failed may have changed all the same: prepared statements outlive the transaction, and what commits
 * amid itself has committed what it did before.
 */
export function confirmFailed(session: Session, { changes, facts }: Analysis): void {
  if (changes.length === 0) return
  session.contextStale = true
  const committed = session.transaction === 'I' && mayCommitAmid(facts)
  for (const change of changes)
    if (change.kind === 'names-void' || (committed && byCode.has(change.kind))) confirm(session, change)
}

/** Everything else that fails is taken back as a whole. CREATE and DROP INDEX may be CONCURRENTLY. */
const commitsAmid: ReadonlySet<string> = new Set([
  'call',
  'do',
  'create index',
  'drop index',
  'reindex',
  'cluster',
  'vacuum',
  'analyze',
])

function mayCommitAmid({ opaque, verbs }: Analysis['facts']): boolean {
  return opaque !== undefined || verbs.some((verb) => commitsAmid.has(verb))
}

/** INVARIANT: the gateway's picture of the session advances only here, on the database's word. */
function confirm(session: Session, change: ContextChange, kept?: Portal | Prepared): void {
  const { names } = session
  switch (change.kind) {
    case 'settings':
      session.contextStale = true
      session.settingsTouched = true
      session.rightsTouched ||= change.rights === true
      break
    case 'catalog':
      session.catalogDirty = true
      session.codeSince = codeAfter(session.codeSince, change)
      session.tablesSince = tablesAfter(session.tablesSince, change)
      break
    case 'prepare':
      names.prepare(change.name, change.analysis, change.read)
      break
    case 'deallocate':
      if (change.name === undefined) names.forgetAllPrepared()
      else names.forgetPrepared(change.name)
      break
    case 'declare':
      names.declare(change.name, change.analysis, change.hold)
      break
    case 'close':
      if (change.name === undefined) names.forgetAllCursors()
      else names.forgetCursor(change.name)
      break
    case 'transaction-end':
      names.transactionEnded()
      break
    case 'names-void':
      if (change.only === 'cursors') names.voidCursors(kept)
      else names.void(kept)
      break
  }
}
