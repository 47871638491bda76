import type { Analysis } from '@sluice/core/analysis/context'
import type { Allow, Decision, Deny } from '@sluice/core/policy/decision'
import type { StatementResult } from '@sluice/core/record/statement'
import { type BoundValues, closeRecord, type Execution, openRecord } from '@sluice/gateway/pipeline/admit'
import { decideStatement } from '@sluice/gateway/pipeline/decide'
import type { Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'
import { denyUnfollowed } from './followed-names.ts'
import { noteNotifying } from './notifiers.ts'
import type { Session } from './session.ts'

/** Decides one analysed statement for this session, now. */
export function decide(session: Session, analysis: Analysis): Decision {
  const unfollowed = denyUnfollowed(analysis, session.governance.policy().version)
  return unfollowed ?? decideStatement(session.governance, session.who, analysis)
}

/** Opens the record of one execution. */
export function record(
  session: Session,
  analysis: Analysis,
  decision: Decision,
  values: BoundValues,
  traceparent: string | undefined,
): Execution {
  session.statements += 1
  if (decision.kind === 'allow') noteNotifying(session, analysis)
  return openRecord(session.governance, session.who, analysis, decision, values, traceparent)
}

/** Narrows an execution to one that policy allows. */
export function isAllowed(execution: Execution): execution is Execution & { readonly decision: Allow } {
  return execution.decision.kind === 'allow'
}

/** Closes the record of a statement that was never sent. */
export function closeUnsent(session: Session, execution: Execution): void {
  const result = execution.decision.kind === 'deny' ? REFUSED : SKIPPED
  closeRecord(session.governance, session.who, execution, result, 0, 0)
}

const code = sqlstate.insufficientPrivilege

const REFUSED: StatementResult = { outcome: 'refused', code, exposed: [], masked: [] }

const SKIPPED: StatementResult = { outcome: 'skipped', code, exposed: [], masked: [] }

/** What the client is told of a denial. */
export function refusalOf(deny: Deny): Refusal {
  return { code: sqlstate.insufficientPrivilege, message: deny.message, hint: deny.hint }
}
