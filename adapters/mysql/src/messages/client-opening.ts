// MySQL: Client/Server Protocol, "Protocol::SSLRequest" and "Protocol::HandshakeResponse41": what both open with.
import type { ByteReader } from '@sluice/wire/reader'
import type { ByteWriter } from '@sluice/wire/writer'
import { type Capabilities, capability, has } from './capabilities.ts'

/** What a client asks for before it says who it is. */
export type ClientOpening = {
  readonly capabilities: Capabilities
  /** Longest packet the client wants, in bytes. */
  readonly maxPacketBytes: number
  /** Collation of the connection, its low byte; it says in which character set the client's text is. */
  readonly collation: number
}

/** Bytes of the opening, which is all there is of an SSLRequest. */
export const OPENING_BYTES = 32

/** Reads the opening. Throws ProtocolViolation, also for a client from before MySQL 4.1. */
export function readOpening(reader: ByteReader): ClientOpening {
  const flags = reader.u32le()
  if (!has(flags, capability.PROTOCOL_41)) throw reader.violation('is of a client that is too old')
  const maxPacketBytes = reader.u32le()
  const collation = reader.u8()
  reader.bytes(19)
  const last = reader.u32le()
  const extended = has(flags, capability.MYSQL) ? 0 : last
  return { capabilities: { flags, extended }, maxPacketBytes, collation }
}

/** Writes the opening. */
export function writeOpening(writer: ByteWriter, opening: ClientOpening): void {
  const { flags, extended } = opening.capabilities
  writer.u32le(flags).u32le(opening.maxPacketBytes).u8(opening.collation).bytes(Buffer.alloc(19))
  writer.u32le(has(flags, capability.MYSQL) ? 0 : extended)
}
