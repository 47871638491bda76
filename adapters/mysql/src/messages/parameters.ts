// MySQL: Client/Server Protocol, "COM_QUERY" (query attributes) and "COM_STMT_EXECUTE": typed parameters.
import type { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import type { ByteWriter } from '@sluice/wire/writer'
import { readBinaryValue, writeBinaryValue } from './binary-value.ts'
import type { ParameterType } from './binary-value-text.ts'
import { readText, writeText } from './length-encoded.ts'

/** One value that a client sends, for a placeholder or as an attribute of the statement. */
export type Parameter = ParameterType & {
  /** Empty for a placeholder. */
  readonly name: string
  /** The binary value without its length, a view of the payload; `null` is NULL. A secret as far as a log is concerned. */
  readonly value: Buffer | null
}

/** The type and name of a value, as the first execution tells them and later ones need not repeat. */
export type BoundType = ParameterType & { readonly name: string }

/** Most parameters one statement may have: a statement's own count has 16 bits, and attributes count as well. */
export const MAX_PARAMETERS = 0x1_ffff

const UNSIGNED = 0x80

/** Reads a bitmap of `count` bits, true where the bit is set. */
export function readBitmap(reader: ByteReader, count: number): boolean[] {
  const bytes = reader.bytes(Math.ceil(count / 8))
  const bits: boolean[] = []
  for (let i = 0; i < count; i += 1) bits.push(((bytes[i >> 3] as number) & (1 << (i & 7))) !== 0)
  return bits
}

/** Writes a bitmap. */
export function writeBitmap(writer: ByteWriter, bits: readonly boolean[]): void {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8))
  bits.forEach((bit, i) => {
    if (bit) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7))
  })
  writer.bytes(bytes)
}

/** Reads one type: its byte, and its flags, of which there is one. */
export function readType(reader: ByteReader): ParameterType {
  const type = reader.u8()
  const flags = reader.u8()
  if ((flags & ~UNSIGNED) !== 0) throw reader.violation(`has the unknown type flags ${flags}`)
  return { type, unsigned: flags === UNSIGNED }
}

/** Writes one type. */
export function writeType(writer: ByteWriter, { type, unsigned }: ParameterType): void {
  writer.u8(type).u8(unsigned ? UNSIGNED : 0)
}

/** Reads the types of `count` parameters, with their names where `named`. */
export function readTypes(
  reader: ByteReader,
  count: number,
  named: boolean,
  encoding: TextEncoding,
): BoundType[] {
  const types: BoundType[] = []
  for (let i = 0; i < count; i += 1) {
    types.push({ ...readType(reader), name: named ? readText(reader, encoding) : '' })
  }
  return types
}

/** Writes the types, with their names where `named`. */
export function writeTypes(
  writer: ByteWriter,
  types: readonly BoundType[],
  named: boolean,
  encoding: TextEncoding,
): void {
  for (const type of types) {
    writeType(writer, type)
    if (named) writeText(writer, type.name, encoding)
  }
}

/** Reads the values of these types. A NULL has none, and neither has what `sent` says came by itself. */
export function readValues(
  reader: ByteReader,
  types: readonly BoundType[],
  nulls: readonly boolean[],
  sent: (index: number) => boolean,
): Parameter[] {
  return types.map(({ type, unsigned, name }, i) => {
    const value = nulls[i] === true || sent(i) ? null : readBinaryValue(reader, type)
    return { type, unsigned, name, value }
  })
}

/** Writes the values that are there. */
export function writeValues(writer: ByteWriter, parameters: readonly Parameter[]): void {
  for (const { type, value } of parameters) if (value !== null) writeBinaryValue(writer, type, value)
}
