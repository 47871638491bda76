import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { BackendKeyData } from '../messages/backend-key-data.ts'
import type { CancelRequest } from '../messages/cancel-request.ts'

/** The cancel keys the gateway hands out: its own, so that a client never holds the database's. */
export class CancelKeys {
  readonly #sessions = new Map<number, { secretKey: Buffer; cancel: () => void }>()

  /** A key for a session. `cancel` is called when a client shows it. */
  issue(cancel: () => void): BackendKeyData {
    let processId = randomInt(1, 0x7fff_ffff)
    while (this.#sessions.has(processId)) processId = randomInt(1, 0x7fff_ffff)
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
