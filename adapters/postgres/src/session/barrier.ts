import type { Session } from './session.ts'

/**
 * A statement was sent that may change how later ones are read: until the database has confirmed or refused it, the
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
