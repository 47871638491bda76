import type { Understood } from '@sluice/gateway/pipeline/understand'
import { defaultLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { statementStarts } from '../../dialect/canonical/canonical.ts'
import { encodeQuery } from '../../messages/query.ts'
import type { Session } from '../session.ts'

/**
 * Valid SQL, so that the database reads the text as a whole, and sure to fail: nothing has columns here. It reads as
 * what it is in the database's own log.
 */
const FAILS = ' SELECT "refused by sluice"'

/**
 * The text in front of statement `at`, which is refused: the database runs it and then fails, as it would had it
 * refused the statement itself. Undefined where nothing is to run: there is nothing in front, or the database would
 * not have read the text at all, since it reads a text whole before it runs any of it.
 */
export function textBefore(
  session: Session,
  text: string,
  statements: readonly Understood[],
  at: number,
): string | undefined {
  if (at === 0 || statements.some(({ read }) => read.statement.kind === 'opaque')) return undefined
  try {
    const starts = statementStarts(text, session.modes.standardConformingStrings, defaultLimits)
    return starts.length === statements.length ? text.slice(0, starts[at]) : undefined
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** The Query that runs `before` and then fails. */
export function encodeCutQuery(session: Session, before: string): Buffer {
  return encodeQuery({ sql: `${before}${FAILS}` }, session.encoding)
}
