import type { Call, Expression } from '@sluice/core/statement/expression'
import { visitExpressions } from '@sluice/core/statement/walk'
import { builtinFunction } from '../../analysis-traits/functions.ts'
import { systemSchema } from './types.ts'

const plain: ReadonlySet<Expression['kind']> = new Set([
  'literal',
  'param',
  'operator',
  'cast',
  'case',
  'default',
  'row',
])

const isPure = ({ name }: Call): boolean =>
  name.length === 2 && name[0] === systemSchema && builtinFunction(name[1] ?? '')?.lineage === 'arguments'

/** Whether no row of a table can be in a value: it is made of constants, parameters and the system's functions. */
export const isClean = (value: Expression): boolean => {
  let clean = true
  visitExpressions(value, (node) => {
    if (!plain.has(node.kind) && !(node.kind === 'call' && isPure(node))) clean = false
  })
  return clean
}
