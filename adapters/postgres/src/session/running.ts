import type { MaskPlan, ResultColumn } from '@sluice/core/mask/plan'
import type { StatementResult } from '@sluice/core/record/statement'
import { type Allowed, closeRecord, type Execution } from '@sluice/gateway/pipeline/admit'
import { type Counted, nothingReturned, type Returned } from '@sluice/gateway/pipeline/spend'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import type { CopyMasker } from '../copy/copy-masker.ts'
import type { SqlState } from '../replies/sqlstate.ts'
import type { Session } from './session.ts'

/** A permitted execution while the database works on it. */
export type Running = Counted & {
  /** Known once the result is described. INVARIANT (no-unproven-column): no row leaves without it. */
  plan: MaskPlan | undefined
  /** The result's columns where they were described. */
  columns: readonly ResultColumn[] | undefined
  copy: CopyMasker | undefined
  returned: Returned
  /** For COPY IN: how many Syncs stood behind it when CopyDone or CopyFail went out; undefined before. */
  copyEndedBehindSyncs: number | undefined
  /** What was to keep a transaction took it back, as the database said: the SQLSTATE of why. */
  rolledBack: SqlState | undefined
  closed: boolean
}

/** What counts together with the rows of a FETCH: all that its cursor returned. Undefined: it is not known (yet). */
export const returnedByCursor = ({ names }: Session, { analysis }: Execution): Returned | undefined =>
  analysis.fetches === undefined ? undefined : names.portal(analysis.fetches)?.returned

/** A new one for an execution that is about to be forwarded. `returned` is its portal's, where it has one. */
export function running(execution: Allowed, returned: Returned = nothingReturned()): Running {
  return {
    execution,
    plan: undefined,
    columns: undefined,
    copy: undefined,
    rows: 0,
    returned,
    bytes: 0,
    overLimit: undefined,
    copyEndedBehindSyncs: undefined,
    rolledBack: undefined,
    closed: false,
  }
}

/** Closes the record, once. */
export function settle(
  session: Session,
  run: Running,
  outcome: StatementResult['outcome'],
  code?: string,
): void {
  if (run.closed) return
  run.closed = true
  const result = statementResult(outcome, code, run.rows > 0 ? run.plan : undefined)
  closeRecord(session.governance, session.who, run.execution, result, run.rows, run.bytes)
  session.moves.settle(run.execution, outcome, code)
}
