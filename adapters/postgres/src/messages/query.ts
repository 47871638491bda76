// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Query
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'

/** A simple query: answered row by row and ended by ReadyForQuery. */
export type Query = {
  /** One or several statements. */
  readonly sql: string
}

/**
 * Reads the body. Throws ProtocolViolation. Both encodings are lossless: as `utf8`, text that is not valid
 * UTF-8 is refused (reason `encoding`); as `latin1` any bytes come back unchanged when written as `latin1`.
 */
export function decodeQuery(payload: Buffer, encoding: TextEncoding = 'utf8'): Query {
  const reader = new ByteReader(payload, 'client', 'Query')
  const sql = reader.cstring(encoding)
  reader.end()
  return { sql }
}

/** The whole message. */
export function encodeQuery(message: Query, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter(message.sql.length + 16).beginMessage(frontend.Query)
  writer.cstring(message.sql, encoding)
  return writer.endMessage().finish()
}
