import type { Analysis } from '@sluice/core/analysis/context'
import type { Allow, Decision, Deny } from '@sluice/core/policy/decision'
import { closeRecord, type Execution, openRecord, type ParameterRecord } from '@sluice/gateway/pipeline/admit'
import { decideStatement } from '@sluice/gateway/pipeline/decide'
import type { Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'
import { denyUnfollowed } from './followed-names.ts'
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
  parameters: readonly ParameterRecord[],
  traceparent: string | undefined,
): Execution {
  session.statements += 1
  return openRecord(session.governance, session.who, analysis, decision, parameters, traceparent)
}

/** Narrows an execution to one that policy allows. */
export function isAllowed(execution: Execution): execution is Execution & { readonly decision: Allow } {
  return execution.decision.kind === 'allow'
}

/** Closes the record of a statement that was never sent. */
export function closeUnsent(session: Session, execution: Execution): void {
  const outcome = execution.decision.kind === 'deny' ? 'refused' : 'skipped'
  closeRecord(session.governance, session.who, execution, {
    outcome,
    code: sqlstate.insufficientPrivilege,
    rows: 0,
    bytes: 0,
    exposed: [],
    masked: [],
  })
}

/** What the client is told of a denial. */
export function refusalOf(deny: Deny): Refusal {
  return { code: sqlstate.insufficientPrivilege, message: deny.message, hint: deny.hint }
}
