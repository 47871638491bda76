import { closeRecord, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import { UNREAD_RULE, type Unread, unreadAnalysis } from '@sluice/gateway/pipeline/unread'
import type { Refusal } from '../replies/refusal.ts'
import { denied, record } from './decide.ts'
import { refuse } from './refuse.ts'
import type { WireSession } from './wire-session.ts'

/** Refuses what is not read, and records that. Throws JournalUnavailable. */
export function refuseUnread(session: WireSession, unread: Unread, refusal: Refusal): void {
  if (session.over) return
  const { governance, who } = session
  const decision = denied(session, UNREAD_RULE, refusal.message, refusal.hint)
  const analysis = unreadAnalysis(governance, unread, refusal.message)
  const execution = record(session, analysis, decision, NO_VALUES, unread.traceparent)
  closeRecord(governance, who, execution, statementResult('refused', String(refusal.code), undefined), 0, 0)
  refuse(session, refusal)
}
