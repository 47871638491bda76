import type { Facts } from '@sluice/core/analysis/facts'
import type { Catalog, Column } from '@sluice/core/catalog/catalog'
import type { ColumnMasks } from '@sluice/core/policy/decision'

/** Code of the users' own may run, which says what it likes in an error, under any code. */
export function runsOwnCode(facts: Facts): boolean {
  return (
    facts.verb === 'do' ||
    facts.opaque !== undefined ||
    facts.dynamic ||
    facts.functions.some(({ effect }) => effect !== 'pure')
  )
}

/**
 * Whether a masked value may have been near: a table has a masked column, used or not (`failing row contains …`), or
 * it cannot be told.
 */
export function mayCarryMasked(facts: Facts, masks: ColumnMasks, catalog: Catalog | undefined): boolean {
  if (runsOwnCode(facts) || facts.outputs === 'unknown') return true
  if (facts.columns.some(({ column }) => isMasked(column, masks))) return true
  return facts.tables.some(({ schema, name }) => {
    const relation = catalog?.relation(schema, name)
    const columns = [...(relation?.columns ?? []), ...(relation?.conditions ?? [])]
    return relation === undefined || columns.some((column) => isMasked(column, masks))
  })
}

/** Whether what is in the column is masked, by itself or where it comes from. */
export function isMasked(column: Column, masks: ColumnMasks): boolean {
  if (masks.forColumn(column) !== undefined) return true
  const derived = column.derivedFrom
  return derived !== undefined && (derived.unknown || derived.sources.some((base) => isMasked(base, masks)))
}
