import type { Analysis } from '@sluice/core/analysis/context'
import type { Statement } from '@sluice/core/statement/command'
import type { TableName } from '@sluice/gateway/ports/catalog-source'

/** Objects whose definitions change nothing but the tables that they name, and what hangs on these. */
const OF_TABLES: ReadonlySet<string> = new Set(['table', 'view', 'index'])

/**
 * The tables and views that a definition makes, changes, renames or drops, in full. Undefined: it may change more, or others.
 * INVARIANT (no-unproven-column): all that it writes is among them, by the name that its analysis found.
 */
export function definedTables(
  statement: Statement,
  { facts, changes }: Analysis,
): readonly TableName[] | undefined {
  if (statement.kind !== 'ddl' || !OF_TABLES.has(statement.object)) return undefined
  // Code ran that may have defined anything.
  if (facts.opaque !== undefined || changes.some(({ kind }) => kind === 'names-void')) return undefined
  const found = facts.tables.filter(({ access }) => access.includes('write'))
  const named = statement.on === undefined ? statement.names : [statement.on.name]
  const all = named.every((name) => found.some((table) => table.name === name.at(-1)))
  if (named.length === 0 || !all || found.some(({ schema }) => schema === '')) return undefined
  return found.map(({ schema, name }) => ({ schema, name }))
}
