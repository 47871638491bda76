import type { Analysis } from '@sluice/core/analysis/context'
import type { Deny } from '@sluice/core/policy/decision'
import { ownDenial } from '@sluice/core/policy/own-denial'
import type { Session } from './session.ts'
import { weightOf } from './statement-weight.ts'

/**
 * Prepared statements that a session may have at once, a long one counted as several: see `weightOf`. INVARIANT
 * (hostile-both-sides): each is kept with its tree.
 */
export const MAX_STATEMENTS = 10_000

/** Cursors of DECLARE that a session may have open at once. */
export const MAX_CURSORS = 1000

/** The rule that a statement is refused by for which there is no room. */
export const ROOM_RULE = 'sluice:session-names'

/** How many names may be added. What a text takes away makes room for the next text. */
export type Room = { statements: number; cursors: number }

/** The room that is left in the session now. */
export function roomIn({ names }: Session): Room {
  return { statements: MAX_STATEMENTS - names.statements, cursors: MAX_CURSORS - names.cursors }
}

/**
 * Refuses PREPARE and DECLARE of a new name for which there is no room, and takes what room they need. INVARIANT
 * (no-unproven-column): refused before the database hears of it, as a name that the gateway forgot would be there still.
 * A name that is there already needs none: the database refuses it.
 */
export function denyWithoutRoom(session: Session, { changes }: Analysis, room: Room): Deny | undefined {
  const { names } = session
  for (const change of changes) {
    if (change.kind === 'prepare' && names.statement(change.name) === undefined) {
      const weight = weightOf(change.read, change.analysis)
      if (room.statements < weight) return tooManyStatements(session)
      room.statements -= weight
    }
    if (change.kind === 'declare' && names.portal(change.name) === undefined) {
      if (room.cursors < 1) return tooManyCursors(session)
      room.cursors -= 1
    }
  }
  return undefined
}

/** The same for a Parse. The unnamed statement is one, and replaced by the next. */
export function denyParseWithoutRoom(session: Session, name: string, weight: number): Deny | undefined {
  const { names } = session
  if (name === '' || names.statements + weight <= MAX_STATEMENTS) return undefined
  return names.statement(name) === undefined ? tooManyStatements(session) : undefined
}

const tooManyStatements = (session: Session): Deny =>
  deny(
    session,
    `the session may have ${MAX_STATEMENTS} prepared statements, fewer long ones, and has no room for this one`,
    'close or DEALLOCATE those that are not needed any more, or have the driver keep fewer',
  )

const tooManyCursors = (session: Session): Deny =>
  deny(
    session,
    `the session has ${MAX_CURSORS} open cursors, and may have no more`,
    'CLOSE those that are not needed any more',
  )

function deny({ governance }: Session, message: string, hint: string): Deny {
  return ownDenial({ rule: ROOM_RULE, message, hint, policyVersion: governance.policy().version })
}
