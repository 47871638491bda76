// MySQL: Client/Server Protocol, "COM_QUERY", with the attributes of MySQL 8.0.23 and later.
import { encodeText, type TextEncoding } from '@sluice/wire/text'
import { commandReader, commandWriter, restText } from './body.ts'
import { capability, has } from './capabilities.ts'
import { readCount, readInteger, writeInteger } from './length-encoded.ts'
import {
  MAX_PARAMETERS,
  type Parameter,
  readBitmap,
  readTypes,
  readValues,
  writeBitmap,
  writeTypes,
  writeValues,
} from './parameters.ts'

/** A text for the server to run: one statement, or several where MULTI_STATEMENTS was agreed on. */
export type ComQuery = {
  readonly sql: string
  /** Named values beside the text; none where QUERY_ATTRIBUTES was not agreed on. */
  readonly attributes: readonly Parameter[]
}

/** Reads the payload; `flags` are the capabilities agreed on. Throws ProtocolViolation. */
export function decodeComQuery(payload: Buffer, flags: number, encoding: TextEncoding = 'utf8'): ComQuery {
  const reader = commandReader(payload, 'COM_QUERY')
  if (!has(flags, capability.QUERY_ATTRIBUTES)) return { sql: restText(reader, encoding), attributes: [] }
  const count = readCount(reader, 0)
  if (count > MAX_PARAMETERS) throw reader.violation(`counts ${count} attributes`)
  if (readInteger(reader) !== 1) throw reader.violation('has not one set of attributes')
  if (count === 0) return { sql: restText(reader, encoding), attributes: [] }
  const nulls = readBitmap(reader, count)
  if (reader.u8() !== 1) throw reader.violation('has attributes without their types')
  const types = readTypes(reader, count, true, encoding)
  const attributes = readValues(reader, types, nulls, () => false)
  return { sql: restText(reader, encoding), attributes }
}

/** The payload, by the capabilities agreed on. */
export function encodeComQuery(message: ComQuery, flags: number, encoding: TextEncoding = 'utf8'): Buffer {
  const { attributes } = message
  const sql = encodeText(message.sql, encoding, 'COM_QUERY')
  const writer = commandWriter('COM_QUERY', sql.length + 16)
  if (has(flags, capability.QUERY_ATTRIBUTES)) {
    writeInteger(writer, attributes.length)
    writeInteger(writer, 1)
    if (attributes.length > 0) {
      writeBitmap(
        writer,
        attributes.map(({ value }) => value === null),
      )
      writer.u8(1)
      writeTypes(writer, attributes, true, encoding)
      writeValues(writer, attributes)
    }
  }
  return writer.bytes(sql).finish()
}
