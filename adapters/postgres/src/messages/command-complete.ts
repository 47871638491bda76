// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CommandComplete
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** A statement was carried out. */
export type CommandComplete = {
  /** `SELECT 3`, `INSERT 0 1`, `CREATE TABLE`, … */
  readonly tag: string
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeCommandComplete(payload: Buffer, encoding: TextEncoding = 'utf8'): CommandComplete {
  const reader = new ByteReader(payload, 'upstream', 'CommandComplete')
  const tag = reader.cstring(encoding)
  reader.end()
  return { tag }
}

/** The whole message. */
export function encodeCommandComplete(message: CommandComplete, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter().beginMessage(backend.CommandComplete)
  writer.cstring(message.tag, encoding)
  return writer.endMessage().finish()
}

/** Rows a command tag reports, or `undefined` when it reports none (`CREATE TABLE`). */
export function rowsOfTag(tag: string): number | undefined {
  const digits = /^(?:INSERT \d+|[A-Z ]+) (\d{1,15})$/.exec(tag)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
