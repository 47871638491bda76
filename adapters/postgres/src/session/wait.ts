import type { Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'
import type { Session } from './session.ts'

/** What a client is told of its statement that it cancelled before the database had it. */
export const canceled: Refusal = {
  code: sqlstate.queryCanceled,
  message: 'canceling statement due to user request',
  hint: 'it was still in the gateway: the database has not seen it',
}

/**
 * Goes on with `next` once `promise` resolves. A cancel that comes before runs `cancelled` instead, and `next` is
 * never called: a statement that waits to be read, decided, approved or recorded ends at once.
 */
export function whenReady<T>(
  session: Session,
  promise: Promise<T>,
  next: (value: T) => void | Promise<void>,
  cancelled: () => void | Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void => settle(cancelled)
    const settle = (go: () => void | Promise<void>): void => {
      if (session.interrupt !== interrupt) return
      session.interrupt = undefined
      try {
        resolve(go())
      } catch (error) {
        reject(error)
      }
    }
    session.interrupt = interrupt
    promise.then(
      (value) => settle(() => next(value)),
      (error: unknown) => settle(() => Promise.reject(error)),
    )
  })
}
