import type { Analysis } from '@sluice/core/analysis/context'
import type { Facts } from '@sluice/core/analysis/facts'
import type { Decision } from '@sluice/core/policy/decision'
import { admit, type BoundValues, isAllowed, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { nothingReturned, type Returned } from '@sluice/gateway/pipeline/spend'
import { whenReady } from '@sluice/gateway/session/interruptible'
import type { Slice } from '@sluice/wire/outgoing'
import { canceled } from '../canceled.ts'
import { closeUnsent, record, refusalOf } from '../decide.ts'
import { failureCodeOf } from '../failure-code.ts'
import type { Opened, Portal, Prepared } from '../names.ts'
import { refuseExtended } from '../refuse.ts'
import { type Running, returnedByCursor, running, settle } from '../running.ts'
import { isDeaf, sendStatement } from '../send.ts'
import type { Session } from '../session.ts'
import { keeps } from './behind-limit.ts'
import type { ClientFrame } from './frame.ts'

/** A statement as it is understood and decided now, and what else its record has. */
type Decided = {
  readonly analysis: Analysis
  readonly decision: Decision
  readonly values: BoundValues
  readonly traceparent: string | undefined
  /** What went out of the same result before. */
  readonly returned: Returned
}

/** A portal's statement, decided. */
export const decidedOf = (
  { values, prepared, returned }: Portal,
  analysis: Analysis,
  decision: Decision,
): Decided => ({
  analysis,
  decision,
  values,
  traceparent: prepared.traceparent,
  returned,
})

/** A statement that is read, decided: there are no values yet. */
export const decidedRead = ({ traceparent }: Prepared, analysis: Analysis, decision: Decision): Decided => ({
  analysis,
  decision,
  values: NO_VALUES,
  traceparent,
  returned: nothingReturned(),
})

/** Sends what has a recorded statement read or planned, and remembers what it may do for what stands behind it. */
export function sendEarly(session: Session, { run, permit }: Opened, frame: Slice): void {
  const { analysis } = run.execution
  if (analysis.changes.length > 0) {
    session.contextStale = true
    session.changesSent += 1
    if (analysis.changes.some(({ kind }) => kind === 'names-void')) session.voiding = run
  }
  if (keeps(analysis)) session.pipelineKeeps = true
  sendStatement(session, permit, frame)
  session.sinceSync += 1
  session.pipelineBegun = true
}

/** Forwards the message that has a statement run, planned or read; `subject` is what it makes or runs. */
type Forward<T> = (session: Session, opened: Opened, subject: T, frame: Slice) => void

/**
 * Opens the record of a statement and forwards the message once the permit is there; refuses it where policy does.
 * INVARIANT (record-before-effect).
 */
export function open<T>(
  session: Session,
  { analysis, decision, values, traceparent, returned }: Decided,
  subject: T,
  frame: ClientFrame,
  forward: Forward<T>,
): void | Promise<void> {
  const execution = record(session, analysis, decision, values, traceparent)
  if (decision.kind === 'deny' || !isAllowed(execution)) {
    closeUnsent(session, execution)
    if (decision.kind === 'deny') refuseExtended(session, refusalOf(decision))
    return undefined
  }
  const run = running(execution, returnedByCursor(session, execution) ?? returned)
  const permit = admit(session.governance, session.who, execution)
  if (!(permit instanceof Promise)) return goOn(session, { run, permit }, subject, frame, forward)
  const kept = frame.keep()
  return whenReady(
    session,
    permit,
    (granted) => goOn(session, { run, permit: granted }, subject, kept, forward),
    () => {
      settle(session, run, 'refused', canceled.code)
      refuseExtended(session, canceled)
    },
    (error) => settle(session, run, 'refused', failureCodeOf(error)),
  )
}

function goOn<T>(session: Session, opened: Opened, subject: T, frame: Slice, forward: Forward<T>): void {
  if (isDeaf(session)) settle(session, opened.run, 'skipped')
  else forward(session, opened, subject, frame)
}

/**
 * The record that was opened at Bind, for the portal's first Execute, where nothing has changed since: the same statement
 * is allowed by the same policy. Otherwise the record stands for the Bind alone.
 */
export function takeOpened(
  session: Session,
  portal: Portal,
  { analysis, decision }: Pick<Decided, 'analysis' | 'decision'>,
): Opened | undefined {
  const { opened } = portal
  if (opened === undefined) return undefined
  portal.opened = undefined
  const { execution } = opened.run
  const same =
    execution.analysis === analysis &&
    decision.kind === 'allow' &&
    execution.decision.policyVersion === decision.policyVersion
  if (same) return opened
  settleBound(session, opened.run)
  return undefined
}

/**
 * Closes the record of what was bound and never executed. Code of the users' own may have done something in its planning, and
 * that is done then; what runs none, or only looks, did nothing.
 */
export function settleBound(session: Session, run: Running): void {
  if (session.over) settle(session, run, 'lost')
  else settle(session, run, mayHaveActed(run.execution.analysis.facts) ? 'completed' : 'skipped')
}

/** Planning runs no function that is volatile, which of the server's all are that do more than look, but those that run a text. */
function mayHaveActed({ opaque, dynamic, functions }: Facts): boolean {
  if (opaque !== undefined || dynamic) return true
  return functions.some(
    ({ schema, effect }) =>
      effect !== 'pure' && effect !== 'reads' && (effect === 'dynamic' || schema !== 'pg_catalog'),
  )
}
