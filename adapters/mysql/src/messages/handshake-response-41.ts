// MySQL: Client/Server Protocol, "Protocol::HandshakeResponse41"; MariaDB: "Handshake Response Packet".
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { lastText, readName } from './body.ts'
import { capability, has } from './capabilities.ts'
import { type ClientOpening, readOpening, writeOpening } from './client-opening.ts'
import {
  type ConnectAttributes,
  readConnectAttributes,
  writeConnectAttributes,
} from './connect-attributes.ts'
import { readBytes, writeBytes } from './length-encoded.ts'

/** Who a client says it is. All of it is the client's claim. */
export type HandshakeResponse41 = ClientOpening & {
  readonly user: string
  /** The answer to the server's challenge, by `plugin`. A secret. */
  readonly authResponse: Buffer
  /** Absent: the client names none. */
  readonly database: string | undefined
  /** Absent: the client knows no plugins. */
  readonly plugin: string | undefined
  readonly attributes: ConnectAttributes
  /** Absent where zstd is not asked for. */
  readonly zstdLevel: number | undefined
}

/** Reads the payload. Throws ProtocolViolation. */
export function decodeHandshakeResponse41(payload: Buffer): HandshakeResponse41 {
  const reader = new ByteReader(payload, 'client', 'HandshakeResponse41')
  const opening = readOpening(reader)
  const { flags } = opening.capabilities
  const user = readName(reader)
  const authResponse = readAuthResponse(reader, flags)
  const database = has(flags, capability.CONNECT_WITH_DB) ? readDatabase(reader) : undefined
  const plugin = has(flags, capability.PLUGIN_AUTH) ? readPlugin(reader, flags) : undefined
  const given = has(flags, capability.CONNECT_ATTRS) && reader.remaining > 0
  const attributes: ConnectAttributes = given ? readConnectAttributes(reader) : new Map()
  const zstdLevel = has(flags, capability.ZSTD_COMPRESSION) && reader.remaining > 0 ? reader.u8() : undefined
  reader.end()
  return { ...opening, user, authResponse, database, plugin, attributes, zstdLevel }
}

/** The payload. */
export function encodeHandshakeResponse41(message: HandshakeResponse41): Buffer {
  const { flags } = message.capabilities
  const writer = new ByteWriter(256)
  writeOpening(writer, message)
  writer.cstring(message.user)
  writeAuthResponse(writer, flags, message.authResponse)
  if (has(flags, capability.CONNECT_WITH_DB)) writer.cstring(message.database ?? '')
  if (has(flags, capability.PLUGIN_AUTH)) writer.cstring(message.plugin ?? '')
  if (has(flags, capability.CONNECT_ATTRS)) writeConnectAttributes(writer, message.attributes)
  if (message.zstdLevel !== undefined) writer.u8(message.zstdLevel)
  return writer.finish()
}

function readAuthResponse(reader: ByteReader, flags: number): Buffer {
  if (has(flags, capability.PLUGIN_AUTH_LENENC_DATA)) return readBytes(reader)
  if (has(flags, capability.SECURE_CONNECTION)) return reader.bytes(reader.u8())
  return reader.cbytes()
}

function writeAuthResponse(writer: ByteWriter, flags: number, response: Buffer): void {
  if (has(flags, capability.PLUGIN_AUTH_LENENC_DATA)) writeBytes(writer, response)
  else if (has(flags, capability.SECURE_CONNECTION)) writer.u8(response.length).bytes(response)
  else writer.cstring(response.toString('latin1'), 'latin1')
}

/** Nothing behind the user name and its proof: the flag was set for a database that has no name. */
function readDatabase(reader: ByteReader): string | undefined {
  const name = reader.remaining === 0 ? '' : readName(reader)
  return name === '' ? undefined : name
}

/** The last field of many clients, whose zero some leave out. */
function readPlugin(reader: ByteReader, flags: number): string | undefined {
  if (reader.remaining === 0) return undefined
  const followed = (flags & (capability.CONNECT_ATTRS | capability.ZSTD_COMPRESSION)) !== 0
  const name = followed ? reader.cstring() : lastText(reader)
  return name === '' ? undefined : name
}
