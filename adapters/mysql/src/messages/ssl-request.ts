// MySQL: Client/Server Protocol, "Protocol::SSLRequest": a HandshakeResponse41 that ends before the user name.
import { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import { capability, has } from './capabilities.ts'
import { type ClientOpening, OPENING_BYTES, readOpening, writeOpening } from './client-opening.ts'

/** Asks for TLS; the HandshakeResponse41 follows inside it. */
export type SSLRequest = ClientOpening

/** Whether a client's first message is an SSLRequest, by its length. */
export function isSSLRequest(payload: Buffer): boolean {
  return payload.length === OPENING_BYTES
}

/** Reads the payload. Throws ProtocolViolation. */
export function decodeSSLRequest(payload: Buffer): SSLRequest {
  const reader = new ByteReader(payload, 'client', 'SSLRequest')
  const opening = readOpening(reader)
  reader.end()
  if (!has(opening.capabilities.flags, capability.SSL)) throw reader.violation('does not ask for TLS')
  return opening
}

/** The payload. */
export function encodeSSLRequest(message: SSLRequest): Buffer {
  if (!has(message.capabilities.flags, capability.SSL)) {
    throw new ProtocolViolation('gateway', 'malformed', 'an SSLRequest needs the capability SSL')
  }
  const writer = new ByteWriter(OPENING_BYTES)
  writeOpening(writer, message)
  return writer.finish()
}
