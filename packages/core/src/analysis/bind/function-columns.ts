import type { Expression } from '../../statement/expression.ts'
import type { FunctionTable } from '../../statement/query.ts'
import type { Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { findFunction } from './names.ts'
import { isScalarCast, isScalarType } from './projection.ts'

/** The columns of functions in FROM. Undefined: not all are certain. */
export const functionColumns = (
  b: Binder,
  { calls, alias, ordinality }: FunctionTable,
  scope: Scope,
): readonly string[] | undefined => {
  if (ordinality === undefined) return undefined
  // Several have their own names, whatever all of them are called.
  const all = calls.map((call) => columnsOfCall(b, call, calls.length === 1 ? alias : undefined, scope))
  if (!all.every((columns) => columns !== undefined)) return undefined
  return ordinality ? [...all.flat(), 'ordinality'] : all.flat()
}

/** An alias renames the column of a function that has one, unless the function itself names it. */
const columnsOfCall = (
  b: Binder,
  call: Expression,
  alias: string | undefined,
  scope: Scope,
): readonly string[] | undefined => {
  if (call.kind !== 'call') return undefined
  const { columns, unnests } = findFunction(b, call.name)
  const name = call.name.at(-1) ?? ''
  if (unnests) {
    if (!call.args.every((arg) => isArrayOfScalars(b, arg, scope))) return undefined
    return call.args.map(() => (call.args.length === 1 ? (alias ?? name) : name))
  }
  const unnamed = columns?.length === 1 && columns[0] === name
  return unnamed && alias !== undefined ? [alias] : columns
}

/** INVARIANT (no-unproven-column): of an array of rows each field is a column. */
const isArrayOfScalars = (b: Binder, node: Expression, scope: Scope): boolean => {
  switch (node.kind) {
    case 'literal':
      return true
    case 'cast':
      return (
        isScalarCast(b, { ...node, array: false }) && (node.array || isArrayName(b, node.type.at(-1) ?? ''))
      )
    case 'array':
      return node.elements.length > 0 && node.elements.every((element) => isScalar(b, element, scope))
    case 'call':
      return findFunction(b, node.name, node.args.length).makesArray === true
    case 'column-ref':
      return isColumnOf(b, node, scope, (type) => isArrayName(b, type) && isScalarType(b, type))
    default:
      return false
  }
}

/** Arrays in an array are its own dimensions. */
const isScalar = (b: Binder, node: Expression, scope: Scope): boolean => {
  if (node.kind === 'literal') return true
  if (node.kind === 'cast') return isScalarCast(b, { ...node, array: false })
  if (node.kind === 'column-ref') return isColumnOf(b, node, scope, (type) => isScalarType(b, type))
  return node.kind === 'array' && isArrayOfScalars(b, node, scope)
}

const isArrayName = ({ traits }: Binder, type: string): boolean => traits.isArrayType?.(type) === true

const isColumnOf = (b: Binder, node: Expression, scope: Scope, fits: (type: string) => boolean): boolean => {
  const { sources, direct, unknown } = b.expression(node, scope)
  return direct && !unknown && sources.length > 0 && sources.every(({ type }) => fits(type))
}
