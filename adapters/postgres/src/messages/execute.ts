// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Execute
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'

/** Runs a portal. */
export type Execute = {
  /** Portal name; empty for the unnamed one. */
  readonly portal: string
  /** Most rows to return; 0 or less: all. */
  readonly maxRows: number
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeExecute(payload: Buffer, encoding: TextEncoding = 'utf8'): Execute {
  const reader = new ByteReader(payload, 'client', 'Execute')
  const portal = reader.cstring(encoding)
  const maxRows = reader.i32()
  reader.end()
  return { portal, maxRows }
}

/** The whole message. */
export function encodeExecute(message: Execute, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.Execute)
  writer.cstring(message.portal, encoding).i32(message.maxRows)
  return writer.endMessage().finish()
}
