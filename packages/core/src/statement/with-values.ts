import type { Expression } from './expression.ts'

/** What a parameter is given, counting from 1. Undefined: it stays a parameter. */
export type ValueOf = (index: number) => Expression | undefined

/** A tree with values in the places of its parameters. It is walked by its plain structure, whatever fields a node has. */
export const withValues = <T>(node: T, valueOf: ValueOf): T => {
  if (Array.isArray(node)) return node.map((one) => withValues(one, valueOf)) as T
  if (typeof node !== 'object' || node === null || node instanceof Map) return node
  const { kind, index } = node as { readonly kind?: unknown; readonly index?: unknown }
  if (kind === 'param' && typeof index === 'number') return (valueOf(index) ?? node) as T
  return Object.fromEntries(Object.entries(node).map(([name, one]) => [name, withValues(one, valueOf)])) as T
}
