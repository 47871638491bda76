// MySQL: Client/Server Protocol, "COM_STMT_PREPARE".
import type { TextEncoding } from '@sluice/wire/text'
import { commandReader, encodeCommandText, restText } from './body.ts'

/** Makes a prepared statement of one statement's text. */
export type ComStmtPrepare = { readonly sql: string }

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComStmtPrepare(payload: Buffer, encoding: TextEncoding = 'utf8'): ComStmtPrepare {
  return { sql: restText(commandReader(payload, 'COM_STMT_PREPARE'), encoding) }
}

/** The payload. */
export function encodeComStmtPrepare(message: ComStmtPrepare, encoding: TextEncoding = 'utf8'): Buffer {
  return encodeCommandText('COM_STMT_PREPARE', message.sql, encoding)
}
