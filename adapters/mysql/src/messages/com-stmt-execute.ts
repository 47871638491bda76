// MySQL: Client/Server Protocol, "COM_STMT_EXECUTE", with the attributes of MySQL 8.0.23 and later.
import type { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { commandReader, commandWriter } from './body.ts'
import { capability, has } from './capabilities.ts'
import { readCount, writeInteger } from './length-encoded.ts'
import {
  type BoundType,
  MAX_PARAMETERS,
  type Parameter,
  readBitmap,
  readTypes,
  readValues,
  writeBitmap,
  writeTypes,
  writeValues,
} from './parameters.ts'

/** Runs a prepared statement. */
export type ComStmtExecute = {
  readonly statementId: number
  /** Bits of `cursorFlag`. */
  readonly flags: number
  /** Always 1. */
  readonly iterations: number
  /** True where the types came along; else those of the execution before count. */
  readonly newTypes: boolean
  /** Values of the placeholders, and behind them the attributes. `null` also where the value came by itself. */
  readonly parameters: readonly Parameter[]
}

/** What `flags` may say. */
export const cursorFlag = {
  READ_ONLY: 0x01,
  FOR_UPDATE: 0x02,
  SCROLLABLE: 0x04,
  PARAMETER_COUNT_AVAILABLE: 0x08,
} as const

/** What is known of the statement that is run. */
export type ExecuteContext = {
  /** Capabilities agreed on. */
  readonly flags: number
  /** How many placeholders the statement has. */
  readonly placeholders: number
  /** The types that the last execution told; undefined where there was none. */
  readonly types: readonly BoundType[] | undefined
  /** Whether the value of a placeholder came by COM_STMT_SEND_LONG_DATA. */
  readonly sent: (index: number) => boolean
  readonly encoding?: TextEncoding
}

/** A statement id and nothing else: to find the statement before the rest can be read. Throws ProtocolViolation. */
export function statementOf(payload: Buffer): number {
  if (payload.length < 5) return commandReader(payload, 'COM_STMT_EXECUTE').u32le()
  return payload.readUInt32LE(1)
}

/** Reads the payload. Throws ProtocolViolation, also where types are missing. */
export function decodeComStmtExecute(payload: Buffer, context: ExecuteContext): ComStmtExecute {
  const reader = commandReader(payload, 'COM_STMT_EXECUTE')
  const head = { statementId: reader.u32le(), flags: reader.u8(), iterations: reader.u32le() }
  const count = readParameterCount(reader, head.flags, context)
  if (count === 0) {
    reader.end()
    return { ...head, newTypes: false, parameters: [] }
  }
  const nulls = readBitmap(reader, count)
  const told = reader.u8()
  // The servers take any other number for a 1.
  if (told > 1) throw reader.violation(`says ${told} of whether types come along`)
  const newTypes = told === 1
  const named = has(context.flags, capability.QUERY_ATTRIBUTES)
  const types = newTypes ? readTypes(reader, count, named, context.encoding ?? 'utf8') : context.types
  if (types?.length !== count) throw reader.violation('has values without their types')
  const parameters = readValues(reader, types, nulls, context.sent)
  reader.end()
  return { ...head, newTypes, parameters }
}

/** Whether the count of the values stands in front of them. Of placeholders it does, whether `flags` says so or not. */
function counts(flags: number, context: ExecuteContext): boolean {
  if (!has(context.flags, capability.QUERY_ATTRIBUTES)) return false
  return context.placeholders > 0 || has(flags, cursorFlag.PARAMETER_COUNT_AVAILABLE)
}

function readParameterCount(reader: ByteReader, flags: number, context: ExecuteContext): number {
  const { placeholders } = context
  if (!counts(flags, context)) return placeholders
  const count = readCount(reader, 0)
  if (count < placeholders || count > MAX_PARAMETERS) {
    throw reader.violation(`counts ${count} values for ${placeholders} placeholders`)
  }
  return count
}

/** The payload, by the same context. */
export function encodeComStmtExecute(message: ComStmtExecute, context: ExecuteContext): Buffer {
  const { parameters } = message
  const attributes = has(context.flags, capability.QUERY_ATTRIBUTES)
  const writer = commandWriter('COM_STMT_EXECUTE', 128).u32le(message.statementId)
  writer.u8(message.flags).u32le(message.iterations)
  if (counts(message.flags, context)) writeInteger(writer, parameters.length)
  if (parameters.length === 0) return writer.finish()
  const nulls = parameters.map(({ value }, i) => value === null && !context.sent(i))
  writeBitmap(writer, nulls)
  writer.u8(message.newTypes ? 1 : 0)
  if (message.newTypes) writeTypes(writer, parameters, attributes, context.encoding ?? 'utf8')
  writeValues(writer, parameters)
  return writer.finish()
}
