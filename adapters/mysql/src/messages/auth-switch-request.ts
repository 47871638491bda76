// MySQL: Client/Server Protocol, "Protocol::AuthSwitchRequest".
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader } from './body.ts'

/** The server wants another proof than the one it got. */
export type AuthSwitchRequest = {
  readonly plugin: string
  /** What the proof is made with; for most plugins the 20 bytes of a challenge. */
  readonly data: Buffer
}

/** The first byte. A payload of this byte alone asks for the proof from before MySQL 4.1, which is not spoken here. */
export const AUTH_SWITCH_REQUEST = 0xfe

/** Reads the payload. The data's closing zero, where there is one, is no part of it. Throws ProtocolViolation. */
export function decodeAuthSwitchRequest(payload: Buffer): AuthSwitchRequest {
  const reader = bodyReader(payload, 'upstream', 'AuthSwitchRequest', AUTH_SWITCH_REQUEST)
  const plugin = reader.cstring()
  const data = reader.rest()
  return { plugin, data: data.at(-1) === 0 ? data.subarray(0, -1) : data }
}

/** The payload, with a zero behind the data, as servers send it. */
export function encodeAuthSwitchRequest(message: AuthSwitchRequest): Buffer {
  return new ByteWriter(64).u8(AUTH_SWITCH_REQUEST).cstring(message.plugin).bytes(message.data).u8(0).finish()
}
