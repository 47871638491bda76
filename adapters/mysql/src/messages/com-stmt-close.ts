// MySQL: Client/Server Protocol, "COM_STMT_CLOSE".
import { commandReader, commandWriter } from './body.ts'

/** Drops a prepared statement. The server does not answer. */
export type ComStmtClose = { readonly statementId: number }

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComStmtClose(payload: Buffer): ComStmtClose {
  const reader = commandReader(payload, 'COM_STMT_CLOSE')
  const message = { statementId: reader.u32le() }
  reader.end()
  return message
}

/** The payload. */
export function encodeComStmtClose(message: ComStmtClose): Buffer {
  return commandWriter('COM_STMT_CLOSE').u32le(message.statementId).finish()
}
