import type { MaskPlan } from '@sluice/core/mask/plan'
import type { Allow } from '@sluice/core/policy/decision'
import type { StatementResult } from '@sluice/core/record/statement'
import { closeRecord, type Execution } from '@sluice/gateway/pipeline/admit'
import type { Amounts, Exceeded } from '@sluice/gateway/pipeline/spend'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import type { WireSession } from './wire-session.ts'

/** An execution that policy allows. */
export type Allowed = Execution & { readonly decision: Allow }

/** A permitted execution while the database works on it. */
export type Running = {
  readonly execution: Allowed
  /** Of the present result, once it is described. INVARIANT (no-unproven-column): no row leaves without it. */
  plan: MaskPlan | undefined
  /** Of the results before that had rows. */
  shown: MaskPlan | undefined
  /** Rows of the present result. */
  resultRows: number
  /** Rows of all results, or rows that were changed. */
  rows: number
  /** What went out of the statement, also by the fetches of its cursor before: what limits count. */
  readonly returned: Returned
  bytes: number
  /** The limit that was passed: what still comes is dropped and the client gets this error. */
  overLimit: Exceeded | undefined
  closed: boolean
}

/** How much of a statement's results went out. */
export type Returned = { -readonly [K in keyof Amounts]: Amounts[K] }

/** Nothing yet. */
export const nothingReturned = (): Returned => ({ rows: 0, bytes: 0, labelled: 0 })

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
