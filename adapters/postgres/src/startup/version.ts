// PostgreSQL: Frontend/Backend Protocol, "Message Flow", "Start-up" and "Protocol Versions".
import { encodeNegotiateProtocolVersion } from '../messages/negotiate-protocol-version.ts'
import { PROTOCOL_3_0, PROTOCOL_3_2 } from '../messages/startup-message.ts'

/** The newest protocol spoken with clients, as a version word. */
const NEWEST_PROTOCOL: number = PROTOCOL_3_2

/** The protocol a session speaks when its client asks for `asked`: that one, or the newest there is. */
function spokenVersion(asked: number): number {
  return Math.min(asked, NEWEST_PROTOCOL)
}

/** From 3.2 on a cancel key may be longer than four bytes. 3.1 was never given a meaning: it is 3.0 under another number. */
export function takesLongKeys(version: number): boolean {
  return version >= PROTOCOL_3_2
}

/**
 * What the client is told of its version and its `_pq_.` options, none of which is known here; undefined where there
 * is nothing to tell. As the server does it (src/backend/tcop/backend_startup.c): a newer minor version than the
 * newest is talked down, an older one is taken as it is.
 */
export function versionAnswer(asked: number, unknownOptions: readonly string[]): Buffer | undefined {
  if (asked <= NEWEST_PROTOCOL && unknownOptions.length === 0) return undefined
  return encodeNegotiateProtocolVersion({ newest: spokenVersion(asked), unknownOptions })
}

/** True for an answer that a server may give to `asked` when no options were asked for: an older version of protocol 3. */
export function mayBeTalkedDownTo(newest: number, asked: number, unknownOptions: readonly string[]): boolean {
  return newest >= PROTOCOL_3_0 && newest < asked && unknownOptions.length === 0
}
