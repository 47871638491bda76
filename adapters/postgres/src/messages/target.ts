// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Describe and Close
import type { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import type { ByteWriter } from '@sluice/wire/writer'

const STATEMENT = 0x53
const PORTAL = 0x50

/** A prepared statement or a portal, by name; the empty name is the unnamed one. */
export type Target = {
  readonly target: 'statement' | 'portal'
  readonly name: string
}

/** Reads a body that is one target. */
export function readTarget(reader: ByteReader, encoding: TextEncoding): Target {
  const code = reader.u8()
  if (code !== STATEMENT && code !== PORTAL) throw reader.violation('names neither a statement nor a portal')
  const name = reader.cstring(encoding)
  reader.end()
  return { target: code === STATEMENT ? 'statement' : 'portal', name }
}

/** Writes a body that is one target. */
export function writeTarget(writer: ByteWriter, message: Target, encoding: TextEncoding): void {
  writer.u8(message.target === 'statement' ? STATEMENT : PORTAL).cstring(message.name, encoding)
}
