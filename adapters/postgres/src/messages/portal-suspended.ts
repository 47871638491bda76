// PostgreSQL: Frontend/Backend Protocol, "Message Formats": PortalSuspended
import { readNothing, writeNothing } from './body.ts'
import { backend } from './codes.ts'

/** The row limit of an Execute was reached; the portal has more. */
export type PortalSuspended = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. */
export function decodePortalSuspended(payload: Buffer): PortalSuspended {
  readNothing(payload, 'upstream', 'PortalSuspended')
  return {}
}

/** The whole message. */
export function encodePortalSuspended(): Buffer {
  return writeNothing(backend.PortalSuspended)
}
