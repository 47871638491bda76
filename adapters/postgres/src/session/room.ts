import type { Analysis } from '@sluice/core/analysis/context'
import type { Deny } from '@sluice/core/policy/decision'
import type { Session } from './session.ts'

/** Prepared statements that a session may have at once. INVARIANT (hostile-both-sides): each is kept with its tree. */
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
      if (room.statements < 1) return tooManyStatements(session)
      room.statements -= 1
    }
    if (change.kind === 'declare' && names.portal(change.name) === undefined) {
      if (room.cursors < 1) return tooManyCursors(session)
      room.cursors -= 1
    }
  }
  return undefined
}

/** The same for a Parse. The unnamed statement is one, and replaced by the next. */
export function denyParseWithoutRoom(session: Session, name: string): Deny | undefined {
  const { names } = session
  if (name === '' || names.statements < MAX_STATEMENTS || names.statement(name) !== undefined)
    return undefined
  return tooManyStatements(session)
}

const tooManyStatements = (session: Session): Deny =>
  deny(
    session,
    `the session has ${MAX_STATEMENTS} prepared statements, and may have no more`,
    'close or DEALLOCATE those that are not needed any more, or have the driver keep fewer',
  )

const tooManyCursors = (session: Session): Deny =>
  deny(
    session,
    `the session has ${MAX_CURSORS} open cursors, and may have no more`,
    'CLOSE those that are not needed any more',
  )

function deny({ governance }: Session, message: string, hint: string): Deny {
  return {
    kind: 'deny',
    rules: [{ id: ROOM_RULE, effect: 'deny', mode: 'enforce' }],
    errors: [],
    message: `${message} (rule \`${ROOM_RULE}\`)`,
    hint,
    policyVersion: governance.policy().version,
  }
}
