// MySQL: Client/Server Protocol, "Basic Data Types": int<lenenc> and string<lenenc>.
import type { ByteReader } from '@sluice/wire/reader'
import { encodeText, type TextEncoding } from '@sluice/wire/text'
import type { ByteWriter } from '@sluice/wire/writer'

/** Opens NULL in a row; as an integer it is none. */
export const NULL_BYTE = 0xfb
const TWO_BYTES = 0xfc
const THREE_BYTES = 0xfd
const EIGHT_BYTES = 0xfe

/** Reads an int<lenenc> of up to 64 bits. Throws ProtocolViolation for the first bytes 0xfb and 0xff. */
export function readBigInteger(reader: ByteReader): bigint {
  const first = reader.u8()
  if (first < NULL_BYTE) return BigInt(first)
  if (first === TWO_BYTES) return BigInt(reader.u16le())
  if (first === THREE_BYTES) return BigInt(reader.u24le())
  if (first === EIGHT_BYTES) return reader.u64le()
  throw reader.violation('has a length-encoded integer that is none')
}

/** Reads an int<lenenc> that counts or measures something: above 2^53-1 is a violation. */
export function readInteger(reader: ByteReader): number {
  const first = reader.peek()
  if (first !== undefined && first < NULL_BYTE) return reader.u8()
  const value = readBigInteger(reader)
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw reader.violation('has a length-encoded integer too large')
  return Number(value)
}

/**
 * Reads an int<lenenc> that counts items of at least `minItemBytes` each. Throws when the body cannot hold that many, so
 * that no list is allocated on a peer's word alone.
 */
export function readCount(reader: ByteReader, minItemBytes: number): number {
  const count = readInteger(reader)
  if (count * minItemBytes > reader.remaining)
    throw reader.violation(`counts ${count} items but is too short`)
  return count
}

/** Reads a string<lenenc> as a view. */
export function readBytes(reader: ByteReader): Buffer {
  return reader.bytes(readInteger(reader))
}

/** Reads a string<lenenc> as text. */
export function readText(reader: ByteReader, encoding: TextEncoding = 'utf8'): string {
  return reader.text(readInteger(reader), encoding)
}

/** Writes an int<lenenc> in its shortest form. */
export function writeInteger(writer: ByteWriter, value: number | bigint): void {
  if (value < NULL_BYTE) writer.u8(Number(value))
  else if (value <= 0xffff) writer.u8(TWO_BYTES).u16le(Number(value))
  else if (value <= 0xff_ffff) writer.u8(THREE_BYTES).u24le(Number(value))
  else writer.u8(EIGHT_BYTES).u64le(BigInt(value))
}

/** Writes a string<lenenc>. */
export function writeBytes(writer: ByteWriter, value: Uint8Array): void {
  writeInteger(writer, value.length)
  writer.bytes(value)
}

/** Writes a text as a string<lenenc>. */
export function writeText(writer: ByteWriter, text: string, encoding: TextEncoding = 'utf8'): void {
  writeBytes(writer, encodeText(text, encoding, 'string field'))
}
