// MySQL: Client/Server Protocol, "Text Resultset Row": a string<lenenc> or NULL for each column.
import { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import { MAX_PACKET_PAYLOAD_BYTES } from '../framing/packets.ts'
import { EOF_HEADER } from './eof-packet.ts'
import { ERR_HEADER } from './err-packet.ts'
import { NULL_BYTE, readBytes, writeBytes } from './length-encoded.ts'

/** One row of a result. */
export type TextResultsetRow = {
  /** Values as views of the payload; `null` is NULL. */
  readonly values: readonly (Buffer | null)[]
}

/** In the result of `locateTextRow` and `locateBinaryRow`: the end of a value that is NULL. */
export const NULL_VALUE = -1

/**
 * Whether a message where rows are due is a row, by its first byte and the length of its payload (of its first packet
 * where it comes in pieces): 0xfe opens the end, unless it is the length of a value of 16 MiB and more.
 */
export function isTextRow(type: number, payloadBytes: number): boolean {
  return type !== ERR_HEADER && (type !== EOF_HEADER || payloadBytes >= MAX_PACKET_PAYLOAD_BYTES)
}

/** Reads the payload. Throws ProtocolViolation where it does not have that many columns. */
export function decodeTextResultsetRow(payload: Buffer, columns: number): TextResultsetRow {
  const reader = new ByteReader(payload, 'upstream', 'Text Resultset Row')
  const values = Array.from({ length: columns }, () => {
    if (reader.peek() !== NULL_BYTE) return readBytes(reader)
    reader.u8()
    return null
  })
  reader.end()
  return { values }
}

/** The payload. */
export function encodeTextResultsetRow({ values }: TextResultsetRow): Buffer {
  const writer = new ByteWriter(256)
  for (const value of values) {
    if (value === null) writer.u8(NULL_BYTE)
    else writeBytes(writer, value)
  }
  return writer.finish()
}

/**
 * Finds the values of a row whose payload is `bytes` from `start` to `end`, without making an object for any of them.
 * Writes for value `i` its start to `into[2 * i]` and its end (exclusive), or NULL_VALUE, to `into[2 * i + 1]`, as
 * positions in `bytes`. What stands between two values is the length of the second. Throws ProtocolViolation where the
 * row does not have just that many columns.
 */
export function locateTextRow(
  bytes: Buffer,
  start: number,
  end: number,
  columns: number,
  into: Int32Array,
): void {
  let at = start
  for (let i = 0; i < columns; i += 1) {
    if (at >= end) throw misshapen()
    const first = bytes[at] as number
    at += 1
    if (first === NULL_BYTE) {
      into[2 * i] = at
      into[2 * i + 1] = NULL_VALUE
      continue
    }
    let size = first
    if (first > NULL_BYTE) {
      const width = lengthBytes(first)
      if (at + width > end) throw misshapen()
      size = longLength(bytes, at, width)
      at += width
    }
    into[2 * i] = at
    if (size > end - at) throw misshapen()
    at += size
    into[2 * i + 1] = at
  }
  if (at !== end) throw misshapen()
}

/** Checks a row as `locateTextRow` does, and keeps nothing. */
export function checkTextRow(bytes: Buffer, start: number, end: number, columns: number): void {
  let at = start
  for (let i = 0; i < columns; i += 1) {
    if (at >= end) throw misshapen()
    const first = bytes[at] as number
    at += 1
    if (first < NULL_BYTE) at += first
    else if (first > NULL_BYTE) {
      const width = lengthBytes(first)
      if (at + width > end) throw misshapen()
      at += width + longLength(bytes, at, width)
    }
  }
  if (at !== end) throw misshapen()
}

/** Bytes of the length behind its first byte. */
function lengthBytes(first: number): number {
  if (first === 0xfc) return 2
  if (first === 0xfd) return 3
  if (first === 0xfe) return 8
  throw misshapen()
}

function longLength(bytes: Buffer, at: number, width: number): number {
  if (width < 8) return bytes.readUIntLE(at, width)
  // No message held is so long that the upper half counts.
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}

function misshapen(): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'malformed',
    'message `Text Resultset Row` does not have the columns and lengths that were described; check the database',
  )
}
