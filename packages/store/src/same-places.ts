import type { Place } from '@sluice/core/flow/place'
import { keyOf } from './pairs.ts'

/** Places that have come to be the same: one of them, and the ids of the others. */
type SamePlaces = { readonly place: Place; readonly others: ReadonlySet<number> }

/**
 * A table that is made again and again comes to be the same as before. Without those of which somebody said something
 * (`assigned`), and those that may still come to be another.
 */
export const samePlaces = (places: Iterable<Place>, assigned: ReadonlySet<number>): readonly SamePlaces[] => {
  const sure = [...places].filter(
    ({ id, schema, instead }) => schema !== '' && instead.length === 0 && !assigned.has(id),
  )
  return [...Map.groupBy(sure, keyOf).values()].flatMap(([place, ...others]) =>
    place === undefined || others.length === 0
      ? []
      : [{ place, others: new Set(others.map(({ id }) => id)) }],
  )
}
