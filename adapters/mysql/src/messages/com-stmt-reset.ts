// MySQL: Client/Server Protocol, "COM_STMT_RESET".
import { commandReader, commandWriter } from './body.ts'

/** Forgets long data and closes the cursor of a prepared statement. */
export type ComStmtReset = { readonly statementId: number }

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComStmtReset(payload: Buffer): ComStmtReset {
  const reader = commandReader(payload, 'COM_STMT_RESET')
  const message = { statementId: reader.u32le() }
  reader.end()
  return message
}

/** The payload. */
export function encodeComStmtReset(message: ComStmtReset): Buffer {
  return commandWriter('COM_STMT_RESET').u32le(message.statementId).finish()
}
