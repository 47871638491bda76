// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CopyFail
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'

/** The frontend gives up a COPY it was sending. */
export type CopyFail = {
  /** Why; the server repeats it in its error. */
  readonly message: string
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeCopyFail(payload: Buffer, encoding: TextEncoding = 'utf8'): CopyFail {
  const reader = new ByteReader(payload, 'client', 'CopyFail')
  const message = reader.cstring(encoding)
  reader.end()
  return { message }
}

/** The whole message. */
export function encodeCopyFail(message: CopyFail, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.CopyFail)
  writer.cstring(message.message, encoding)
  return writer.endMessage().finish()
}
