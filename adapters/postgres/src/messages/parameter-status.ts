// PostgreSQL: Frontend/Backend Protocol, "Message Formats": ParameterStatus
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** A setting's value, at the start and whenever it changes. */
export type ParameterStatus = {
  readonly name: string
  readonly value: string
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeParameterStatus(payload: Buffer, encoding: TextEncoding = 'utf8'): ParameterStatus {
  const reader = new ByteReader(payload, 'upstream', 'ParameterStatus')
  const name = reader.cstring(encoding)
  const value = reader.cstring(encoding)
  reader.end()
  return { name, value }
}

/** The whole message. */
export function encodeParameterStatus(message: ParameterStatus, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter().beginMessage(backend.ParameterStatus)
  writer.cstring(message.name, encoding).cstring(message.value, encoding)
  return writer.endMessage().finish()
}
