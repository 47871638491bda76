// MySQL: Client/Server Protocol: what several messages share.
import { isUtf8 } from 'node:buffer'
import { ByteReader } from '@sluice/wire/reader'
import { encodeText, type TextEncoding } from '@sluice/wire/text'
import type { Fault } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import { type CommandName, command } from './commands.ts'

/** A reader over a payload behind its first byte, which must be `header`. Throws ProtocolViolation. */
export function bodyReader(payload: Uint8Array, fault: Fault, what: string, header: number): ByteReader {
  const reader = new ByteReader(payload, fault, what)
  const found = reader.u8()
  if (found !== header) throw reader.violation(`opens with the byte ${found} and not ${header}`)
  return reader
}

/** A reader over the fields of a command. Throws ProtocolViolation where it is another one. */
export function commandReader(payload: Uint8Array, name: CommandName): ByteReader {
  return bodyReader(payload, 'client', name, command[name])
}

/** A writer that has the command's first byte already. */
export function commandWriter(name: CommandName, capacityBytes = 64): ByteWriter {
  return new ByteWriter(capacityBytes).u8(command[name])
}

/** Checks that a command without fields has none. */
export function readNothing(payload: Uint8Array, name: CommandName): void {
  commandReader(payload, name).end()
}

/** Everything not read yet, as text. */
export function restText(reader: ByteReader, encoding: TextEncoding): string {
  return reader.text(reader.remaining, encoding)
}

/** Text whose zero may be missing where it is the last field: older clients and servers leave it out. */
export function lastText(reader: ByteReader): string {
  const text = restText(reader, 'utf8')
  const zero = text.indexOf('\0')
  if (zero < 0 || zero === text.length - 1) return zero < 0 ? text : text.slice(0, zero)
  throw reader.violation('has bytes behind its last field')
}

/** Longest name of a login or a database that is taken, in characters; servers have 128 at most. */
const MAX_NAME_CHARS = 1024

/** The name of a login or a database: nobody writes a long one into the record before having proven anything. */
export function readName(reader: ByteReader): string {
  const name = reader.cstring()
  if (name.length > MAX_NAME_CHARS)
    throw reader.violation(`has a name of more than ${MAX_NAME_CHARS} characters`)
  return name
}

/**
 * Text for people, and names of settings: in whatever character set the server has at that moment, so what is not UTF-8
 * is read as latin1.
 */
export function wordsOf(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')
}

/** A command whose one field is text up to its end. */
export function encodeCommandText(name: CommandName, text: string, encoding: TextEncoding): Buffer {
  const bytes = encodeText(text, encoding, name)
  return commandWriter(name, bytes.length + 1)
    .bytes(bytes)
    .finish()
}
