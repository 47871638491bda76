// MySQL: Client/Server Protocol, "COM_STMT_SEND_LONG_DATA".
import { commandReader, commandWriter } from './body.ts'

/** Adds bytes to the value of one placeholder. The server does not answer. */
export type ComStmtSendLongData = {
  readonly statementId: number
  readonly parameter: number
  /** A view of the payload. */
  readonly data: Buffer
}

/** Bytes before the data: what must be there to know whose it is. */
const LONG_DATA_HEAD_BYTES = 7

/** Reads the payload, or its first LONG_DATA_HEAD_BYTES. Throws ProtocolViolation. */
export function decodeComStmtSendLongData(payload: Buffer): ComStmtSendLongData {
  const reader = commandReader(payload, 'COM_STMT_SEND_LONG_DATA')
  return { statementId: reader.u32le(), parameter: reader.u16le(), data: reader.rest() }
}

/** The payload. */
export function encodeComStmtSendLongData(message: ComStmtSendLongData): Buffer {
  const writer = commandWriter('COM_STMT_SEND_LONG_DATA', message.data.length + LONG_DATA_HEAD_BYTES)
  return writer.u32le(message.statementId).u16le(message.parameter).bytes(message.data).finish()
}
