// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Close
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'
import { readTarget, type Target, writeTarget } from './target.ts'

/** Forgets a statement or a portal; naming one that does not exist is no error. */
export type Close = Target

/** Reads the body. Throws ProtocolViolation. */
export function decodeClose(payload: Buffer, encoding: TextEncoding = 'utf8'): Close {
  const reader = new ByteReader(payload, 'client', 'Close')
  return readTarget(reader, encoding)
}

/** The whole message. */
export function encodeClose(message: Close, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.Close)
  writeTarget(writer, message, encoding)
  return writer.endMessage().finish()
}
