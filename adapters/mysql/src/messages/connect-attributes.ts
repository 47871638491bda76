// MySQL: Client/Server Protocol, "HandshakeResponse41" and "COM_CHANGE_USER": the connection attributes.
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { wordsOf } from './body.ts'
import { readBytes, writeBytes, writeText } from './length-encoded.ts'

/** What a client says of itself, in the order sent; `program_name`, `_client_name` and so on. Claims, all of it. */
export type ConnectAttributes = ReadonlyMap<string, string>

/** Most attributes one connection may bring; drivers send about eight. */
export const MAX_CONNECT_ATTRIBUTES = 256

/** Reads the attributes with the length before them. Of a name that comes twice the last value counts. */
export function readConnectAttributes(reader: ByteReader): ConnectAttributes {
  const inner = new ByteReader(readBytes(reader), 'client', 'connection attributes')
  const attributes = new Map<string, string>()
  while (inner.remaining > 0) {
    if (attributes.size === MAX_CONNECT_ATTRIBUTES) throw inner.violation('are more than 256')
    const name = wordsOf(readBytes(inner))
    attributes.set(name, wordsOf(readBytes(inner)))
  }
  return attributes
}

/** Writes the attributes with the length before them. */
export function writeConnectAttributes(writer: ByteWriter, attributes: ConnectAttributes): void {
  const inner = new ByteWriter(256)
  for (const [name, value] of attributes) {
    writeText(inner, name)
    writeText(inner, value)
  }
  writeBytes(writer, inner.finish())
}
