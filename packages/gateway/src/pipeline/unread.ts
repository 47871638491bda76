import type { Analysis } from '@sluice/core/analysis/context'
import { withoutTree } from '@sluice/core/analysis/without-tree'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { Governance } from '../session/governance.ts'

/** What is known of something that a client sent and nobody read. */
export type Unread = {
  /** What it is: `a text`, `an execution`, or a message or command by its name. */
  readonly what: string
  readonly bytes: number
  /** The statement that it would have executed, where that was read when it was prepared. */
  readonly prepared?: ReadStatement | undefined
  /** The caller's trace context, from a comment in its text. Absent: it has no text, or that says none. */
  readonly traceparent?: string | undefined
}

/** The rule by which it is refused. */
export const UNREAD_RULE = 'sluice:unread'

/**
 * As of a statement that is not understood: what it was, how long, and why it was refused; nothing of what it says.
 * INVARIANT (deny-by-default), INVARIANT (secrets-stay-out).
 */
export const unreadAnalysis = (
  { catalog }: Pick<Governance, 'catalog'>,
  { what, bytes, prepared }: Unread,
  reason: string,
): Analysis =>
  withoutTree(
    {
      verb: 'opaque',
      effects: ['unknown'],
      outputs: 'unknown',
      dynamic: true,
      opaque: `${what} of ${bytes} bytes was not read: ${reason}`,
      parameterCount: prepared?.parameterCount ?? 0,
      fingerprint: prepared?.fingerprint ?? '',
      canonical: prepared?.canonical ?? '',
    },
    catalog.last()?.version ?? 0,
  )
