import type { Catalog, Column, Relation } from '../catalog/catalog.ts'
import { isColumn } from '../flow/moves.ts'
import type { Analysis, NameContext } from './context.ts'
import type { ColumnFact, ColumnRole, Facts, TableFact } from './facts.ts'
import { joined, tableFactOf } from './facts-of.ts'
import { freedOf, mayBeGone, type TablesSince } from './tables-since.ts'

/** What a name of a column leads to in another table nobody can tell. */
const ROLES: readonly ColumnRole[] = ['assignment', 'group', 'join', 'order', 'output', 'predicate']
const WRITTEN: readonly ColumnRole[] = ['assignment']

/**
 * The same statement with the tables that its names may lead to by now: those that the search path has behind one that may be
 * gone since the catalog was read, and those that got a name or another schema. INVARIANT (deny-by-default): rules are about
 * what is reached, whatever it is called for the moment.
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
  const found = facts.tables.flatMap((table) =>
    [...behind(table), ...formerly(since, table.name, catalog)].map((relation) => ({ table, relation })),
  )
  const renamed = renamedIn(facts, since, catalog).map((column): ColumnFact => ({ column, roles: ROLES }))
  if (found.length + renamed.length === 0) return analysis
  const columns = found.flatMap(({ table, relation }) => {
    const roles = table.access.includes('read') ? ROLES : WRITTEN
    return relation.columns.map((column): ColumnFact => ({ column, roles }))
  })
  return {
    ...analysis,
    facts: {
      ...facts,
      tables: joined([
        ...facts.tables,
        ...found.map(({ table, relation }) => tableFactOf(relation, table.access)),
      ]),
      columns: withRoles([...facts.columns, ...renamed, ...columns]),
    },
  }
}

/** Each column once, with all that it is used for. */
const withRoles = (all: readonly ColumnFact[]): readonly ColumnFact[] =>
  Array.from(
    Map.groupBy(all, ({ column }) => column),
    ([column, facts]) => ({ column, roles: [...new Set(facts.flatMap(({ roles }) => roles))].sort() }),
  )

/** What the catalog has under a name that the table had before. */
const formerly = ({ former }: TablesSince, table: string, { relations }: Catalog): readonly Relation[] => {
  if (!former.has(table)) return []
  const names = new Set(former.get(table))
  // What is added while it is walked through is walked through as well.
  for (const name of names) for (const before of former.get(name) ?? []) names.add(before)
  return relations.filter(({ name }) => names.has(name))
}

/** Columns that a name which no column of the table has may lead to. */
const renamedIn = ({ unlisted }: Facts, since: TablesSince, catalog: Catalog): readonly Column[] =>
  [...(unlisted?.reads ?? []), ...(unlisted?.writes ?? []), ...(unlisted?.returned ?? [])].flatMap((end) =>
    isColumn(end) ? [] : freedOf(since, end, catalog),
  )
