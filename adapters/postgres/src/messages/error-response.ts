// PostgreSQL: Frontend/Backend Protocol, "Message Formats": ErrorResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'
import { type Diagnostics, readFields, writeFields } from './diagnostic-fields.ts'

/** An error: ends the statement, and with severity FATAL or PANIC the session. */
export type ErrorResponse = Diagnostics

/** Reads the body. Throws ProtocolViolation. */
export function decodeErrorResponse(payload: Buffer): ErrorResponse {
  const reader = new ByteReader(payload, 'upstream', 'ErrorResponse')
  return readFields(reader)
}

/** The whole message. */
export function encodeErrorResponse(message: ErrorResponse): Buffer {
  const writer = new ByteWriter(256).beginMessage(backend.ErrorResponse)
  writeFields(writer, message)
  return writer.endMessage().finish()
}
