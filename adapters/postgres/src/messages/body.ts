// PostgreSQL: Frontend/Backend Protocol, "Message Formats": what several messages share
import { ByteReader } from '@sluice/wire/reader'
import type { Fault } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'

/** How a value, a parameter or a COPY field is encoded: 0 text, 1 binary. */
export type FormatCode = 0 | 1

/** Reads a format code of the database; any other number is a violation. */
export function readFormat(reader: ByteReader): FormatCode {
  const code = reader.u16()
  if (!isFormat(code)) throw reader.violation(`has the unknown format code ${code}`)
  return code
}

/** True for a code that stands for a format. */
function isFormat(code: number): code is FormatCode {
  return code === 0 || code === 1
}

/** Where the first code stands that is no format's; -1: nowhere. */
export function unknownFormatAt(codes: readonly number[]): number {
  return codes.findIndex(isNoFormat)
}

const isNoFormat = (code: number): boolean => !isFormat(code)

/** Reads an Int16 count and that many format codes of a client, who may say any number: see `isFormat`. */
export function readFormatCodes(reader: ByteReader): number[] {
  const codes: number[] = []
  for (let left = reader.count16(2); left > 0; left -= 1) codes.push(reader.u16())
  return codes
}

/** Writes an Int16 count and the format codes. */
export function writeFormats(writer: ByteWriter, formats: readonly number[]): void {
  writer.u16(formats.length)
  for (const format of formats) writer.u16(format)
}

/** Reads an Int32 length and that many bytes as a view; length -1 is NULL. */
export function readValue(reader: ByteReader): Buffer | null {
  const length = reader.i32()
  if (length === -1) return null
  if (length < 0) throw reader.violation(`has the value length ${length}`)
  return reader.bytes(length)
}

/** Reads an Int16 count and that many values. */
export function readValues(reader: ByteReader): (Buffer | null)[] {
  const values: (Buffer | null)[] = []
  for (let left = reader.count16(4); left > 0; left -= 1) values.push(readValue(reader))
  return values
}

/** Writes an Int32 length and the bytes, or -1 for NULL. */
export function writeValue(writer: ByteWriter, value: Uint8Array | null): void {
  if (value === null) writer.i32(-1)
  else writer.i32(value.length).bytes(value)
}

/** Writes an Int16 count and the values. */
export function writeValues(writer: ByteWriter, values: readonly (Uint8Array | null)[]): void {
  writer.u16(values.length)
  for (const value of values) writeValue(writer, value)
}

/** Checks that a message without fields has none. */
export function readNothing(payload: Buffer, fault: Fault, message: string): void {
  new ByteReader(payload, fault, message).end()
}

/** A whole message without fields. */
export function writeNothing(type: number): Buffer {
  return new ByteWriter(16).beginMessage(type).endMessage().finish()
}
