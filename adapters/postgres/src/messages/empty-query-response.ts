// PostgreSQL: Frontend/Backend Protocol, "Message Formats": EmptyQueryResponse
import { readNothing, writeNothing } from './body.ts'
import { backend } from './codes.ts'

/** The query string was empty; stands in place of CommandComplete. */
export type EmptyQueryResponse = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeEmptyQueryResponse(payload: Buffer): EmptyQueryResponse {
  readNothing(payload, 'upstream', 'EmptyQueryResponse')
  return {}
}

/** The whole message. */
export function encodeEmptyQueryResponse(): Buffer {
  return writeNothing(backend.EmptyQueryResponse)
}
