import type { Facts } from '@sluice/core/analysis/facts'
import type { Place } from '@sluice/core/flow/place'
import type { Edge } from '@sluice/core/flow/propagate'
import type { Pair } from './pairs.ts'

/**
 * A table that no catalog has seen yet may get another name: what came into it is in all tables that the statement
 * names, in the same place where a query made it, else anywhere.
 */
export const renamesOf = (
  { renames, tables }: Facts,
  edges: Iterable<Edge>,
  idsAreNames: boolean,
): readonly Pair[] => {
  if (renames === undefined || tables.length < 1) return []
  const names = new Set(tables.map(({ name }) => name))
  return [...edges].flatMap(({ source, target, direct }): readonly Pair[] => {
    if (target.relation !== undefined || !names.has(target.table)) return []
    const at = idsAreNames ? namedIn(target, renames) : ordinalOf(target)
    return [...names]
      .filter((table) => table !== target.table || target.schema !== '')
      .map((table) => ({ source, target: { schema: '', table, ...at, made: false }, direct }))
  })
}

const ordinalOf = ({ ordinal }: Place): Pick<Place, 'ordinal'> => (ordinal === undefined ? {} : { ordinal })

/** A column that is not known by an ordinal is any of them once columns have other names. */
const namedIn = (place: Place, renames: Facts['renames']): Pick<Place, 'column' | 'ordinal'> =>
  renames === 'columns'
    ? {}
    : { ...ordinalOf(place), ...(place.column === undefined ? {} : { column: place.column }) }
