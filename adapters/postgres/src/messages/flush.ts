// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Flush
import { readNothing, writeNothing } from './body.ts'
import { frontend } from './codes.ts'

/** Asks for the replies made so far, without ending the series. */
export type Flush = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeFlush(payload: Buffer): Flush {
  readNothing(payload, 'client', 'Flush')
  return {}
}

/** The whole message. */
export function encodeFlush(): Buffer {
  return writeNothing(frontend.Flush)
}
