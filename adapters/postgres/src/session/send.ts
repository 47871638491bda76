import type { MaskedRow } from '@sluice/core/mask/apply'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import { emit } from './server/emit.ts'
import type { Session } from './session.ts'

/** Sends what makes the database execute. INVARIANT (record-before-effect): it takes the permit of each statement. */
export function sendStatement(session: Session, _permits: readonly Permit[], message: Buffer): void {
  session.toUpstream.add(message)
}

/** Sends rows to the client. INVARIANT (no-unproven-column): it takes rows that a plan was applied to. */
export function sendRows(session: Session, rows: MaskedRow): void {
  emit(session, rows)
}
