import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'

/** How long a client has to take the last bytes that were written to it. */
const LINGER_MS = 2_000

/**
 * Ends a connection and resolves once all that was written has left, or the client is gone or too slow. Over TLS the
 * socket below knows nothing of bytes that still wait to be encrypted: closed at once it would cut the last error off.
 */
export async function leave(stream: Duplex): Promise<void> {
  if (stream.destroyed) return
  stream.end()
  await finished(stream, { readable: false, signal: AbortSignal.timeout(LINGER_MS) }).catch(() => undefined)
}
