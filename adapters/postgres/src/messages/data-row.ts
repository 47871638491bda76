// PostgreSQL: Frontend/Backend Protocol, "Message Formats": DataRow
import { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import { readValues, writeValues } from './body.ts'
import { backend } from './codes.ts'

/** One row of a result. */
export type DataRow = {
  /** Values as views of the body; `null` is NULL. */
  readonly values: readonly (Buffer | null)[]
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeDataRow(payload: Buffer): DataRow {
  const reader = new ByteReader(payload, 'upstream', 'DataRow')
  const values = readValues(reader)
  reader.end()
  return { values }
}

/** The whole message. */
export function encodeDataRow(message: DataRow): Buffer {
  const writer = new ByteWriter(256).beginMessage(backend.DataRow)
  writeValues(writer, message.values)
  return writer.endMessage().finish()
}

/** In `locateDataRow`'s result: the end of a value that is NULL. */
export const NULL_VALUE = -1

/**
 * Finds the values of a row without making an object for any of them, for the row loop. Writes for value
 * `i` its start to `into[2 * i]` and its end (exclusive), or NULL_VALUE, to `into[2 * i + 1]`, as
 * positions in `payload`; returns the number of values. Throws ProtocolViolation as `decodeDataRow` does,
 * and when `into` has no room for that many: size it by the row description.
 */
export function locateDataRow(payload: Buffer, into: Int32Array): number {
  const { length } = payload
  if (length < 2) throw misshapen()
  const count = payload.readUInt16BE(0)
  if (count * 2 > into.length || count * 4 > length - 2) throw misshapen()
  let at = 2
  for (let i = 0; i < count; i += 1) {
    if (at + 4 > length) throw misshapen()
    const size = payload.readInt32BE(at)
    at += 4
    into[2 * i] = at
    if (size < -1 || size > length - at) throw misshapen()
    into[2 * i + 1] = size === -1 ? NULL_VALUE : at + size
    if (size > 0) at += size
  }
  if (at !== length) throw misshapen()
  return count
}

function misshapen(): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'malformed',
    'message `DataRow` does not have the columns its count and lengths say; check the database',
  )
}
