// MySQL: Client/Server Protocol, "COM_STATISTICS".
import { commandWriter, readNothing } from './body.ts'

/** Asks for one line of figures, which comes as a text without any header. */
export type ComStatistics = Readonly<Record<string, never>>

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComStatistics(payload: Buffer): ComStatistics {
  readNothing(payload, 'COM_STATISTICS')
  return {}
}

/** The payload. */
export function encodeComStatistics(): Buffer {
  return commandWriter('COM_STATISTICS', 16).finish()
}
