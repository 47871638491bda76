import { ProtocolViolation } from '@sluice/wire/violation'
import { CatalogUnavailable } from '../catalog/keeper.ts'
import { JournalUnavailable } from '../ports/audit-sink.ts'
import { FlowsUnwritable } from '../ports/flow-ledger.ts'

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

/** What kept the gateway from its part at one statement, which is not run. */
export type StatementFailure = {
  /** What adapters choose their code by. `internal`: nobody has foreseen it, so it belongs into the gateway's own log. */
  readonly kind: 'journal' | 'flows' | 'catalog' | 'internal'
  readonly told: Told
}

/** Tells what an error amid a statement, of which the database was sent nothing, means for its client. */
export function statementFailureOf(error: unknown): StatementFailure {
  if (error instanceof JournalUnavailable) return unrecorded
  if (error instanceof CatalogUnavailable) return uncatalogued
  if (error instanceof FlowsUnwritable) {
    const message = `${error.message}, so the statement is not run`
    return { kind: 'flows', told: { message, hint: `${TELL_OPERATOR}, then try again` } }
  }
  return { kind: 'internal', told: statementFailed }
}

const TELL_OPERATOR = 'tell whoever runs the gateway'

const unrecorded: StatementFailure = {
  kind: 'journal',
  told: {
    message: 'the statement cannot be recorded, so it is not run',
    hint: `the gateway’s journal cannot be written; ${TELL_OPERATOR}, then try again`,
  },
}

/** What a client is told whose session is not opened since its record cannot be kept. */
export const sessionUnrecorded: Told = {
  message: 'the session cannot be recorded, so it is not opened',
  hint: `the gateway’s journal cannot be written; ${TELL_OPERATOR}, then connect again`,
}

const uncatalogued: StatementFailure = {
  kind: 'catalog',
  told: {
    message: 'the statement cannot be understood now, so it is not run',
    hint: `the gateway cannot read the database’s catalog; ${TELL_OPERATOR}, then try again`,
  },
}

/** What a client is told whose statement the gateway failed at in a way that nobody has foreseen. */
export const statementFailed: Told = {
  message: 'the gateway failed at the statement, so it is not run',
  hint: `${TELL_OPERATOR}; its log says why`,
}

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
