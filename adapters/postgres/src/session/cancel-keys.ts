import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { BackendKeyData } from '../messages/backend-key-data.ts'
import type { CancelRequest } from '../messages/cancel-request.ts'

/** The cancel keys the gateway hands out: its own, so that a client never holds the database's. */
export class CancelKeys {
  readonly #sessions = new Map<number, { secretKey: Buffer; cancel: () => void }>()

  /**
   * A key for a session. `cancel` is called when a client shows it. Its process id is the database's own where that is
   * free: clients compare it with `pg_backend_pid()` and with the sender of a notification.
   */
  issue(cancel: () => void, upstreamProcessId: number | undefined): BackendKeyData {
    let processId = upstreamProcessId ?? anyProcessId()
    while (this.#sessions.has(processId)) processId = anyProcessId()
    const secretKey = randomBytes(4)
    this.#sessions.set(processId, { secretKey, cancel })
    return { processId, secretKey }
  }

  revoke(key: BackendKeyData): void {
    this.#sessions.delete(key.processId)
  }

  /** Acts on a request whose key is right; says nothing to anyone otherwise, as the protocol has it. */
  request({ processId, secretKey }: CancelRequest): void {
    const session = this.#sessions.get(processId)
    if (session === undefined || session.secretKey.length !== secretKey.length) return
    if (timingSafeEqual(session.secretKey, secretKey)) session.cancel()
  }
}

function anyProcessId(): number {
  return randomInt(1, 0x7fff_ffff)
}
