// MySQL: Client/Server Protocol, "Protocol::ColumnDefinition41"; MariaDB: "Column Definition Packet" (extended metadata).
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { extendedCapability, has } from './capabilities.ts'
import { readBytes, readInteger, readText, writeBytes, writeText } from './length-encoded.ts'

/** One column of a result, or one parameter of a statement. */
export type ColumnDefinition41 = {
  /** Always `def`. */
  readonly catalog: string
  readonly schema: string
  /** The table's alias. */
  readonly table: string
  /** The table's own name; empty for what is no plain column. */
  readonly orgTable: string
  /** The column's alias: the result's own name for it. */
  readonly name: string
  /** The column's own name; empty for what is no plain column. */
  readonly orgName: string
  /** MariaDB's words on the type, by kind: 0 its name (`json`, `uuid`, `inet6`, `point` …), 1 its format. */
  readonly metadata: ReadonlyMap<number, string>
  /** Collation of the text; 63 is binary. */
  readonly collation: number
  readonly length: number
  /** A `columnType`. */
  readonly type: number
  /** Bits of `columnFlag`. */
  readonly flags: number
  readonly decimals: number
  /** In an answer to COM_FIELD_LIST only: the column's default; `null` where it has none. */
  readonly defaultValue?: Buffer | null
}

const FIXED_BYTES = 0x0c
/** Most words on one type; MariaDB has two kinds. */
const MAX_METADATA = 8
const NO_DEFAULT = 0xfb

/** How a definition is to be read. */
export type ColumnDefinitionContext = {
  /** The upper capabilities agreed on (MariaDB). */
  readonly extended: number
  readonly encoding?: TextEncoding
  /** In an answer to COM_FIELD_LIST, where a default value follows. */
  readonly fieldList?: boolean
}

/** Reads the payload. Throws ProtocolViolation. */
export function decodeColumnDefinition41(
  payload: Buffer,
  context: ColumnDefinitionContext,
): ColumnDefinition41 {
  const { extended, encoding = 'utf8' } = context
  const reader = new ByteReader(payload, 'upstream', 'ColumnDefinition41')
  const names = {
    catalog: readText(reader, encoding),
    schema: readText(reader, encoding),
    table: readText(reader, encoding),
    orgTable: readText(reader, encoding),
    name: readText(reader, encoding),
    orgName: readText(reader, encoding),
  }
  const metadata = has(extended, extendedCapability.EXTENDED_METADATA) ? readMetadata(reader) : new Map()
  if (readInteger(reader) !== FIXED_BYTES) throw reader.violation('has fixed fields of another length')
  const fixed = {
    collation: reader.u16le(),
    length: reader.u32le(),
    type: reader.u8(),
    flags: reader.u16le(),
    decimals: reader.u8(),
  }
  reader.bytes(2)
  const defaultValue = context.fieldList === true ? { defaultValue: readDefault(reader) } : {}
  reader.end()
  return { ...names, metadata, ...fixed, ...defaultValue }
}

/** The payload. */
export function encodeColumnDefinition41(
  message: ColumnDefinition41,
  context: ColumnDefinitionContext,
): Buffer {
  const { extended, encoding = 'utf8' } = context
  const writer = new ByteWriter(128)
  const { catalog, schema, table, orgTable, name, orgName } = message
  for (const text of [catalog, schema, table, orgTable, name, orgName]) writeText(writer, text, encoding)
  if (has(extended, extendedCapability.EXTENDED_METADATA)) writeMetadata(writer, message.metadata)
  writer.u8(FIXED_BYTES).u16le(message.collation).u32le(message.length).u8(message.type)
  writer.u16le(message.flags).u8(message.decimals).u16le(0)
  if (context.fieldList === true) {
    const { defaultValue } = message
    if (defaultValue === null || defaultValue === undefined) writer.u8(NO_DEFAULT)
    else writeBytes(writer, defaultValue)
  }
  return writer.finish()
}

function readMetadata(reader: ByteReader): Map<number, string> {
  const inner = new ByteReader(readBytes(reader), 'upstream', 'ColumnDefinition41')
  const metadata = new Map<number, string>()
  while (inner.remaining > 0) {
    const kind = inner.u8()
    if (metadata.size === MAX_METADATA) throw inner.violation('has too many words on its type')
    metadata.set(kind, readText(inner))
  }
  return metadata
}

function writeMetadata(writer: ByteWriter, metadata: ReadonlyMap<number, string>): void {
  const inner = new ByteWriter(32)
  for (const [kind, text] of metadata) {
    inner.u8(kind)
    writeText(inner, text)
  }
  writeBytes(writer, inner.finish())
}

function readDefault(reader: ByteReader): Buffer | null {
  if (reader.remaining === 0) return null
  if (reader.peek() !== NO_DEFAULT) return readBytes(reader)
  reader.bytes(1)
  return null
}
