import { isCapped } from '@sluice/core/policy/caps'
import type { Unit } from '@sluice/core/policy/document'
import { leftOf, spend } from '@sluice/gateway/pipeline/spend'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { MessageRun } from '../../framing/frame-piece.ts'
import type { Framer } from '../../framing/framer.ts'
import { maskDataRow, passDataRows } from '../../values/data-row.ts'
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
export function handleDataRow(
  session: Session,
  owed: Expectation,
  run: Running,
  payload: Buffer,
  raw: Buffer,
): void {
  const plan = planOf(session, owed, run)
  if (!countRows(session, run, 1, raw.length)) return
  sendRows(session, plan.pass ? passDataRows(plan, raw) : maskDataRow(plan, payload))
}

/** The longest run of rows that may still go out, up to `mostBytes`. */
export function limitedRun(
  session: Session,
  framer: Framer,
  type: number,
  run: Running,
): MessageRun | undefined {
  const { decision } = run.execution
  if (!isCapped(decision.obligations)) return framer.run(type)
  joinCursor(session, run)
  const { governance } = session
  const { returned, plan } = run
  const left = (unit: Unit): number => leftOf(governance, decision, unit, returned[unit])
  const labelled = plan?.labelled === undefined ? Number.POSITIVE_INFINITY : left('labelled') / plan.labelled
  return framer.run(type, Math.floor(Math.min(left('rows'), labelled)), left('bytes'))
}

/** A cursor that was declared in the same text as its FETCH is known by the time rows come. */
function joinCursor(session: Session, run: Running): void {
  if (run.rows === 0) run.returned = returnedByCursor(session, run.execution) ?? run.returned
}

/**
 * Counts rows; false once a limit is passed: then they are dropped and the database is asked to stop, unless the
 * cancel could hit a statement that was sent behind this one.
 */
export function countRows(session: Session, run: Running, rows: number, bytes: number): boolean {
  if (run.overLimit !== undefined) return false
  const { decision } = run.execution
  const amounts = { rows, bytes, labelled: rows * (run.plan?.labelled ?? 0) }
  if (isCapped(decision.obligations)) {
    joinCursor(session, run)
    run.overLimit = spend(session.governance, decision, run.returned, amounts)
  }
  if (run.overLimit !== undefined) {
    if (!session.expectations.owesBehindSync()) {
      session.cancelling ??= session.cancelUpstream().finally(() => {
        session.cancelling = undefined
      })
    }
    return false
  }
  run.rows += rows
  run.bytes += bytes
  run.returned.rows += rows
  run.returned.bytes += bytes
  run.returned.labelled += amounts.labelled
  return true
}
