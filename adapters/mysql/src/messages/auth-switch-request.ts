// MySQL: Client/Server Protocol, "Protocol::AuthSwitchRequest".
import { ByteWriter } from '@sluice/wire/writer'
import { plugin as plugins } from '../auth/plugins.ts'
import { bodyReader } from './body.ts'

/** The server wants another proof than the one it got. */
export type AuthSwitchRequest = {
  readonly plugin: string
  /** What the proof is made with; for most plugins the 20 bytes of a challenge. */
  readonly data: Buffer
}

/** The first byte. A payload of this byte alone asks for the proof from before MySQL 4.1, which is not spoken here. */
export const AUTH_SWITCH_REQUEST = 0xfe

/** Reads the payload. Throws ProtocolViolation. */
export function decodeAuthSwitchRequest(payload: Buffer): AuthSwitchRequest {
  const reader = bodyReader(payload, 'upstream', 'AuthSwitchRequest', AUTH_SWITCH_REQUEST)
  const plugin = reader.cstring()
  return { plugin, data: challengeIn(plugin, reader.rest()) }
}

/**
 * What the proof is made with. A zero closes the data of all plugins but ed25519, whose 32 bytes are random ones: the
 * last of them may be zero.
 */
export function challengeIn(plugin: string, data: Buffer): Buffer {
  return plugin !== plugins.ED25519 && data.at(-1) === 0 ? data.subarray(0, -1) : data
}

/** The payload, with a zero behind the data, as servers send it. */
export function encodeAuthSwitchRequest({ plugin, data }: AuthSwitchRequest): Buffer {
  const writer = new ByteWriter(64).u8(AUTH_SWITCH_REQUEST).cstring(plugin).bytes(data)
  return (plugin === plugins.ED25519 ? writer : writer.u8(0)).finish()
}
