// MariaDB: Client/Server Protocol, "COM_STMT_BULK_EXECUTE".
import type { ByteReader } from '@sluice/wire/reader'
import { readBinaryValue, writeBinaryValue } from './binary-value.ts'
import type { ParameterType } from './binary-value-text.ts'
import { commandReader, commandWriter } from './body.ts'
import { readType, writeType } from './parameters.ts'

/** What stands for one placeholder in one row. */
export type BulkValue =
  | { readonly kind: 'value'; readonly value: Buffer }
  | { readonly kind: 'null' }
  /** The column's default. */
  | { readonly kind: 'default' }
  /** The column stays as it is. */
  | { readonly kind: 'ignore' }

/** Runs a prepared statement once for each row of values. */
export type ComStmtBulkExecute = {
  readonly statementId: number
  /** Bits of `bulkFlag`. */
  readonly flags: number
  /** A type for each placeholder: those that came along, or those of the execution before. */
  readonly types: readonly ParameterType[]
  /** By row, a value for each placeholder; views of the payload. */
  readonly rows: readonly (readonly BulkValue[])[]
}

/** Most values one bulk execution may have: each is an object while it is looked at. */
export const MAX_BULK_VALUES = 1_048_576

/** What `flags` may say. */
export const bulkFlag = { SEND_UNIT_RESULTS: 0x40, SEND_TYPES: 0x80 } as const

/** What is known of the statement that is run. */
export type BulkExecuteContext = {
  /** How many placeholders the statement has. */
  readonly placeholders: number
  /** The types that the last execution told; undefined where there was none. */
  readonly types: readonly ParameterType[] | undefined
}

const VALUE = 0
const NULL = 1
const DEFAULT = 2
const IGNORE = 3
const BULK_NULL: BulkValue = { kind: 'null' }
const BULK_DEFAULT: BulkValue = { kind: 'default' }
const BULK_IGNORE: BulkValue = { kind: 'ignore' }
const marks: Readonly<Record<BulkValue['kind'], number>> = {
  value: VALUE,
  null: NULL,
  default: DEFAULT,
  ignore: IGNORE,
}

/** Reads the payload. Throws ProtocolViolation, also for a statement without placeholders. */
export function decodeComStmtBulkExecute(payload: Buffer, context: BulkExecuteContext): ComStmtBulkExecute {
  const reader = commandReader(payload, 'COM_STMT_BULK_EXECUTE')
  const statementId = reader.u32le()
  const flags = reader.u16le()
  const { placeholders } = context
  // Without placeholders a row has no bytes, and nothing would say how many there are.
  if (placeholders === 0) throw reader.violation('runs a statement without placeholders')
  const told = (flags & bulkFlag.SEND_TYPES) !== 0
  const types = told ? Array.from({ length: placeholders }, () => readType(reader)) : context.types
  if (types?.length !== placeholders) throw reader.violation('has values without their types')
  const rows: BulkValue[][] = []
  while (reader.remaining > 0) {
    if ((rows.length + 1) * placeholders > MAX_BULK_VALUES)
      throw reader.violation('has more than 1048576 values')
    rows.push(types.map(({ type }) => readValue(reader, type)))
  }
  return { statementId, flags, types, rows }
}

function readValue(reader: ByteReader, type: number): BulkValue {
  const mark = reader.u8()
  switch (mark) {
    case VALUE:
      return { kind: 'value', value: readBinaryValue(reader, type) }
    case NULL:
      return BULK_NULL
    case DEFAULT:
      return BULK_DEFAULT
    case IGNORE:
      return BULK_IGNORE
    default:
      throw reader.violation(`has the unknown indicator ${mark}`)
  }
}

/** The payload. */
export function encodeComStmtBulkExecute(message: ComStmtBulkExecute): Buffer {
  const { statementId, flags, types, rows } = message
  const writer = commandWriter('COM_STMT_BULK_EXECUTE', 256).u32le(statementId).u16le(flags)
  if ((flags & bulkFlag.SEND_TYPES) !== 0) for (const type of types) writeType(writer, type)
  for (const row of rows) {
    row.forEach((value, i) => {
      writer.u8(marks[value.kind])
      if (value.kind === 'value') writeBinaryValue(writer, types[i]?.type ?? 0, value.value)
    })
  }
  return writer.finish()
}
