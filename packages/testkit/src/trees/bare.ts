/** What depends on where and how a thing is written, and not on what it says. */
const POSITIONS: ReadonlySet<string> = new Set(['at', 'slot'])

/**
 * A tree as two readings of the same statement have it alike: without positions and without the values of literals,
 * AND and OR flat, and equal elements of IN and equal rows of VALUES once, as the canonical text has them.
 */
export const bareTree = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(bareTree)
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => field !== undefined && !POSITIONS.has(key))
      .map(([key, field]) => [key, bareTree(field)]),
  )
  if (node['kind'] === 'literal' && node['type'] !== 'boolean') delete node['value']
  if (node['kind'] === 'operator')
    node['operands'] = operands(String(node['op']), node['operands'] as unknown[])
  if (node['kind'] === 'values') node['rows'] = distinct(node['rows'] as unknown[])
  return node
}

const operands = (op: string, all: readonly unknown[]): readonly unknown[] => {
  if (op === 'in' || op === 'not in') return [all[0], ...distinct(all.slice(1))]
  if (op !== 'and' && op !== 'or') return all
  return all.flatMap((operand) => {
    const { kind, op: inner, operands: under } = operand as Record<string, unknown>
    return kind === 'operator' && inner === op ? under : [operand]
  })
}

const distinct = (items: readonly unknown[]): unknown[] => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
]
