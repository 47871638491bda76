import type { Analysis } from '@sluice/core/analysis/context'
import type { Statement } from '@sluice/core/statement/command'
import type { Prepared } from './prepared.ts'
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
  prepared?: Prepared,
): void {
  const { changes } = analysis
  if (changes.length === 0 && statement.kind !== 'set') return
  const database = prepared === undefined ? session.text.database : prepared.names.database
  session.text = sessionAfter(session.text, statement, analysis, outcome, database)
  // MariaDB prepares USE too, and goes back behind it where it was prepared in another database.
  if (prepared !== undefined && statement.kind === 'set' && statement.name === 'database')
    session.contextStale = true
  const told = TOLD.has(statement.kind)
  const code = has(changes, 'names-void')
  const changed = has(changes, 'catalog')
  // What is set inside another statement, EXECUTE or code of the users' own, is not read there.
  if (code || (!told && has(changes, 'settings'))) session.contextStale = true
  // Nor are temporary tables that are made there, or take another name: they hide others.
  if (code || (changed && (!told || mayRename(session, statement)))) session.obscured = true
  // A statement that fails may have done half of it: MySQL's definitions do not roll back.
  if (changed && !isTemporary(statement)) session.governance.catalog.invalidate()
}

/** Statements that say by themselves what they set and define. Of those of the session nothing else is looked up by. */
const TOLD: ReadonlySet<Statement['kind']> = new Set([
  'set',
  'ddl',
  'dcl',
  'transaction',
  'discard',
  'maintenance',
])

function has(changes: Analysis['changes'], wanted: Analysis['changes'][number]['kind']): boolean {
  return changes.some(({ kind }) => kind === wanted)
}

/** ALTER TABLE … RENAME and RENAME TABLE take a temporary table to another's name. */
function mayRename({ text }: WireSession, statement: Statement): boolean {
  const renames = statement.kind === 'ddl' && statement.verb !== 'create' && statement.verb !== 'drop'
  return renames && text.temporaryTables.size > 0
}

/** Only the session itself sees it. */
function isTemporary(statement: Statement): boolean {
  return statement.kind === 'ddl' && statement.temporary
}
