import type { Catalog, Relation } from '../catalog/catalog.ts'
import type { Analysis, NameContext } from './context.ts'
import type { ColumnRole, TableFact } from './facts.ts'
import { joined, tableFactOf } from './facts-of.ts'
import { mayBeGone, type TablesSince } from './tables-since.ts'

/** What a name of a column leads to in another table nobody can tell. */
const ROLES: readonly ColumnRole[] = ['assignment', 'group', 'join', 'order', 'output', 'predicate']

/**
 * The same statement with the tables that the search path has behind those that it names, where one may be gone since the
 * catalog was read. INVARIANT (deny-by-default): the name leads to what stood behind it then, whatever is allowed of itself.
 */
export const withTablesBehind = (
  analysis: Analysis,
  since: TablesSince | undefined,
  { searchPath }: NameContext,
  catalog: Catalog,
): Analysis => {
  if (since === undefined) return analysis
  const { facts } = analysis
  const behind = ({ schema, name }: TableFact): readonly Relation[] => {
    const at = searchPath.indexOf(schema)
    if (at === -1 || !mayBeGone(since, name, catalog.relation(schema, name)?.type)) return []
    return searchPath.slice(at + 1).flatMap((other) => catalog.relation(other, name) ?? [])
  }
  const found = facts.tables.flatMap((table) => behind(table).map((relation) => ({ table, relation })))
  if (found.length === 0) return analysis
  const columns = new Set(found.flatMap(({ relation }) => relation.columns))
  return {
    ...analysis,
    facts: {
      ...facts,
      tables: joined([
        ...facts.tables,
        ...found.map(({ table, relation }) => tableFactOf(relation, table.access)),
      ]),
      columns: [
        ...facts.columns.filter(({ column }) => !columns.has(column)),
        ...[...columns].map((column) => ({ column, roles: ROLES })),
      ],
    },
  }
}
