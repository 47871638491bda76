// PostgreSQL: Frontend/Backend Protocol, "Message Formats": ParseComplete
import { readNothing, writeNothing } from './body.ts'
import { backend } from './codes.ts'

/** A Parse was carried out. */
export type ParseComplete = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeParseComplete(payload: Buffer): ParseComplete {
  readNothing(payload, 'upstream', 'ParseComplete')
  return {}
}

/** The whole message. */
export function encodeParseComplete(): Buffer {
  return writeNothing(backend.ParseComplete)
}
