// MySQL: Client/Server Protocol, "COM_PROCESS_KILL".
import { commandReader, commandWriter } from './body.ts'

/** Ends a connection. The id is one that the server gave, or so the client believes. */
export type ComProcessKill = { readonly connectionId: number }

/** Reads the payload. Throws ProtocolViolation. */
export function decodeComProcessKill(payload: Buffer): ComProcessKill {
  const reader = commandReader(payload, 'COM_PROCESS_KILL')
  const message = { connectionId: reader.u32le() }
  reader.end()
  return message
}

/** The payload. */
export function encodeComProcessKill(message: ComProcessKill): Buffer {
  return commandWriter('COM_PROCESS_KILL').u32le(message.connectionId).finish()
}
