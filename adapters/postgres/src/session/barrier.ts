import type { Analysis } from '@sluice/core/analysis/context'
import type { Session } from './session.ts'

/**
 * True where what stands behind a statement has to wait for its answer: it may change how that is read, or take it as data.
 * INVARIANT (no-unproven-column): PostgreSQL 13 fails a COPY for any other message and drops that, so that the result of the
 * next would be taken for its own.
 */
export function isAwaited(analysis: Analysis): boolean {
  return analysis.changes.length > 0 || mayCopyIn(analysis)
}

/** True of a COPY IN. What is not understood may be one too; it was permitted as it is. */
export function mayCopyIn({ copy, facts }: Analysis): boolean {
  return copy?.direction === 'in' || facts.opaque !== undefined
}

/**
 * A statement was sent that is to be awaited: until the database has confirmed or refused it, the
 * client's next message that names anything waits. Returns what to call then.
 */
export function raiseBarrier(session: Session): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  session.barrier = promise
  session.changesSent += 1
  return () => {
    if (session.barrier === promise) session.barrier = undefined
    resolve()
  }
}
