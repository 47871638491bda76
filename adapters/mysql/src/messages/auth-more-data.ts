// MySQL: Client/Server Protocol, "Protocol::AuthMoreData".
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader } from './body.ts'

/** A word of an authentication plugin to its other side. */
export type AuthMoreData = { readonly data: Buffer }

/** The first byte. */
export const AUTH_MORE_DATA = 0x01

/** Reads the payload. Throws ProtocolViolation. */
export function decodeAuthMoreData(payload: Buffer): AuthMoreData {
  return { data: bodyReader(payload, 'upstream', 'AuthMoreData', AUTH_MORE_DATA).rest() }
}

/** The payload. */
export function encodeAuthMoreData(message: AuthMoreData): Buffer {
  return new ByteWriter(64).u8(AUTH_MORE_DATA).bytes(message.data).finish()
}
