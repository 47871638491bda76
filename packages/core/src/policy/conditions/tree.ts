import type { ASTNode } from '@marcbachmann/cel-js'

/** A CEL node as this package reads it: the library types `args` per operator, the walks here look at all alike. */
export type CelNode = {
  readonly op: string
  readonly args: unknown
  readonly start: number
  readonly end: number
}

/** The outermost node of a parsed expression. */
export const celRoot = (ast: ASTNode): CelNode => ast

/** Every node below and including `node`, outermost first. Depth is bounded by `conditionLimits`. */
export function* celNodes(node: CelNode): Generator<CelNode> {
  yield node
  yield* nested(node.args)
}

function* nested(args: unknown): Generator<CelNode> {
  for (const node of operands(args)) yield* celNodes(node)
}

/** The nodes right below one, of its `args`. */
export const operands = (args: unknown): readonly CelNode[] =>
  Array.isArray(args) ? args.flatMap(operands) : isNode(args) ? [args] : []

/** The name of the type that the check gave a node; undefined before it. */
export const checkedType = (node: CelNode | undefined): string | undefined => {
  const checked = (node as { readonly checkedType?: { readonly name?: string } } | undefined)?.checkedType
  return checked?.name
}

const loops: ReadonlySet<string> = new Set(['exists', 'all', 'exists_one', 'map', 'filter', 'bind'])

/** Whether a method's first argument is a variable of its own. */
export const isLoop = (method: string): boolean => loops.has(method)

/** The method name, the receiver and the arguments of `receiver.name(…)`. */
export const methodCall = (
  node: CelNode,
): { readonly name: string; readonly receiver: CelNode; readonly args: readonly CelNode[] } | undefined => {
  if (node.op !== 'rcall' || !Array.isArray(node.args)) return undefined
  const [name, receiver, args] = node.args as readonly unknown[]
  if (typeof name !== 'string' || !isNode(receiver) || !Array.isArray(args)) return undefined
  return { name, receiver, args: args.filter(isNode) }
}

/** The name and the arguments of `name(…)`. */
export const functionCall = (
  node: CelNode,
): { readonly name: string; readonly args: readonly CelNode[] } | undefined => {
  if (node.op !== 'call' || !Array.isArray(node.args)) return undefined
  const [name, args] = node.args as readonly unknown[]
  return typeof name === 'string' && Array.isArray(args) ? { name, args: args.filter(isNode) } : undefined
}

/** `operand.field`, also as `operand['field']`. */
export const fieldAccess = (
  node: CelNode,
): { readonly operand: CelNode; readonly field: string } | undefined => {
  if ((node.op !== '.' && node.op !== '[]') || !Array.isArray(node.args)) return undefined
  const [operand, field] = node.args as readonly unknown[]
  const name = isNode(field) ? literal(field) : field
  return isNode(operand) && typeof name === 'string' ? { operand, field: name } : undefined
}

/** The value of a constant, or undefined. */
export const literal = (node: CelNode): unknown => (node.op === 'value' ? node.args : undefined)

/** The name of a variable, or undefined. */
export const identifier = (node: CelNode): string | undefined =>
  node.op === 'id' && typeof node.args === 'string' ? node.args : undefined

const isNode = (value: unknown): value is CelNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value
