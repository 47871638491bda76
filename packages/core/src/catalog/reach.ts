import type { Catalog, Relation, RowChange } from './catalog.ts'

/**
 * The tables whose rows a statement may write that writes these, with themselves: what a view shows, parts of a table and
 * what inherits from it, and what the actions of foreign keys change.
 */
export const writtenWith = (
  catalog: Catalog,
  written: readonly Relation[],
  changes: ReadonlySet<RowChange>,
): ReadonlySet<Relation> => {
  const all = new Set(written)
  for (const one of all)
    for (const id of nextOf(catalog, one, changes)) {
      const next = catalog.relationById(id)
      if (next !== undefined) all.add(next)
    }
  return all
}

const nextOf = (
  { writing }: Catalog,
  { id, over = [], family }: Relation,
  changes: ReadonlySet<RowChange>,
): readonly number[] => {
  const keys = (writing?.keys.get(id) ?? []).filter(({ on }) => [...on].some((change) => changes.has(change)))
  return [...over, ...(family?.all ?? []).map((one) => one.id), ...keys.map(({ relation }) => relation)]
}
