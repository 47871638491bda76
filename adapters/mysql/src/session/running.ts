import type { MaskPlan } from '@sluice/core/mask/plan'
import type { StatementResult } from '@sluice/core/record/statement'
import { type Allowed, closeRecord } from '@sluice/gateway/pipeline/admit'
import { type Counted, nothingReturned, type Returned } from '@sluice/gateway/pipeline/spend'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import type { WireSession } from './wire-session.ts'

/** A permitted execution while the database works on it. */
export type Running = Counted & {
  /** Of the present result, once it is described. INVARIANT (no-unproven-column): no row leaves without it. */
  plan: MaskPlan | undefined
  /** Of the results before that had rows. */
  shown: MaskPlan | undefined
  /** Rows of the present result. */
  resultRows: number
  closed: boolean
}

/** A new one for an execution that is about to be forwarded. `returned` is its cursor's, where it has one. */
export function running(execution: Allowed, returned: Returned = nothingReturned()): Running {
  return {
    execution,
    plan: undefined,
    shown: undefined,
    resultRows: 0,
    rows: 0,
    returned,
    bytes: 0,
    overLimit: undefined,
    closed: false,
  }
}

/** A result is over: what it showed goes into the record with what the others show. */
export function resultEnded(run: Running): void {
  if (run.resultRows > 0 && run.plan !== undefined)
    run.shown = run.shown === undefined ? run.plan : joined(run.shown, run.plan)
  run.plan = undefined
  run.resultRows = 0
}

/** For the record alone: nothing is masked by it. */
function joined(a: MaskPlan, b: MaskPlan): MaskPlan {
  if (a === b) return a
  const masked = [...a.masked, ...b.masked.filter(({ name }) => !a.masked.some((of) => of.name === name))]
  return { pass: false, cells: [], exposed: [...new Set([...a.exposed, ...b.exposed])], masked }
}

/**
 * Closes the record, once. `code`: the error's number. What a statement moved is never taken back by it: a table that is not
 * transactional keeps what was written before, and code of the users' own may give any number.
 */
export function settle(
  session: WireSession,
  run: Running,
  outcome: StatementResult['outcome'],
  code?: string,
): void {
  if (run.closed) return
  run.closed = true
  resultEnded(run)
  const result = statementResult(outcome, code, run.shown)
  closeRecord(session.governance, session.who, run.execution, result, run.rows, run.bytes)
  session.moves.settle(run.execution, outcome, outcome === 'failed' ? undefined : code)
}
