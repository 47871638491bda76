// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CloseComplete
import { readNothing, writeNothing } from './body.ts'
import { backend } from './codes.ts'

/** A Close was carried out. */
export type CloseComplete = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeCloseComplete(payload: Buffer): CloseComplete {
  readNothing(payload, 'upstream', 'CloseComplete')
  return {}
}

/** The whole message. */
export function encodeCloseComplete(): Buffer {
  return writeNothing(backend.CloseComplete)
}
