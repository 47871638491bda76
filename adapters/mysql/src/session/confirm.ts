import type { Analysis } from '@sluice/core/analysis/context'
import type { Statement } from '@sluice/core/statement/command'
import { beginDefinition } from '@sluice/gateway/pipeline/definitions'
import { carryOut, type Order } from './carry-out.ts'
import { definedTables } from './defined-tables.ts'
import type { Prepared } from './prepared.ts'
import { type Outcome, sessionAfter, withRowChange } from './session.ts'
import type { WireSession } from './wire-session.ts'

/**
 * Carries a statement out, and confirms what it changes. INVARIANT (no-unproven-column): what it defines counts as under
 * way from before it is sent until the catalog that was read before is not taken for fresh any more.
 */
export async function carryOutStatement(
  session: WireSession,
  statement: Statement,
  order: Order,
): Promise<Outcome> {
  const { analysis, decision } = order
  if (decision.kind !== 'allow') return await carryOut(session, order)
  const ended = defines(statement, analysis)
    ? beginDefinition(session.governance.catalog, analysis)
    : undefined
  try {
    const outcome = await carryOut(session, order)
    confirm(session, statement, analysis, outcome, order.prepared)
    return outcome
  } finally {
    ended?.()
  }
}

/**
 * What a statement changes in the session's picture. INVARIANT: it advances only here and by what the database says of
 * the session, both on the database's word.
 */
function confirm(
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
  // What is set inside another statement, EXECUTE or code of the users' own, is not read there; nor how much of a SET
  // that failed is in force, since the servers take nothing of it back.
  if (code || ((!told || outcome === 'failed') && has(changes, 'settings'))) {
    session.contextStale = true
    if (code || !RUNS_NO_SET.has(statement.kind)) session.text = withRowChange(session.text)
  }
  // Nor are temporary tables that are made there, or take another name: they hide others.
  if (code || (changed && (!told || mayRename(session, statement)))) session.obscured = true
  // A statement that fails may have done half of it: MySQL's definitions do not roll back.
  if (defines(statement, analysis)) session.governance.catalog.invalidate(definedTables(statement, analysis))
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

/** In these a SET can stand in code alone, and code with a SET in it may do anything (`names-void`). */
const RUNS_NO_SET: ReadonlySet<Statement['kind']> = new Set([
  'select',
  'set-operation',
  'values',
  'insert',
  'update',
  'delete',
  'call-procedure',
])

function has(changes: Analysis['changes'], wanted: Analysis['changes'][number]['kind']): boolean {
  return changes.some(({ kind }) => kind === wanted)
}

/** ALTER TABLE … RENAME and RENAME TABLE take a temporary table to another's name. */
function mayRename({ text }: WireSession, statement: Statement): boolean {
  const renames = statement.kind === 'ddl' && statement.verb !== 'create' && statement.verb !== 'drop'
  return renames && text.temporaryTables.size > 0
}

/** Whether other sessions may see what it defines: only the session itself sees what is temporary. */
function defines(statement: Statement, { changes }: Analysis): boolean {
  return has(changes, 'catalog') && !(statement.kind === 'ddl' && statement.temporary)
}
