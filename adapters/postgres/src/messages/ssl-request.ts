// PostgreSQL: Frontend/Backend Protocol, "Message Formats": SSLRequest
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { SSL_REQUEST_CODE } from '../framing/startup-framer.ts'

/** Asks for TLS; answered by one byte, `S` or `N`. */
export type SSLRequest = Readonly<Record<string, never>>

/** Reads a packet from its code word on. Throws ProtocolViolation. */
export function decodeSSLRequest(payload: Buffer): SSLRequest {
  const reader = new ByteReader(payload, 'client', 'SSLRequest')
  if (reader.u32() !== SSL_REQUEST_CODE) throw reader.violation('has another code')
  reader.end()
  return {}
}

/** The whole packet. */
export function encodeSSLRequest(): Buffer {
  return new ByteWriter(16).beginMessage().u32(SSL_REQUEST_CODE).endMessage().finish()
}
