// PostgreSQL: Frontend/Backend Protocol, "Message Formats": NoData
import { readNothing, writeNothing } from './body.ts'
import { backend } from './codes.ts'

/** What was described returns no rows. */
export type NoData = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeNoData(payload: Buffer): NoData {
  readNothing(payload, 'upstream', 'NoData')
  return {}
}

/** The whole message. */
export function encodeNoData(): Buffer {
  return writeNothing(backend.NoData)
}
