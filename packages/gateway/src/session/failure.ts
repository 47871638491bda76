import { ProtocolViolation } from '@sluice/wire/violation'
import { JournalUnavailable } from '../ports/audit-sink.ts'

/** What a client is told, beside the code that its protocol has for it. */
export type Told = { readonly message: string; readonly hint: string }

/** What ended a session by force. */
export type Failure = {
  /** What adapters choose their code by. */
  readonly kind: 'protocol' | 'encoding' | 'journal' | 'internal'
  /** For the record. */
  readonly reason: string
  readonly told: Told
  /** For the gateway's own log; undefined where a peer broke the rules. */
  readonly error: unknown
}

/** Tells what an error that nobody in a session could take means for its client and its record. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ProtocolViolation) return violationOf(error)
  if (error instanceof JournalUnavailable) {
    return {
      kind: 'journal',
      reason: 'the journal cannot be written',
      told: {
        message: 'the statement’s record cannot be written, so its result is withheld',
        hint: 'tell whoever runs the gateway; the statement only read',
      },
      error,
    }
  }
  return {
    kind: 'internal',
    reason: `internal error: ${error instanceof Error ? error.name : typeof error}`,
    told: { message: 'the gateway failed', hint: `the session was ended; ${TELL_OPERATOR}` },
    error,
  }
}

const TELL_OPERATOR = 'tell whoever runs the gateway'

function violationOf(error: ProtocolViolation): Failure {
  const { fault, reason, message } = error
  const next = fault === 'client' ? 'check the driver’s version and settings' : TELL_OPERATOR
  return {
    kind: reason === 'encoding' ? 'encoding' : 'protocol',
    reason: `protocol violation by the ${fault}: ${message}`,
    told: { message, hint: `the session was ended; ${next}` },
    error: fault === 'gateway' ? error : undefined,
  }
}

/** What a client is told whose database went away. */
export const databaseLost: Told = {
  message: 'the connection to the database was lost',
  hint: 'connect again; a statement that was running may or may not have taken effect',
}
