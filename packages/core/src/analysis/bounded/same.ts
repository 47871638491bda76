/** True where two parts of a tree say the same, positions and the ordinals of literals aside. */
export const sameExpression = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [entries(a), entries(b)]
  return left.length === right.length && left.every(([key, value], i) => same(key, value, right[i]))
}

const entries = (value: object): readonly (readonly [string, unknown])[] =>
  Object.entries(value)
    .filter(([key, v]) => key !== 'at' && key !== 'slot' && key !== 'index' && v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))

const same = (key: string, value: unknown, other: readonly [string, unknown] | undefined): boolean =>
  other !== undefined && other[0] === key && sameExpression(value, other[1])
