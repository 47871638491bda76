// MySQL: Client/Server Protocol, "COM_STMT_FETCH".
import { commandReader, commandWriter } from './body.ts'

/** Asks for more rows of a server-side cursor. */
export type ComStmtFetch = { readonly statementId: number; readonly rows: number }

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComStmtFetch(payload: Buffer): ComStmtFetch {
  const reader = commandReader(payload, 'COM_STMT_FETCH')
  const message = { statementId: reader.u32le(), rows: reader.u32le() }
  reader.end()
  return message
}

/** The payload. */
export function encodeComStmtFetch(message: ComStmtFetch): Buffer {
  return commandWriter('COM_STMT_FETCH').u32le(message.statementId).u32le(message.rows).finish()
}
