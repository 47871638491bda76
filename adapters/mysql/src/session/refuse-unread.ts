import type { Analysis } from '@sluice/core/analysis/context'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { closeRecord, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import type { Refusal } from '../replies/refusal.ts'
import { denied, record } from './decide.ts'
import { refuse } from './refuse.ts'
import type { WireSession } from './wire-session.ts'

/** What is known of something that a client sent and nobody read. */
export type Unread = {
  /** What it is: `a text`, `an execution`, or a command. */
  readonly what: string
  readonly bytes: number
  /** The statement that it would have executed, where that was read when it was prepared. */
  readonly prepared?: ReadStatement
  /** The caller's trace context, from a comment in its text. Absent: it has no text, or that says none. */
  readonly traceparent?: string | undefined
}

/**
 * Refuses what is not read, and records that: what it was, how long, and why it was refused; nothing of what it says.
 * INVARIANT (secrets-stay-out). Throws JournalUnavailable.
 */
export function refuseUnread(session: WireSession, unread: Unread, refusal: Refusal): void {
  if (session.over) return
  const { governance, who } = session
  const decision = denied(session, 'sluice:unread', refusal.message, refusal.hint)
  const analysis = analysisOf(session, unread, refusal)
  const execution = record(session, analysis, decision, NO_VALUES, unread.traceparent)
  closeRecord(governance, who, execution, statementResult('refused', String(refusal.code), undefined), 0, 0)
  refuse(session, refusal)
}

/** As of a statement that is not understood. INVARIANT (deny-by-default). */
function analysisOf(
  { governance }: WireSession,
  { what, bytes, prepared }: Unread,
  { message }: Refusal,
): Analysis {
  return {
    facts: {
      verb: 'opaque',
      verbs: ['opaque'],
      effects: ['unknown'],
      tables: [],
      columns: [],
      functions: [],
      bounded: false,
      outputs: 'unknown',
      flows: [],
      uses: [],
      dynamic: true,
      opaque: `${what} of ${bytes} bytes was not read: ${message}`,
      parameterCount: prepared?.parameterCount ?? 0,
      fingerprint: prepared?.fingerprint ?? '',
      canonical: prepared?.canonical ?? '',
    },
    changes: [],
    catalogVersion: governance.catalog.last()?.version ?? 0,
    steps: [],
  }
}
