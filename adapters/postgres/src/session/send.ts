import type { MaskedRow } from '@sluice/core/mask/apply'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import type { Slice } from '@sluice/wire/outgoing'
import { emit } from './server/emit.ts'
import type { Session } from './session.ts'

/**
 * True where the database would not hear a message that waited for something: an earlier one of its pipeline failed
 * meanwhile, so that it passes over everything up to Sync; it heard it amid the data of a COPY; or the session is over.
 * Then nothing is sent and nothing is owed.
 */
export function isDeaf(session: Session): boolean {
  return session.skipping || session.waitingHeard || session.over
}

/** Sends what makes the database execute. INVARIANT (record-before-effect): it takes the permit of each statement. */
export function sendStatement(
  session: Session,
  _permits: Permit | readonly Permit[],
  message: Slice | Buffer,
): void {
  if (Buffer.isBuffer(message)) session.toUpstream.add(message)
  else session.toUpstream.addSlice(message)
}

/** Sends rows to the client. INVARIANT (no-unproven-column): it takes rows that a plan was applied to. */
export function sendRows(session: Session, rows: MaskedRow): void {
  emit(session, rows)
}
