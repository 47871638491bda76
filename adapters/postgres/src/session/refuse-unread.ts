import { ownDenial } from '@sluice/core/policy/own-denial'
import { closeRecord, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import { UNREAD_RULE, type Unread, unreadAnalysis } from '@sluice/gateway/pipeline/unread'
import { type Frame, HEADER_BYTES } from '../framing/frame-piece.ts'
import { extendedQueryTypes, frontend } from '../messages/codes.ts'
import type { Refusal } from '../replies/refusal.ts'
import { record } from './decide.ts'
import { refuseExtended, refuseSimple } from './refuse.ts'
import { isDeaf } from './send.ts'
import type { Session } from './session.ts'

/** A client's message of which nothing was understood: its type, and the length of its body. */
export type UnreadMessage = Pick<Unread, 'bytes' | 'traceparent'> & { readonly type: number }

/** Before the framer goes on: the frame is reused then. */
export const unreadOf = ({ type, start, end }: Pick<Frame, 'type' | 'start' | 'end'>): UnreadMessage => ({
  type,
  bytes: end - start - HEADER_BYTES,
})

/** Messages that bring a statement, or run one. */
const recorded: ReadonlyMap<number, string> = new Map([
  [frontend.Query, 'Query'],
  [frontend.Parse, 'Parse'],
  [frontend.Bind, 'Bind'],
  [frontend.Execute, 'Execute'],
  [frontend.FunctionCall, 'FunctionCall'],
])

/** Refuses a message before it was decided, and records that. Throws JournalUnavailable. */
export function refuseUnread(
  session: Session,
  message: UnreadMessage,
  refusal: Refusal,
): void | Promise<void> {
  if (isDeaf(session)) return undefined
  recordUnread(session, message, refusal)
  return refuseUnrecorded(session, message, refusal)
}

/** The same where there can be no record, or is one. */
export function refuseUnrecorded(
  session: Session,
  { type }: UnreadMessage,
  refusal: Refusal,
): void | Promise<void> {
  if (extendedQueryTypes.has(type)) return refuseExtended(session, refusal)
  return refuseSimple(session, refusal)
}

function recordUnread(session: Session, { type, bytes, traceparent }: UnreadMessage, refusal: Refusal): void {
  const what = recorded.get(type)
  if (what === undefined) return
  const { governance, who } = session
  const { code, message, hint } = refusal
  const { version: policyVersion } = governance.policy()
  const decision = ownDenial({ rule: UNREAD_RULE, message, hint, policyVersion })
  const analysis = unreadAnalysis(governance, { what, bytes }, message)
  const execution = record(session, analysis, decision, NO_VALUES, traceparent)
  closeRecord(governance, who, execution, statementResult('refused', code, undefined), 0, 0)
}
