// MySQL: Client/Server Protocol, "Text Resultset": the number of columns opens it.
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { readInteger, writeInteger } from './length-encoded.ts'

/** Most columns one result may have: MAX_FIELDS of both servers. */
export const MAX_COLUMNS = 4096

/** How many column definitions follow. */
export type ColumnCount = { readonly columns: number }

/** Reads the payload. Throws ProtocolViolation for none, and for more than MAX_COLUMNS. */
export function decodeColumnCount(payload: Buffer): ColumnCount {
  const reader = new ByteReader(payload, 'upstream', 'column count')
  const columns = readInteger(reader)
  reader.end()
  if (columns < 1 || columns > MAX_COLUMNS) throw reader.violation(`is ${columns}`)
  return { columns }
}

/** The payload. */
export function encodeColumnCount({ columns }: ColumnCount): Buffer {
  const writer = new ByteWriter(16)
  writeInteger(writer, columns)
  return writer.finish()
}
