// PostgreSQL: Frontend/Backend Protocol, "Message Formats": Terminate
import { readNothing, writeNothing } from './body.ts'
import { frontend } from './codes.ts'

/** The frontend ends the session. */
export type Terminate = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodeTerminate(payload: Buffer): Terminate {
  readNothing(payload, 'client', 'Terminate')
  return {}
}

/** The whole message. */
export function encodeTerminate(): Buffer {
  return writeNothing(frontend.Terminate)
}
