// PostgreSQL: Frontend/Backend Protocol, "Message Formats": FunctionCall
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { readFormatCodes, readValues, writeFormats, writeValues } from './body.ts'
import { frontend } from './codes.ts'

/**
 * Calls a function by its OID, past the SQL parser. Obsolete, and still served. Formats are as the client says them: see
 * `isFormat`.
 */
export type FunctionCall = {
  /** OID of the function. */
  readonly functionId: number
  readonly argumentFormats: readonly number[]
  /** Arguments as views of the body; `null` is NULL. */
  readonly args: readonly (Buffer | null)[]
  readonly resultFormat: number
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeFunctionCall(payload: Buffer): FunctionCall {
  const reader = new ByteReader(payload, 'client', 'FunctionCall')
  const functionId = reader.u32()
  const argumentFormats = readFormatCodes(reader)
  const args = readValues(reader)
  const resultFormat = reader.u16()
  reader.end()
  return { functionId, argumentFormats, args, resultFormat }
}

/** The whole message. */
export function encodeFunctionCall(message: FunctionCall): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.FunctionCall)
  writer.u32(message.functionId)
  writeFormats(writer, message.argumentFormats)
  writeValues(writer, message.args)
  writer.u16(message.resultFormat)
  return writer.endMessage().finish()
}
