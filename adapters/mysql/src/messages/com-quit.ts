// MySQL: Client/Server Protocol, "COM_QUIT".
import { commandWriter, readNothing } from './body.ts'

/** Ends the connection. The server does not answer. */
export type ComQuit = Readonly<Record<string, never>>

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComQuit(payload: Buffer): ComQuit {
  readNothing(payload, 'COM_QUIT')
  return {}
}

/** The payload. */
export function encodeComQuit(): Buffer {
  return commandWriter('COM_QUIT', 16).finish()
}
