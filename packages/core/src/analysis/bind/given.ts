import type { Statement } from '../../statement/command.ts'
import type { Expression } from '../../statement/expression.ts'

/** A statement with what its parameters are given in their places, so that it is understood with them. */
export const withGiven = (statement: Statement, args: readonly Expression[]): Statement =>
  placed(statement, args) as Statement

/** The tree is walked by its plain structure, whatever fields a node has. */
const placed = (value: unknown, args: readonly Expression[]): unknown => {
  if (Array.isArray(value)) return value.map((entry) => placed(entry, args))
  if (typeof value !== 'object' || value === null || value instanceof Map) return value
  const { kind, index } = value as { readonly kind?: unknown; readonly index?: unknown }
  if (kind === 'param') return args[Number(index) - 1] ?? value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, placed(field, args)]))
}
