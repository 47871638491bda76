import type { Analysis } from '@sluice/core/analysis/context'
import type { Statement } from '@sluice/core/statement/command'
import { type Outcome, sessionAfter } from './session.ts'
import type { WireSession } from './wire-session.ts'

/**
 * What a statement changes in the session's picture. INVARIANT: it advances only here and by what the database says of
 * the session, both on the database's word.
 */
export function confirm(
  session: WireSession,
  statement: Statement,
  analysis: Analysis,
  outcome: Outcome,
): void {
  const { changes } = analysis
  if (changes.length === 0 && statement.kind !== 'set') return
  session.text = sessionAfter(session.text, statement, analysis, outcome)
  const code = changes.some(({ kind }) => kind === 'names-void')
  if (code) {
    // Code of the users' own may set what it likes, and make temporary tables that hide others.
    session.contextStale = true
    session.obscured = true
  }
  const changed = changes.some(({ kind }) => kind === 'catalog')
  // A statement that fails may have done half of it: MySQL's definitions do not roll back.
  if (changed && !isTemporary(statement)) session.governance.catalog.invalidate()
}

/** Only the session itself sees it. */
function isTemporary(statement: Statement): boolean {
  return statement.kind === 'ddl' && statement.temporary && statement.verb === 'create'
}
