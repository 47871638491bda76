// PostgreSQL: Frontend/Backend Protocol, "Message Formats": GSSENCRequest
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { GSSENC_REQUEST_CODE } from '../framing/startup-framer.ts'

/** Asks for GSSAPI encryption; answered by one byte, `G` or `N`. */
export type GSSENCRequest = Readonly<Record<string, never>>

/** Reads a packet from its code word on. Throws ProtocolViolation. */
export function decodeGSSENCRequest(payload: Buffer): GSSENCRequest {
  const reader = new ByteReader(payload, 'client', 'GSSENCRequest')
  if (reader.u32() !== GSSENC_REQUEST_CODE) throw reader.violation('has another code')
  reader.end()
  return {}
}

/** The whole packet. */
export function encodeGSSENCRequest(): Buffer {
  return new ByteWriter(16).beginMessage().u32(GSSENC_REQUEST_CODE).endMessage().finish()
}
