import { ProtocolViolation } from '@sluice/wire/violation'
import { maskDataRow, passDataRows } from '../../values/data-row.ts'
import type { Expectation } from '../expectations.ts'
import type { Running } from '../running.ts'
import { sendRows } from '../send.ts'
import type { Session } from '../session.ts'
import { planFromPortal } from './result-plan.ts'

/** The execution whose result the database is sending, if it is sending one. */
export function runOf(owed: Expectation | undefined): Running | undefined {
  if (owed === undefined) return undefined
  if (owed.kind === 'execute' || owed.kind === 'function-call' || owed.kind === 'replication') return owed.run
  return owed.kind === 'query' ? owed.runs[owed.at] : undefined
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
  if (!countRows(session, run, 1)) return
  run.bytes += raw.length
  sendRows(session, plan.pass ? passDataRows(plan, raw) : maskDataRow(plan, payload))
}

/** How many more rows the statement may return. */
export function rowsLeft(run: Running): number {
  const limit = run.execution.decision.obligations.rows
  return limit === undefined ? Number.POSITIVE_INFINITY : limit.most - run.returned.rows
}

/**
 * Counts rows; false once the limit is passed: then the row is dropped and the database is asked to stop, unless the
 * cancel could hit a statement that was sent behind this one.
 */
export function countRows(session: Session, run: Running, rows: number): boolean {
  if (run.overLimit) return false
  if (rows > rowsLeft(run)) {
    run.overLimit = true
    if (!session.expectations.owesBehindSync()) {
      session.cancelling ??= session.cancelUpstream().finally(() => {
        session.cancelling = undefined
      })
    }
    return false
  }
  run.rows += rows
  run.returned.rows += rows
  return true
}
