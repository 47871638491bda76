// PostgreSQL: Frontend/Backend Protocol, "Message Formats": BindComplete
import { readNothing, writeNothing } from './body.ts'
import { backend } from './codes.ts'

/** A Bind was carried out. */
export type BindComplete = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeBindComplete(payload: Buffer): BindComplete {
  readNothing(payload, 'upstream', 'BindComplete')
  return {}
}

/** The whole message. */
export function encodeBindComplete(): Buffer {
  return writeNothing(backend.BindComplete)
}
