// MySQL: Client/Server Protocol, "COM_PING".
import { commandWriter, readNothing } from './body.ts'

/** Asks whether the server is there. */
export type ComPing = Readonly<Record<string, never>>

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComPing(payload: Buffer): ComPing {
  readNothing(payload, 'COM_PING')
  return {}
}

/** The payload. */
export function encodeComPing(): Buffer {
  return commandWriter('COM_PING', 16).finish()
}
