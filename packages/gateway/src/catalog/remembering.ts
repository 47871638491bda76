import type { Labeller } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'

/** How many columns' labels are remembered. Beyond, all is forgotten and begun anew. */
const MAX_COLUMNS = 200_000

/** The same labeller, which is pure, asked once for each column rather than at each reading of the catalog. */
export const remembering = (labeller: Labeller): Labeller => {
  const labels = new Map<string, readonly Label[]>()
  return (column) => {
    const key = JSON.stringify(Object.values(column))
    const known = labels.get(key)
    if (known !== undefined) return known
    const found = labeller(column)
    if (labels.size >= MAX_COLUMNS) labels.clear()
    labels.set(key, found)
    return found
  }
}

/** The same row becomes the same thing: snapshots hand on the rows that did not change. */
export const rememberedOf = <Found extends object, Made>(
  make: (found: Found) => Made,
): ((found: Found) => Made) => {
  const made = new WeakMap<Found, Made>()
  return (found) => {
    const known = made.get(found)
    if (known !== undefined) return known
    const fresh = make(found)
    made.set(found, fresh)
    return fresh
  }
}
