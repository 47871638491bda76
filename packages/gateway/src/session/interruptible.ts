/** A session whose statement waits in the gateway: `interrupt` ends the wait as a cancel does. */
type Interruptible = { interrupt: (() => void) | undefined }

/**
 * Goes on with `next` once `promise` resolves. A cancel that comes before runs `cancelled` instead, and `next` is
 * never called: a statement that waits to be read, decided, approved or recorded ends at once. `failed` is told first of
 * what the promise is rejected with.
 */
export function whenReady<T>(
  session: Interruptible,
  promise: Promise<T>,
  next: (value: T) => void | Promise<void>,
  cancelled: () => void | Promise<void>,
  failed?: (error: unknown) => void,
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
      (error: unknown) =>
        settle(() => {
          failed?.(error)
          return Promise.reject(error)
        }),
    )
  })
}

/** A session whose statement can be ended at the database as well. */
type Cancellable = Interruptible & {
  /** A cancel under way, so that a second one waits for the first. */
  cancelling: Promise<void> | undefined
  readonly cancelUpstream: () => Promise<void>
}

/**
 * Ends what runs at the database, where something `runs`, and what waits in the gateway; a client waits for one of the two.
 * What an interrupted statement leaves behind is not the database's to cancel. Resolves when the database has been told.
 */
export function cancelCurrent(session: Cancellable, runs: boolean): Promise<void> {
  session.interrupt?.()
  return runs ? cancelRunning(session) : (session.cancelling ?? Promise.resolve())
}

/** Ends what runs at the database. Resolves when the database has been told. */
export function cancelRunning(session: Cancellable): Promise<void> {
  session.cancelling ??= session.cancelUpstream().finally(() => {
    session.cancelling = undefined
  })
  return session.cancelling
}
