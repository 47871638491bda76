import { whenReady } from '@sluice/gateway/session/interruptible'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'
import type { WireSession } from './wire-session.ts'

/** What a client is told of its statement that was cancelled before the database had it. */
export const canceled: Refusal = {
  code: errno.queryInterrupted,
  message: 'the statement was cancelled',
  hint: 'it was still in the gateway: the database has not seen it',
}

/** A statement was cancelled before the database had it. Fault: client. May be retried: nothing of it was forwarded. */
export class Canceled extends Error {
  override readonly name = 'Canceled'
}

/** In the place of a value that was waited for when a cancel came. */
export const CANCELED: unique symbol = Symbol('canceled')

/** Waits for something in the gateway. A cancel that comes before ends the wait. */
export async function orCanceled<T>(session: WireSession, value: Promise<T>): Promise<T | typeof CANCELED> {
  let came: T | typeof CANCELED = CANCELED
  await whenReady(
    session,
    value,
    (ready) => {
      came = ready
    },
    () => undefined,
  )
  return came
}
