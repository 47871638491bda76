// MySQL: Client/Server Protocol, "COM_RESET_CONNECTION".
import { commandWriter, readNothing } from './body.ts'

/** Makes the session as it was right after its login, without a new one. */
export type ComResetConnection = Readonly<Record<string, never>>

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComResetConnection(payload: Buffer): ComResetConnection {
  readNothing(payload, 'COM_RESET_CONNECTION')
  return {}
}

/** The payload. */
export function encodeComResetConnection(): Buffer {
  return commandWriter('COM_RESET_CONNECTION', 16).finish()
}
