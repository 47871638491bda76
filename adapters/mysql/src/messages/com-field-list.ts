// MySQL: Client/Server Protocol, "COM_FIELD_LIST".
import { encodeText, type TextEncoding } from '@sluice/wire/text'
import { commandReader, commandWriter, restText } from './body.ts'

/** Asks for the columns of a table of the current database. */
export type ComFieldList = {
  readonly table: string
  /** Names of columns, as LIKE has them; empty for all. */
  readonly wildcard: string
}

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComFieldList(payload: Buffer, encoding: TextEncoding = 'utf8'): ComFieldList {
  const reader = commandReader(payload, 'COM_FIELD_LIST')
  return { table: reader.cstring(encoding), wildcard: restText(reader, encoding) }
}

/** The payload. */
export function encodeComFieldList(message: ComFieldList, encoding: TextEncoding = 'utf8'): Buffer {
  const wildcard = encodeText(message.wildcard, encoding, 'COM_FIELD_LIST')
  return commandWriter('COM_FIELD_LIST').cstring(message.table, encoding).bytes(wildcard).finish()
}
