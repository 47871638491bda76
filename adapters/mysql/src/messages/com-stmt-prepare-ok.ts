// MySQL: Client/Server Protocol, "COM_STMT_PREPARE Response", COM_STMT_PREPARE_OK.
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader } from './body.ts'
import { MAX_COLUMNS } from './column-count.ts'
import { OK_HEADER } from './ok-packet.ts'

/** The statement is prepared. As many definitions of parameters and then of columns follow, each with an EOF behind it. */
export type ComStmtPrepareOk = {
  readonly statementId: number
  readonly columns: number
  readonly parameters: number
  readonly warnings: number
}

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComStmtPrepareOk(payload: Buffer): ComStmtPrepareOk {
  const reader = bodyReader(payload, 'upstream', 'COM_STMT_PREPARE_OK', OK_HEADER)
  const statementId = reader.u32le()
  const columns = reader.u16le()
  const parameters = reader.u16le()
  reader.bytes(1)
  const warnings = reader.u16le()
  reader.end()
  if (columns > MAX_COLUMNS) throw reader.violation(`counts ${columns} columns`)
  return { statementId, columns, parameters, warnings }
}

/** The payload. */
export function encodeComStmtPrepareOk(message: ComStmtPrepareOk): Buffer {
  const { statementId, columns, parameters, warnings } = message
  const writer = new ByteWriter(16).u8(OK_HEADER).u32le(statementId).u16le(columns).u16le(parameters)
  return writer.u8(0).u16le(warnings).finish()
}
