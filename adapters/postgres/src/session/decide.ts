import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision, Deny } from '@sluice/core/policy/decision'
import type { StatementResult } from '@sluice/core/record/statement'
import { type BoundValues, closeRecord, type Execution, openRecord } from '@sluice/gateway/pipeline/admit'
import { decideStatement } from '@sluice/gateway/pipeline/decide'
import type { Refusal } from '../replies/refusal.ts'
import { type SqlState, sqlstate } from '../replies/sqlstate.ts'
import { denyUnfollowed, denyUnreadable } from './followed-names.ts'
import { MISSING_RULE, sayingMissing } from './missing-table.ts'
import { noteNotifying } from './notifiers.ts'
import { denyWithoutRoom, ROOM_RULE, type Room, roomIn } from './room.ts'
import type { Session } from './session.ts'

/** Decides one analysed statement for this session, now. `room`: what those before it in its text leave. */
export function decide(session: Session, analysis: Analysis, room?: Room): Decision {
  if (analysis.changes.length === 0)
    return sayingMissing(session, analysis, decideStatement(session.governance, session.who, analysis))
  const { version } = session.governance.policy()
  const unfollowed = denyUnfollowed(analysis, version) ?? denyUnreadable(analysis, version)
  if (unfollowed !== undefined) return unfollowed
  const decision = decideStatement(session.governance, session.who, analysis)
  if (decision.kind === 'deny') return sayingMissing(session, analysis, decision)
  return denyWithoutRoom(session, analysis, room ?? roomIn(session)) ?? decision
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

/** Closes the record of a statement that was never sent. */
export function closeUnsent(session: Session, execution: Execution): void {
  const { decision } = execution
  const result = decision.kind === 'deny' ? unsent('refused', refusalOf(decision).code) : SKIPPED
  closeRecord(session.governance, session.who, execution, result, 0, 0)
}

const unsent = (outcome: StatementResult['outcome'], code: SqlState): StatementResult => ({
  outcome,
  code,
  exposed: [],
  masked: [],
})

const SKIPPED = unsent('skipped', sqlstate.insufficientPrivilege)

/** Codes of denials that are not a matter of rights. */
const CODES: ReadonlyMap<string, SqlState> = new Map([
  [ROOM_RULE, sqlstate.programLimitExceeded],
  [MISSING_RULE, sqlstate.undefinedTable],
])

/** What the client is told of a denial. */
export function refusalOf({ rules, message, hint }: Deny): Refusal {
  const named = rules.map(({ id }) => CODES.get(id)).find((code) => code !== undefined)
  return { code: named ?? sqlstate.insufficientPrivilege, message, hint }
}
