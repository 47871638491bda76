/** Who broke the rules: the client, the database behind the gateway, or the gateway's own code. */
export type Fault = 'client' | 'upstream' | 'gateway'

/**
 * Which rule was broken.
 * - `malformed`: bytes that do not have the shape their message prescribes.
 * - `limit`: well shaped, but longer or more numerous than a limit allows.
 * - `encoding`: text that is not valid in the encoding the session uses.
 * - `unexpected`: a known message at a moment when it may not come.
 */
export type ViolationReason = 'malformed' | 'limit' | 'encoding' | 'unexpected'

/**
 * Thrown for every input that cannot be read as the protocol prescribes, and for every output the
 * gateway itself would get wrong.
 *
 * INVARIANT (no-unread-bytes): bytes that end in this error are never forwarded. The message never
 * holds input bytes, so it may be logged.
 */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation'
  /** Who broke the rule. */
  readonly fault: Fault
  /** Which rule was broken. */
  readonly reason: ViolationReason

  constructor(fault: Fault, reason: ViolationReason, message: string) {
    super(message)
    this.fault = fault
    this.reason = reason
  }
}
