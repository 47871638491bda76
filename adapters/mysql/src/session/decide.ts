import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision, Deny } from '@sluice/core/policy/decision'
import { ownDenial } from '@sluice/core/policy/own-denial'
import {
  type Allowed,
  type BoundValues,
  closeRecord,
  type Execution,
  isAllowed,
  openRecord,
} from '@sluice/gateway/pipeline/admit'
import { decideStatement } from '@sluice/gateway/pipeline/decide'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import { type Refusal, refusalOf } from '../replies/refusal.ts'
import { refuse } from './refuse.ts'
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

/** The same where policy allows it; otherwise it is refused, and undefined. */
export function recordAllowed(
  session: WireSession,
  analysis: Analysis,
  decision: Decision,
  values: BoundValues,
  traceparent: string | undefined,
): Allowed | undefined {
  const execution = record(session, analysis, decision, values, traceparent)
  if (isAllowed(execution)) return execution
  if (decision.kind === 'deny') refuseUnsent(session, execution, decision)
  return undefined
}

/**
 * Refuses an execution that was never sent: its record closes with the number that the client is told. `told`: what that is, if
 * not what the denial says.
 */
export function refuseUnsent(session: WireSession, execution: Execution, deny: Deny, told?: Refusal): void {
  const refusal = told ?? refusalOf(deny, execution.analysis.facts, session.text.modes)
  const result = statementResult('refused', String(refusal.code), undefined)
  closeRecord(session.governance, session.who, execution, result, 0, 0)
  refuse(session, refusal)
}

/** A denial of the gateway's own, beside the policy's rules. */
export function denied({ governance }: WireSession, rule: string, message: string, hint: string): Deny {
  return ownDenial({ rule, message, hint, policyVersion: governance.policy().version })
}
