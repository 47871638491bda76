import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision, Deny } from '@sluice/core/policy/decision'
import { ownDenial } from '@sluice/core/policy/own-denial'
import type { StatementResult } from '@sluice/core/record/statement'
import { type BoundValues, closeRecord, type Execution, openRecord } from '@sluice/gateway/pipeline/admit'
import { decideStatement } from '@sluice/gateway/pipeline/decide'
import { errno } from '../replies/errno.ts'
import type { Allowed } from './running.ts'
import type { WireSession } from './wire-session.ts'

/** Decides one analysed statement for this session, now. */
export function decide({ governance, who }: WireSession, analysis: Analysis): Decision {
  return decideStatement(governance, who, analysis)
}

/** Opens the record of one execution. */
export function record(
  session: WireSession,
  analysis: Analysis,
  decision: Decision,
  values: BoundValues,
  traceparent: string | undefined,
): Execution {
  session.statements += 1
  return openRecord(session.governance, session.who, analysis, decision, values, traceparent)
}

/** Narrows an execution to one that policy allows. */
export function isAllowed(execution: Execution): execution is Allowed {
  return execution.decision.kind === 'allow'
}

const REFUSED: StatementResult = {
  outcome: 'refused',
  code: String(errno.tableAccessDenied),
  exposed: [],
  masked: [],
}

/** Closes the record of a statement that was never sent. */
export function closeUnsent(session: WireSession, execution: Execution): void {
  closeRecord(session.governance, session.who, execution, REFUSED, 0, 0)
}

/** A denial of the gateway's own, beside the policy's rules. */
export function denied({ governance }: WireSession, rule: string, message: string, hint: string): Deny {
  return ownDenial({ rule, message, hint, policyVersion: governance.policy().version })
}
