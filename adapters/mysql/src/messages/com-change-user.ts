// MySQL: Client/Server Protocol, "COM_CHANGE_USER".
import type { ByteReader } from '@sluice/wire/reader'
import { commandReader, commandWriter, lastText, readName } from './body.ts'
import { capability, has } from './capabilities.ts'
import {
  type ConnectAttributes,
  readConnectAttributes,
  writeConnectAttributes,
} from './connect-attributes.ts'

/** A new login on the same connection. INVARIANT (identity-bound): proven anew, never forwarded. */
export type ComChangeUser = {
  readonly user: string
  /** The answer to a challenge that the server has not sent anew. A secret. */
  readonly authResponse: Buffer
  readonly database: string | undefined
  /** Absent where the client says none: then what the connection has stays. */
  readonly collation: number | undefined
  readonly plugin: string | undefined
  readonly attributes: ConnectAttributes
}

/** Reads the payload; `flags` are the capabilities agreed on. Throws ProtocolViolation. */
export function decodeComChangeUser(payload: Buffer, flags: number): ComChangeUser {
  const reader = commandReader(payload, 'COM_CHANGE_USER')
  const user = readName(reader)
  const secure = has(flags, capability.SECURE_CONNECTION)
  const authResponse = secure ? reader.bytes(reader.u8()) : reader.cbytes()
  const database = someName(reader)
  const collation = reader.remaining > 0 ? reader.u16le() : undefined
  const attributed = has(flags, capability.CONNECT_ATTRS)
  const plugged = has(flags, capability.PLUGIN_AUTH) && reader.remaining > 0
  const plugin = plugged ? (attributed ? someName(reader) : lastName(reader)) : undefined
  const attributes: ConnectAttributes =
    attributed && reader.remaining > 0 ? readConnectAttributes(reader) : new Map()
  reader.end()
  return { user, authResponse, database, collation, plugin, attributes }
}

function someName(reader: ByteReader): string | undefined {
  const name = readName(reader)
  return name === '' ? undefined : name
}

function lastName(reader: ByteReader): string | undefined {
  const name = lastText(reader)
  return name === '' ? undefined : name
}

/** The payload, by the capabilities agreed on. What stands behind a field that is absent is left out, too. */
export function encodeComChangeUser(message: ComChangeUser, flags: number): Buffer {
  const { authResponse, collation } = message
  const writer = commandWriter('COM_CHANGE_USER', 128).cstring(message.user)
  if (has(flags, capability.SECURE_CONNECTION)) writer.u8(authResponse.length).bytes(authResponse)
  else writer.cstring(authResponse.toString('latin1'), 'latin1')
  writer.cstring(message.database ?? '')
  if (collation === undefined) return writer.finish()
  writer.u16le(collation)
  if (has(flags, capability.PLUGIN_AUTH)) writer.cstring(message.plugin ?? '')
  if (has(flags, capability.CONNECT_ATTRS)) writeConnectAttributes(writer, message.attributes)
  return writer.finish()
}
