// MySQL: Client/Server Protocol, "Binary Protocol Resultset Row": 0x00, a bitmap of NULLs that begins at its third bit,
// and the values, whose lengths hang on their types.
import { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import {
  binaryWidths,
  LENGTH_ENCODED,
  mayHaveLength,
  NO_WIDTH,
  readBinaryValue,
  writeBinaryValue,
} from './binary-value.ts'
import { NULL_VALUE } from './text-resultset-row.ts'

/** One row of the result of a prepared statement. */
export type BinaryResultsetRow = {
  /** Values without their lengths, as views of the payload; `null` is NULL. */
  readonly values: readonly (Buffer | null)[]
}

/** The first byte. */
export const BINARY_ROW_HEADER = 0x00
/** Bits of the bitmap before that of the first column. */
export const NULL_BITMAP_OFFSET = 2

/** Bytes of the bitmap of a row of so many columns. */
export function nullBitmapBytes(columns: number): number {
  return (columns + NULL_BITMAP_OFFSET + 7) >> 3
}

/** Reads the payload of a row whose columns have these types. Throws ProtocolViolation. */
export function decodeBinaryResultsetRow(payload: Buffer, types: readonly number[]): BinaryResultsetRow {
  const reader = new ByteReader(payload, 'upstream', 'Binary Resultset Row')
  if (reader.u8() !== BINARY_ROW_HEADER) throw reader.violation('is no row')
  const bitmap = reader.bytes(nullBitmapBytes(types.length))
  const values = types.map((type, i) => (isNull(bitmap, 0, i) ? null : readBinaryValue(reader, type)))
  reader.end()
  return { values }
}

/** The payload. */
export function encodeBinaryResultsetRow({ values }: BinaryResultsetRow, types: readonly number[]): Buffer {
  const bitmap = Buffer.alloc(nullBitmapBytes(values.length))
  values.forEach((value, i) => {
    const bit = i + NULL_BITMAP_OFFSET
    if (value === null) bitmap[bit >> 3] = (bitmap[bit >> 3] as number) | (1 << (bit & 7))
  })
  const writer = new ByteWriter(256).u8(BINARY_ROW_HEADER).bytes(bitmap)
  values.forEach((value, i) => {
    if (value !== null) writeBinaryValue(writer, types[i] ?? 0, value)
  })
  return writer.finish()
}

/** The widths that `locateBinaryRow` wants, of columns of these types. Throws ProtocolViolation for an unknown type. */
export function rowWidths(types: readonly number[]): Int8Array {
  const widths = Int8Array.from(types, (type) => binaryWidths[type] ?? NO_WIDTH)
  if (widths.includes(NO_WIDTH)) throw misshapen()
  return widths
}

/**
 * Finds the values of a row whose payload is `bytes` from `start` to `end`, without making an object for any of them,
 * and writes them to `into` as `locateTextRow` does; a value's length, where its type has one, stands before its start.
 * Throws ProtocolViolation where the row is not of just these columns.
 */
export function locateBinaryRow(
  bytes: Buffer,
  start: number,
  end: number,
  widths: Int8Array,
  into: Int32Array,
): void {
  const columns = widths.length
  let at = start + 1 + nullBitmapBytes(columns)
  if (at > end || bytes[start] !== BINARY_ROW_HEADER) throw misshapen()
  for (let i = 0; i < columns; i += 1) {
    if (isNull(bytes, start + 1, i)) {
      into[2 * i] = at
      into[2 * i + 1] = NULL_VALUE
      continue
    }
    const width = widths[i] as number
    const from = width >= 0 ? at : valueStart(bytes, at, end)
    const size = width >= 0 ? width : valueLength(bytes, at, end, width)
    if (size > end - from) throw misshapen()
    into[2 * i] = from
    at = from + size
    into[2 * i + 1] = at
  }
  if (at !== end) throw misshapen()
}

function isNull(bytes: Buffer, bitmapAt: number, column: number): boolean {
  const bit = column + NULL_BITMAP_OFFSET
  return ((bytes[bitmapAt + (bit >> 3)] as number) & (1 << (bit & 7))) !== 0
}

/** Where a value begins whose length stands at `at`. */
function valueStart(bytes: Buffer, at: number, end: number): number {
  if (at >= end) throw misshapen()
  const first = bytes[at] as number
  const start = at + 1 + (first === 0xfc ? 2 : first === 0xfd ? 3 : first === 0xfe ? 8 : 0)
  if (start > end) throw misshapen()
  return start
}

function valueLength(bytes: Buffer, at: number, end: number, width: number): number {
  const first = bytes[at] as number
  if (width !== LENGTH_ENCODED) {
    if (!mayHaveLength(width, first)) throw misshapen()
    return first
  }
  if (first < 0xfb) return first
  if (first === 0xfc) return bytes.readUInt16LE(at + 1)
  if (first === 0xfd) return bytes.readUIntLE(at + 1, 3)
  if (first === 0xfe && at + 9 <= end)
    return bytes.readUInt32LE(at + 1) + bytes.readUInt32LE(at + 5) * 2 ** 32
  throw misshapen()
}

function misshapen(): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'malformed',
    'message `Binary Resultset Row` does not have the columns and lengths that were described; check the database',
  )
}
