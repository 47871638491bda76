// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Sync
import { readNothing, writeNothing } from './body.ts'
import { frontend } from './codes.ts'

/** Ends an extended-query series; a ReadyForQuery answers it. */
export type Sync = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeSync(payload: Buffer): Sync {
  readNothing(payload, 'client', 'Sync')
  return {}
}

/** The whole message. */
export function encodeSync(): Buffer {
  return writeNothing(frontend.Sync)
}
