import { encodeCancelRequest } from '../messages/cancel-request.ts'
import type { Dial } from './dial.ts'
import type { UpstreamSession } from './login.ts'

/** Longest wait for the database to take a cancel request. */
const CANCEL_TIMEOUT_MS = 5_000

/**
 * Asks the database to cancel what runs on a session, over TLS where its sessions are, and at the very address: where a name
 * leads to several servers, another one does not know the key. Resolves when the database has
 * closed the connection, which it does after it has passed the signal on; also when that fails, since a cancel is a
 * request.
 */
export async function cancelUpstream(
  dial: Dial,
  { key, address }: Pick<UpstreamSession, 'key' | 'address'>,
): Promise<void> {
  if (key === undefined) return
  const dialled = await dial(address).catch(() => undefined)
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
