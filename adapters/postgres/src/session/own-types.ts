import type { Analysis } from '@sluice/core/analysis/context'
import type { Facts, FunctionFact } from '@sluice/core/analysis/facts'
import { typeRoutine } from '@sluice/core/analysis/traits'
import type { Expression } from '@sluice/core/statement/expression'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { visitExpressions } from '@sluice/core/statement/walk'

const TYPE = typeRoutine([''])

/** Whether making a value of some type runs code of the users' own, which says what it likes in an error. */
export function runsTypeCode({ functions }: Facts): boolean {
  return functions.some(isTypeCode)
}

function isTypeCode({ name, effect }: FunctionFact): boolean {
  return effect !== 'pure' && name.startsWith(TYPE)
}

/**
 * Whether the database runs code as it reads the statement: it makes what a constant is cast to (parser/parse_coerce.c,
 * `coerce_type`). What is made of a column or a parameter is not made by then. Of what is not understood it may be anything.
 */
export function actsAsRead({ statement }: ReadStatement, { facts }: Analysis): boolean {
  if (facts.opaque !== undefined) return true
  const types = new Set(facts.functions.filter(isTypeCode).map(({ name }) => name))
  if (types.size === 0) return false
  let acts = false
  visitExpressions(statement, (node) => {
    acts ||= node.kind === 'cast' && !later.has(node.operand.kind) && types.has(typeRoutine(node.type))
  })
  return acts
}

/** Of which there is no value yet when a statement is read. */
const later: ReadonlySet<Expression['kind']> = new Set<Expression['kind']>(['column-ref', 'param'])
