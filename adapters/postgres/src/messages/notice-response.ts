// PostgreSQL: Frontend/Backend Protocol, "Message Formats": NoticeResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'
import { type Diagnostics, readFields, writeFields } from './diagnostic-fields.ts'

/** A notice or warning. May come at any time. */
export type NoticeResponse = Diagnostics

/** Reads the body. Throws ProtocolViolation. */
export function decodeNoticeResponse(payload: Buffer): NoticeResponse {
  const reader = new ByteReader(payload, 'upstream', 'NoticeResponse')
  return readFields(reader)
}

/** The whole message. */
export function encodeNoticeResponse(message: NoticeResponse): Buffer {
  const writer = new ByteWriter(256).beginMessage(backend.NoticeResponse)
  writeFields(writer, message)
  return writer.endMessage().finish()
}
