// MySQL: Client/Server Protocol, "Binary Protocol Value". The length of a value hangs on its type alone, or leads it.
import type { ByteReader } from '@sluice/wire/reader'
import type { ByteWriter } from '@sluice/wire/writer'
import { columnType as t } from './column-types.ts'
import { readBytes, writeBytes } from './length-encoded.ts'

/** In `binaryWidths`: a string<lenenc>. */
export const LENGTH_ENCODED = -1
/** In `binaryWidths`: one byte of length, 0, 4, 7 or 11, then year, month, day and so on. */
export const DATE_LIKE = -2
/** In `binaryWidths`: one byte of length, 0, 8 or 12, then sign, days and so on. */
const TIME_LIKE = -3
/** In `binaryWidths`: not a type that can cross the wire. */
export const NO_WIDTH = -4

const fixed: readonly (readonly [number, number])[] = [
  [t.NULL, 0],
  [t.TINY, 1],
  [t.SHORT, 2],
  [t.YEAR, 2],
  [t.LONG, 4],
  [t.INT24, 4],
  [t.FLOAT, 4],
  [t.LONGLONG, 8],
  [t.DOUBLE, 8],
]
const dates = [t.DATE, t.DATETIME, t.TIMESTAMP, t.NEWDATE]
const strings = [
  t.DECIMAL,
  t.NEWDECIMAL,
  t.VARCHAR,
  t.BIT,
  t.JSON,
  t.ENUM,
  t.SET,
  t.TINY_BLOB,
  t.MEDIUM_BLOB,
  t.LONG_BLOB,
  t.BLOB,
  t.VAR_STRING,
  t.STRING,
  t.GEOMETRY,
  t.VECTOR,
]

/** By type byte: how many bytes a value has, or one of the negative constants above. */
export const binaryWidths: Int8Array = widths()

function widths(): Int8Array {
  const table = new Int8Array(256).fill(NO_WIDTH)
  for (const [type, width] of fixed) table[type] = width
  for (const type of dates) table[type] = DATE_LIKE
  for (const type of strings) table[type] = LENGTH_ENCODED
  table[t.TIME] = TIME_LIKE
  return table
}

/** Whether a value of a date-like or time-like type may have so many bytes behind its length. */
export function mayHaveLength(width: number, length: number): boolean {
  if (length === 0) return true
  return width === TIME_LIKE ? length === 8 || length === 12 : length === 4 || length === 7 || length === 11
}

/** Reads one value without its length, as a view. Throws ProtocolViolation, also for a type that is none. */
export function readBinaryValue(reader: ByteReader, type: number): Buffer {
  const width = binaryWidths[type] ?? NO_WIDTH
  if (width >= 0) return reader.bytes(width)
  if (width === LENGTH_ENCODED) return readBytes(reader)
  if (width === NO_WIDTH) throw reader.violation(`has a value of the unknown type ${type}`)
  const length = reader.u8()
  if (!mayHaveLength(width, length)) throw reader.violation(`has a date or time of ${length} bytes`)
  return reader.bytes(length)
}

/** Writes one value with its length where the type has one. */
export function writeBinaryValue(writer: ByteWriter, type: number, value: Uint8Array): void {
  const width = binaryWidths[type] ?? NO_WIDTH
  if (width >= 0) writer.bytes(value)
  else if (width === LENGTH_ENCODED) writeBytes(writer, value)
  else writer.u8(value.length).bytes(value)
}
