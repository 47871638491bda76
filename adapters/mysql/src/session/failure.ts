import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import { ProtocolViolation } from '@sluice/wire/violation'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'

/** Of what ended a session by force: the reason for the record, and what the client is told. */
export function failure(error: unknown): [string, Refusal] {
  if (error instanceof ProtocolViolation) {
    const refusal: Refusal = {
      code: errno.malformedPacket,
      message: error.message,
      hint:
        error.fault === 'client'
          ? 'the session was ended; check the driver’s version and settings'
          : 'the session was ended; tell whoever runs the gateway',
    }
    return [`protocol violation by the ${error.fault}: ${error.message}`, refusal]
  }
  if (error instanceof JournalUnavailable) {
    return [
      'the journal cannot be written',
      {
        code: errno.unknownError,
        message: 'the statement’s record cannot be written, so its result is withheld',
        hint: 'tell whoever runs the gateway; the statement only read',
      },
    ]
  }
  return [
    `internal error: ${error instanceof Error ? error.name : typeof error}`,
    {
      code: errno.unknownError,
      message: 'the gateway failed',
      hint: 'the session was ended; tell whoever runs the gateway',
    },
  ]
}
