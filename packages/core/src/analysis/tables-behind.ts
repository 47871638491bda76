import type { Catalog, Column, Relation, RelationRef } from '../catalog/catalog.ts'
import { isColumn } from '../flow/moves.ts'
import type { Analysis, NameContext } from './context.ts'
import type { ColumnFact, ColumnRole, Facts, TableFact } from './facts.ts'
import { joined, tableFactOf } from './facts-of.ts'
import { freedOf, mayBeGone, type TablesSince } from './tables-since.ts'

type RelationName = Pick<RelationRef, 'schema' | 'name'>

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
  const behind = ({ schema, name }: RelationName): readonly Relation[] => {
    const at = searchPath.indexOf(schema)
    if (at === -1 || !mayBeGone(since, name, catalog.relation(schema, name)?.type)) return []
    return searchPath.slice(at + 1).flatMap((other) => catalog.relation(other, name) ?? [])
  }
  // What got the name may itself have stood behind what was taken for it.
  const formerly = ({ name }: TableFact): readonly Relation[] =>
    [...(since.former.get(name) ?? [])]
      .flatMap((id) => catalog.relationById(id) ?? [])
      .flatMap((relation) => [relation, ...behind(relation)])
  const found = facts.tables.flatMap((table) =>
    [...behind(table), ...formerly(table)].map((relation) => ({ table, relation })),
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

/** Columns that a name which no column of the table has may lead to. */
const renamedIn = ({ unlisted }: Facts, since: TablesSince, catalog: Catalog): readonly Column[] =>
  [...(unlisted?.reads ?? []), ...(unlisted?.writes ?? []), ...(unlisted?.returned ?? [])].flatMap((end) =>
    isColumn(end) ? [] : freedOf(since, end, catalog),
  )
