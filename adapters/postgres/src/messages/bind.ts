// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Bind
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { readFormatCodes, readValues, writeFormats, writeValues } from './body.ts'
import { frontend } from './codes.ts'

/** Makes a portal of a prepared statement and values. Formats are as the client says them: see `isFormat`. */
export type Bind = {
  /** Portal name; empty for the unnamed one. */
  readonly portal: string
  /** Statement name; empty for the unnamed one. */
  readonly statement: string
  /** None: all text. One: for all. Else one per value. */
  readonly parameterFormats: readonly number[]
  /** Values as views of the body; `null` is NULL. Secrets as far as a log is concerned. */
  readonly values: readonly (Buffer | null)[]
  /** None: all text. One: for all. Else one per result column. */
  readonly resultFormats: readonly number[]
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeBind(payload: Buffer, encoding: TextEncoding = 'utf8'): Bind {
  const reader = new ByteReader(payload, 'client', 'Bind')
  const portal = reader.cstring(encoding)
  const statement = reader.cstring(encoding)
  const parameterFormats = readFormatCodes(reader)
  const values = readValues(reader)
  const resultFormats = readFormatCodes(reader)
  reader.end()
  return { portal, statement, parameterFormats, values, resultFormats }
}

/** The whole message. */
export function encodeBind(message: Bind, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter(128).beginMessage(frontend.Bind)
  writer.cstring(message.portal, encoding).cstring(message.statement, encoding)
  writeFormats(writer, message.parameterFormats)
  writeValues(writer, message.values)
  writeFormats(writer, message.resultFormats)
  return writer.endMessage().finish()
}

/** The format of the item at `index`, by the rule of none, one or all. */
export function formatAt(formats: readonly number[], index: number): number {
  return (formats.length === 1 ? formats[0] : formats[index]) ?? 0
}
