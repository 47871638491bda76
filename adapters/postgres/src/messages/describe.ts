// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Describe
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'
import { readTarget, type Target, writeTarget } from './target.ts'

/** Asks what a statement or a portal takes and returns. */
export type Describe = Target

/** Reads the body. Throws ProtocolViolation. */
export function decodeDescribe(payload: Buffer, encoding: TextEncoding = 'utf8'): Describe {
  const reader = new ByteReader(payload, 'client', 'Describe')
  return readTarget(reader, encoding)
}

/** The whole message. */
export function encodeDescribe(message: Describe, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.Describe)
  writeTarget(writer, message, encoding)
  return writer.endMessage().finish()
}
