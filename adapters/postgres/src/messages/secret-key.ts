// PostgreSQL: Frontend/Backend Protocol, "Message Formats": BackendKeyData and CancelRequest
import type { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'

/** Shortest secret key in bytes; the only length of protocol 3.0. */
export const MIN_SECRET_KEY_BYTES = 4
/** Longest secret key in bytes, from protocol 3.2 on. */
const MAX_SECRET_KEY_BYTES = 256

/** Reads the rest of a message as a secret key. */
export function readSecretKey(reader: ByteReader): Buffer {
  const { remaining } = reader
  if (remaining < MIN_SECRET_KEY_BYTES || remaining > MAX_SECRET_KEY_BYTES) {
    throw reader.violation(`has a secret key of ${remaining} bytes, not 4 to 256`)
  }
  return reader.rest()
}

/** Checks a key the gateway made. */
export function checkSecretKey(key: Uint8Array): Uint8Array {
  if (key.length < MIN_SECRET_KEY_BYTES || key.length > MAX_SECRET_KEY_BYTES) {
    throw new ProtocolViolation('gateway', 'malformed', `a secret key has 4 to 256 bytes, not ${key.length}`)
  }
  return key
}
