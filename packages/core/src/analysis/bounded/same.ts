/** Where a part of a tree stands, and which literal or parameter it is. */
const PLACES: ReadonlySet<string> = new Set(['at', 'slot', 'index'])

/** Equal for two parts of a tree that say the same, positions and the ordinals of literals aside. */
export const saidBy = (node: unknown): string => JSON.stringify(node, withoutPlaces) ?? ''

const withoutPlaces = (key: string, value: unknown): unknown => {
  if (PLACES.has(key)) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
