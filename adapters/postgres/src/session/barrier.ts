import type { Analysis } from '@sluice/core/analysis/context'
import type { Session } from './session.ts'

/**
 * True where what stands behind a statement has to wait for its answer: it may change how that is read, or take it as data.
 * INVARIANT (no-unproven-column): PostgreSQL 13 fails a COPY for any other message and drops that, so that the result of the
 * next would be taken for its own.
 */
export function isAwaited({ changes, copy, facts }: Analysis): boolean {
  return changes.length > 0 || copy?.direction === 'in' || facts.opaque !== undefined
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
