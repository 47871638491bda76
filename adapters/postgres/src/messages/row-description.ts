// PostgreSQL: Frontend/Backend Protocol, "Message Formats": RowDescription
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { type FormatCode, readFormat } from './body.ts'
import { backend } from './codes.ts'

/** One result column. */
export type FieldDescription = {
  readonly name: string
  /** OID of the table the column comes from; 0 when it is no plain column. */
  readonly tableId: number
  /** Attribute number in that table; 0 when it is no plain column, negative for system columns. */
  readonly columnNumber: number
  /** OID of the type. */
  readonly typeId: number
  /** Bytes of the type; negative when its length varies. */
  readonly typeSize: number
  readonly typeModifier: number
  /** 0 text, 1 binary. Always 0 in the answer to a Describe of a statement, where it is not known yet. */
  readonly format: FormatCode
}

// An empty name and the fixed part.
const MIN_FIELD_BYTES = 19

/** The columns of the rows to come. */
export type RowDescription = {
  readonly fields: readonly FieldDescription[]
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeRowDescription(payload: Buffer, encoding: TextEncoding = 'utf8'): RowDescription {
  const reader = new ByteReader(payload, 'upstream', 'RowDescription')
  const fields: FieldDescription[] = []
  for (let left = reader.count16(MIN_FIELD_BYTES); left > 0; left -= 1)
    fields.push(readField(reader, encoding))
  reader.end()
  return { fields }
}

/** The whole message. */
export function encodeRowDescription(message: RowDescription, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter(256).beginMessage(backend.RowDescription)
  writer.u16(message.fields.length)
  for (const field of message.fields) {
    writer.cstring(field.name, encoding).u32(field.tableId).i16(field.columnNumber)
    writer.u32(field.typeId).i16(field.typeSize).i32(field.typeModifier).u16(field.format)
  }
  return writer.endMessage().finish()
}

function readField(reader: ByteReader, encoding: TextEncoding): FieldDescription {
  return {
    name: reader.cstring(encoding),
    tableId: reader.u32(),
    columnNumber: reader.i16(),
    typeId: reader.u32(),
    typeSize: reader.i16(),
    typeModifier: reader.i32(),
    format: readFormat(reader),
  }
}
