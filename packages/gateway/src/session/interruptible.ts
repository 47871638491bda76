/** A session whose statement waits in the gateway: `interrupt` ends the wait as a cancel does. */
export type Interruptible = { interrupt: (() => void) | undefined }

/**
 * Goes on with `next` once `promise` resolves. A cancel that comes before runs `cancelled` instead, and `next` is
 * never called: a statement that waits to be read, decided, approved or recorded ends at once.
 */
export function whenReady<T>(
  session: Interruptible,
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
