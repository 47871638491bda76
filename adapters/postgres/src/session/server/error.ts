import { statementFailed } from '@sluice/gateway/session/failure'
import { HEADER_BYTES } from '../../framing/frame-piece.ts'
import {
  decodeErrorResponse,
  type ErrorResponse,
  encodeErrorResponse,
} from '../../messages/error-response.ts'
import { errorReply } from '../../replies/refusal.ts'
import { sqlstate } from '../../replies/sqlstate.ts'
import { endBrokenCopy, heardAmidCopy } from '../client/break-copy.ts'
import { releaseHeldSync } from '../client/held-sync.ts'
import type { Expectation } from '../expectations.ts'
import { NOTHING } from '../refuse.ts'
import { type Running, settle } from '../running.ts'
import type { Session } from '../session.ts'
import { confirmFailed, tellOverLimit } from './complete.ts'
import { emit } from './emit.ts'
import { recordUncommitted } from './implicit-commit.ts'
import { runOf } from './rows.ts'
import { withheldError } from './withhold.ts'

/** ErrorResponse: the head failed; in the extended protocol everything up to Sync is passed over with it. */
export function handleError(session: Session, owed: Expectation, payload: Buffer, raw: Buffer): void {
  const error = decodeErrorResponse(payload)
  const heard = heardAmidCopy(session, error)
  if (heard === undefined) return fail(session, owed, error, raw)
  fail(session, owed, heard, encodeErrorResponse(heard))
  endBrokenCopy(session)
}

function fail(session: Session, owed: Expectation, error: ErrorResponse, raw: Buffer): void {
  const code = error.fields.get('C') ?? ''
  const run = runOf(owed)
  recordTakenBack(session, owed, isFatal(error) ? 'lost' : 'failed', code)
  if (isFatal(error)) {
    lastWord(session, run, code, withheldError(session, error, owed) ?? raw)
    return
  }
  session.failed = true
  const refusal = refusalAt(owed)
  if (refusal !== undefined) emit(session, refusal)
  else if (run?.overLimit !== undefined) tellOverLimit(session, run)
  else if (owed.kind !== 'ask') emit(session, withheldError(session, error, owed) ?? raw)
  if (run !== undefined) confirmFailed(session, run.execution.analysis)
  if (owed.kind === 'function-call' || owed.kind === 'replication') {
    settle(session, owed.run, 'failed', code)
    return
  }
  if (owed.kind === 'query') {
    if (run !== undefined) settle(session, run, 'failed', code)
    for (const later of owed.runs.slice(owed.at + 1)) settle(session, later, 'skipped', code)
    if (session.heldSync !== undefined) releaseHeldSync(session, session.heldSync, code)
    return
  }
  if (owed.kind === 'refusal' && owed.protocol === 'simple') return
  const passed = skipToSync(session, code)
  if (owed.kind === 'ask') tellBehindQuestion(session, passed)
}

/** An error takes back what its pipeline, or its text, has done before: a Sync's own tells of nothing else. */
function recordTakenBack(
  session: Session,
  owed: Expectation,
  outcome: 'failed' | 'lost',
  code: string,
): void {
  if (session.transaction !== 'I') return
  const isSync = owed.kind === 'sync' && owed.own !== true
  if (session.uncommitted !== 'changes' && !(isSync && outcome === 'failed')) return
  // Amid a statement the database ends before it commits.
  recordUncommitted(session, isSync ? outcome : 'failed', refusalCode(session, owed) ?? code)
}

/** What the client is told, where the gateway meant the database to fail. */
function refusalCode({ muted }: Session, owed: Expectation): string | undefined {
  if (muted !== undefined) return sqlstate.programLimitExceeded
  const reply = refusalAt(owed)
  if (reply === undefined || reply === NOTHING) return undefined
  return decodeErrorResponse(reply.subarray(HEADER_BYTES)).fields.get('C')
}

/**
 * The database passes over the rest of a pipeline amid which a question failed, of which the client has heard nothing. It is
 * told of the refusal that stands behind it, as of a statement that was cancelled while it waited.
 */
function tellBehindQuestion(session: Session, { skipped, synced }: Skipped): void {
  const refusal = skipped.find((owed) => owed.kind === 'refusal')
  if (refusal !== undefined) emit(session, refusal.reply)
  else if (!synced) emit(session, errorReply({ code: sqlstate.internalError, ...statementFailed }))
}

/** What the client is told instead, where the gateway meant the database to fail. */
function refusalAt(owed: Expectation): Buffer | undefined {
  if (owed.kind === 'refusal') return owed.reply
  return owed.kind === 'query' && owed.at === owed.runs.length ? owed.refusal : undefined
}

function isFatal({ fields }: ErrorResponse): boolean {
  const severity = fields.get('V') ?? fields.get('S')
  return severity === 'FATAL' || severity === 'PANIC'
}

/** The database closes the connection behind a fatal error; the client is told what the database said, no more. */
function lastWord(session: Session, run: Running | undefined, code: string, reply: Buffer): void {
  if (run !== undefined) settle(session, run, 'failed', code)
  emit(session, reply)
  session.end('the database ended the session')
}

type Skipped = ReturnType<Session['expectations']['takeSkipped']>

/** The database ignores all it was sent up to the next Sync: none of it counts. */
function skipToSync(session: Session, code: string): Skipped {
  const { head } = session.expectations
  const planning = runOf(head)
  // Before what stands behind it: its Execute, which the database passes over, has the same record.
  if (planning !== undefined) settle(session, planning, 'failed', code)
  const taken = session.expectations.takeSkipped()
  const { skipped, synced } = taken
  const last = skipped.length - 1
  skipped.forEach((owed, i) => {
    const outcome = i === last || executes(owed, head) ? 'failed' : 'skipped'
    passedOver(session, owed, outcome, code)
  })
  if (!synced) session.skipping = true
  if (session.heldSync !== undefined) releaseHeldSync(session, session.heldSync, code)
  return taken
}

/** Whether it would have executed what failed by then, as it was read, described or planned. */
function executes(owed: Expectation, failed: Expectation | undefined): boolean {
  if (owed.kind !== 'execute' || failed === undefined) return false
  if ('portal' in failed) return owed.portal === failed.portal
  return 'prepared' in failed && owed.portal.prepared === failed.prepared
}

function passedOver(session: Session, owed: Expectation, outcome: 'failed' | 'skipped', code: string): void {
  if (session.voiding !== undefined && runOf(owed) === session.voiding) session.voiding = undefined
  switch (owed.kind) {
    case 'execute':
      settle(session, owed.run, outcome, code)
      owed.settled?.()
      break
    case 'parse':
    case 'bind':
      owed.change.undo()
      if (owed.run !== undefined) settle(session, owed.run, outcome, code)
      break
    case 'close':
      owed.change.undo()
      break
    case 'ask':
      // Its statement may be there all the same.
      session.questionFailed = true
      owed.answered(undefined)
      break
    case 'describe-statement':
      if (owed.run !== undefined) settle(session, owed.run, outcome, code)
      if (owed.prepared?.described === 'asked') owed.prepared.described = undefined
      break
    case 'describe-portal':
      if (owed.portal?.described === 'asked') owed.portal.described = undefined
      break
    case 'function-call':
      settle(session, owed.run, 'skipped', code)
      owed.settled?.()
      break
    case 'query':
      // The database reads past a Query too.
      for (const run of owed.runs) settle(session, run, 'skipped', code)
      owed.settled?.()
      break
    case 'replication':
      settle(session, owed.run, 'skipped', code)
      break
    case 'sync':
    case 'refusal':
      break
  }
}
