import { isCapped } from '@sluice/core/policy/caps'
import { countRows, leftNow } from '@sluice/gateway/pipeline/spend'
import { cancelRunning } from '@sluice/gateway/session/interruptible'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { MessageRun } from '../../framing/frame-piece.ts'
import type { Framer } from '../../framing/framer.ts'
import { maskDataRows, passDataRows } from '../../values/data-row.ts'
import type { Expectation } from '../expectations.ts'
import { type Running, returnedByCursor } from '../running.ts'
import { sendRows } from '../send.ts'
import type { Session } from '../session.ts'
import { planFromPortal } from './result-plan.ts'

/** The execution that the database is busy with: it sends its result, or plans it. Undefined: none that is recorded. */
export function runOf(owed: Expectation | undefined): Running | undefined {
  if (owed === undefined) return undefined
  if (owed.kind === 'query') return owed.runs[owed.at]
  return 'run' in owed ? owed.run : undefined
}

/** The plan under which the head's rows leave. Throws where there is none: fail closed. */
export function planOf(session: Session, owed: Expectation, run: Running): NonNullable<Running['plan']> {
  if (run.plan !== undefined) return run.plan
  if (owed.kind !== 'execute')
    throw new ProtocolViolation('upstream', 'unexpected', 'rows came before their description')
  run.plan = planFromPortal(session, run, owed.portal)
  return run.plan
}

/** DataRow, one at a time: near a row limit, or cut by the network. */
export function handleDataRow(session: Session, owed: Expectation, run: Running, raw: Buffer): void {
  const plan = planOf(session, owed, run)
  if (!countOrStop(session, run, 1, raw.length)) return
  sendRows(session, plan.pass ? passDataRows(plan, raw) : maskDataRows(plan, raw))
}

/** The longest run of rows that may still go out, up to `mostBytes`. */
export function limitedRun(
  session: Session,
  framer: Framer,
  type: number,
  run: Running,
): MessageRun | undefined {
  if (!isCapped(run.execution.decision.obligations)) return framer.run(type)
  joinCursor(session, run)
  const left = leftNow(session.governance, run)
  return framer.run(type, left.rows, left.bytes)
}

/** A cursor that was declared in the same text as its FETCH is known by the time rows come. */
function joinCursor(session: Session, run: Running): void {
  if (run.rows === 0) run.returned = returnedByCursor(session, run.execution) ?? run.returned
}

/**
 * Counts rows; false once a limit is passed: then they are dropped and the database is asked to stop, unless the
 * cancel could hit a statement that was sent behind this one.
 */
export function countOrStop(session: Session, run: Running, rows: number, bytes: number): boolean {
  if (run.overLimit !== undefined) return false
  // Behind a result that passed a limit, in its text or its pipeline, no row leaves: none counts.
  if (session.muted !== undefined) {
    run.overLimit = session.muted
    return false
  }
  if (isCapped(run.execution.decision.obligations)) joinCursor(session, run)
  if (countRows(session.governance, run, rows, bytes)) return true
  if (!session.expectations.owesBehindSync()) void cancelRunning(session)
  return false
}
