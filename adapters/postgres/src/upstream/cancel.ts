import type { BackendKeyData } from '../messages/backend-key-data.ts'
import { encodeCancelRequest } from '../messages/cancel-request.ts'
import type { Dial } from './dial.ts'

/** Longest wait for the database to take a cancel request. */
const CANCEL_TIMEOUT_MS = 5_000

/**
 * Asks the database to cancel what runs under `key`, over TLS where its sessions are. Resolves when the database has
 * closed the connection, which it does after it has passed the signal on; also when that fails, since a cancel is a
 * request.
 */
export async function cancelUpstream(dial: Dial, key: BackendKeyData): Promise<void> {
  const dialled = await dial().catch(() => undefined)
  if (dialled === undefined) return
  const { stream } = dialled
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => stream.destroy(), CANCEL_TIMEOUT_MS)
    stream.on('error', () => undefined)
    stream.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    stream.resume()
    stream.write(encodeCancelRequest(key))
  })
}
