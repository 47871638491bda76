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

/** True where the one that was spoken with is gone: it closed the connection, reset it, or was shut out of it. */
export function hasLeft(error: unknown): boolean {
  if (error instanceof ConnectionClosed) return true
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/**
 * True for what a client did; false for failures that belong into the gateway's own log. What a database does amid the
 * gateway's login may be the sign of an impostor.
 */
export function isExpected(error: unknown): boolean {
  if (error instanceof ProtocolViolation) return error.fault === 'client'
  return error instanceof ConnectionRefused || error instanceof ConnectionClosed
}

/** What the record says of a connection that did not become a session. A violation's message holds no input. */
export function recordedReason(error: unknown, { message }: Told): string {
  if (error instanceof ProtocolViolation) return error.message
  const cause = error instanceof ConnectionRefused ? error.cause : undefined
  if (cause instanceof IdentityRefused) return `${cause.reason}: ${cause.message}`
  return cause instanceof Error ? cause.message : message
}
