import type { Expression } from '../../statement/expression.ts'

/** The column names in an expression, those of its subqueries left out: `t.a` and `a` are told apart. */
export const columnsIn = (node: Expression): ReadonlySet<string> => {
  const found = new Set<string>()
  const open: unknown[] = [node]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      open.push(...(value as unknown[]))
      continue
    }
    const { kind } = value as { kind?: unknown }
    if (kind === 'select' || kind === 'set-operation' || kind === 'values') continue
    if (kind === 'column-ref') found.add((value as { name: readonly string[] }).name.join('\u0000'))
    else open.push(...Object.values(value))
  }
  return found
}
