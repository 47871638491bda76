// MySQL: Client/Server Protocol, "COM_INIT_DB".
import type { TextEncoding } from '@sluice/wire/text'
import { commandReader, encodeCommandText, restText } from './body.ts'

/** Changes the current database, as USE does. */
export type ComInitDb = { readonly database: string }

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComInitDb(payload: Buffer, encoding: TextEncoding = 'utf8'): ComInitDb {
  return { database: restText(commandReader(payload, 'COM_INIT_DB'), encoding) }
}

/** The payload. */
export function encodeComInitDb(message: ComInitDb, encoding: TextEncoding = 'utf8'): Buffer {
  return encodeCommandText('COM_INIT_DB', message.database, encoding)
}
