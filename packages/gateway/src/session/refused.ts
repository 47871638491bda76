import { ConnectionClosed } from '@sluice/wire/conversation'
import { ProtocolViolation } from '@sluice/wire/violation'
import { IdentityRefused } from '../ports/identity-provider.ts'
import type { Told } from './failure.ts'

/** A connection is refused before it is a session. The client is told `refusal`, the record the cause. */
export class ConnectionRefused<Refusal extends Told> extends Error {
  override readonly name = 'ConnectionRefused'
  readonly refusal: Refusal
  constructor(refusal: Refusal, cause?: unknown) {
    super(refusal.message, { cause })
    this.refusal = refusal
  }
}

/** True for what a peer did; false for failures that belong into the gateway's own log. */
export function isExpected(error: unknown): boolean {
  return (
    error instanceof ConnectionRefused ||
    error instanceof ProtocolViolation ||
    error instanceof ConnectionClosed
  )
}

/** What the record says of a connection that did not become a session. */
export function recordedReason(error: unknown, { message }: Told): string {
  const cause = error instanceof ConnectionRefused ? error.cause : undefined
  if (cause instanceof IdentityRefused) return `${cause.reason}: ${cause.message}`
  return cause instanceof Error ? cause.message : message
}
