// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Parse
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'

/** Makes a prepared statement of a query string. */
export type Parse = {
  /** Statement name; empty for the unnamed one. */
  readonly name: string
  readonly sql: string
  /** Type OIDs the client prescribes, by position; 0 leaves one to the server. May be shorter than the parameters. */
  readonly parameterTypes: readonly number[]
}

/**
 * Reads the body. Throws ProtocolViolation. Both encodings are lossless: as `utf8`, text that is not valid
 * UTF-8 is refused (reason `encoding`); as `latin1` any bytes come back unchanged when written as `latin1`.
 */
export function decodeParse(payload: Buffer, encoding: TextEncoding = 'utf8'): Parse {
  const reader = new ByteReader(payload, 'client', 'Parse')
  const name = reader.cstring(encoding)
  const sql = reader.cstring(encoding)
  const parameterTypes: number[] = []
  for (let left = reader.count16(4); left > 0; left -= 1) parameterTypes.push(reader.u32())
  reader.end()
  return { name, sql, parameterTypes }
}

/** The whole message. */
export function encodeParse(message: Parse, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter(message.sql.length + 64).beginMessage(frontend.Parse)
  writer.cstring(message.name, encoding).cstring(message.sql, encoding)
  writer.u16(message.parameterTypes.length)
  for (const type of message.parameterTypes) writer.u32(type)
  return writer.endMessage().finish()
}
