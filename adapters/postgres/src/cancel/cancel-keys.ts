import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { BackendKeyData } from '../messages/backend-key-data.ts'
import type { CancelRequest } from '../messages/cancel-request.ts'
import { MIN_SECRET_KEY_BYTES } from '../messages/secret-key.ts'

/** Bytes at the start of a long key that say whose it is. */
export const INSTANCE_BYTES = 8
/** Length of the keys for clients of protocol 3.2, as PostgreSQL 18's own: the instance and 24 random bytes. */
export const LONG_KEY_BYTES = 32

/** Cancels what a session runs; resolves when the database has been told. */
export type Cancel = () => Promise<void>

/**
 * The cancel keys the gateway hands out: its own, so that a client never holds the database's. One set for the whole
 * process, since a request may come in at another listener than the session's.
 */
export class CancelKeys {
  /** Says in a long key which gateway of a host made it. */
  readonly instance: Buffer = randomBytes(INSTANCE_BYTES)
  readonly #sessions = new Map<number, { secretKey: Buffer; cancel: Cancel }>()

  /**
   * A key for a session; `long` where its client speaks protocol 3.2. `cancel` is called when a client shows it. Its
   * process id is the database's own where that is free: clients compare it with `pg_backend_pid()` and with the
   * sender of a notification.
   */
  issue(cancel: Cancel, upstreamProcessId: number | undefined, long: boolean): BackendKeyData {
    let processId = upstreamProcessId ?? anyProcessId()
    while (this.#sessions.has(processId)) processId = anyProcessId()
    const secretKey = long
      ? Buffer.concat([this.instance, randomBytes(LONG_KEY_BYTES - INSTANCE_BYTES)])
      : randomBytes(MIN_SECRET_KEY_BYTES)
    this.#sessions.set(processId, { secretKey, cancel })
    return { processId, secretKey }
  }

  /** The session is over: its key opens nothing any more. */
  revoke(key: BackendKeyData): void {
    this.#sessions.delete(key.processId)
  }

  /** What a request with the right key cancels; undefined for any other. Keys are compared in constant time. */
  find({ processId, secretKey }: CancelRequest): Cancel | undefined {
    const session = this.#sessions.get(processId)
    if (session === undefined || session.secretKey.length !== secretKey.length) return undefined
    return timingSafeEqual(session.secretKey, secretKey) ? session.cancel : undefined
  }
}

function anyProcessId(): number {
  return randomInt(1, 0x7fff_ffff)
}
