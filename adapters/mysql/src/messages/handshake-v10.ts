// MySQL: Client/Server Protocol, "Protocol::HandshakeV10"; MariaDB: "Initial Handshake Packet".
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader, lastText } from './body.ts'
import { type Capabilities, capability, has } from './capabilities.ts'

/** The server's first word. */
export type HandshakeV10 = {
  readonly serverVersion: string
  readonly connectionId: number
  /** What the client's proof is made with: 20 bytes. */
  readonly challenge: Buffer
  readonly capabilities: Capabilities
  /** The server's default collation, its low byte. */
  readonly collation: number
  readonly status: number
  /** The authentication plugin the server begins with. */
  readonly plugin: string
}

/** The first byte, and the protocol's number. */
const PROTOCOL_VERSION = 10
const FIRST_PART_BYTES = 8
/** The second part is never shorter, its zero included. */
const MIN_SECOND_PART_BYTES = 13

/** Reads the payload. Throws ProtocolViolation, also for a server from before MySQL 4.1. */
export function decodeHandshakeV10(payload: Buffer): HandshakeV10 {
  const reader = bodyReader(payload, 'upstream', 'HandshakeV10', PROTOCOL_VERSION)
  const serverVersion = reader.cstring()
  const connectionId = reader.u32le()
  const first = reader.bytes(FIRST_PART_BYTES)
  reader.bytes(1)
  const low = reader.u16le()
  const collation = reader.u8()
  const status = reader.u16le()
  const flags = (low | (reader.u16le() << 16)) >>> 0
  if (!has(flags, capability.PROTOCOL_41 | capability.SECURE_CONNECTION)) {
    throw reader.violation('is of a server that is too old')
  }
  const plugged = has(flags, capability.PLUGIN_AUTH)
  const challengeBytes = reader.u8()
  reader.bytes(6)
  const last = reader.u32le()
  const extended = has(flags, capability.MYSQL) ? 0 : last
  // The length counts where plugins are spoken of; before that there were 20 bytes and a zero.
  const told = plugged ? challengeBytes - FIRST_PART_BYTES : 0
  const second = reader.bytes(Math.max(MIN_SECOND_PART_BYTES, told))
  if (second.at(-1) !== 0) throw reader.violation('has a challenge without its closing zero')
  const plugin = plugged ? lastText(reader) : ''
  reader.end()
  const challenge = Buffer.concat([first, second.subarray(0, -1)])
  return {
    serverVersion,
    connectionId,
    challenge,
    capabilities: { flags, extended },
    collation,
    status,
    plugin,
  }
}

/** The payload. */
export function encodeHandshakeV10(message: HandshakeV10): Buffer {
  const { flags, extended } = message.capabilities
  const { challenge } = message
  const writer = new ByteWriter(128).u8(PROTOCOL_VERSION).cstring(message.serverVersion)
  writer.u32le(message.connectionId).bytes(challenge.subarray(0, FIRST_PART_BYTES)).u8(0)
  writer
    .u16le(flags & 0xffff)
    .u8(message.collation)
    .u16le(message.status)
    .u16le(flags >>> 16)
  writer.u8(has(flags, capability.PLUGIN_AUTH) ? challenge.length + 1 : 0).bytes(Buffer.alloc(6))
  writer.u32le(has(flags, capability.MYSQL) ? 0 : extended)
  writer.bytes(challenge.subarray(FIRST_PART_BYTES)).u8(0)
  if (has(flags, capability.PLUGIN_AUTH)) writer.cstring(message.plugin)
  return writer.finish()
}
