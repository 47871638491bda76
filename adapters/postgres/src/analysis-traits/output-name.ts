import type { OutputName } from '@sluice/core/analysis/traits'
import type { Expression, SubqueryExpression } from '@sluice/core/statement/expression'
import type { Query, Select, Values } from '@sluice/core/statement/query'

/** A name and how strongly it holds: a cast replaces names below 2 with the type's. */
type Figured = { readonly name: string; readonly strength: 0 | 1 | 2; readonly sure: boolean }

const UNNAMED: Figured = { name: '?column?', strength: 0, sure: true }

/** How PostgreSQL names an output column without alias (parse_target.c, FigureColname). */
export const outputName = (node: Expression): OutputName => {
  const { name, sure } = figure(node)
  return { name, sure }
}

const strong = (name: string, sure = true): Figured => ({ name, strength: 2, sure })

const figure = (node: Expression): Figured => {
  switch (node.kind) {
    // Before PostgreSQL 15 `true` was a cast of a text, and called `bool`.
    case 'literal':
      return { ...UNNAMED, sure: node.type !== 'boolean' }
    case 'column-ref':
      return strong(node.name.at(-1) ?? '')
    case 'call':
      return called(node.name.at(-1) ?? '')
    case 'field-select':
      return strong(node.field)
    case 'subscript':
      return figure(node.operand)
    case 'cast':
      return weakened(figure(node.operand), node.type.at(-1) ?? '')
    case 'case':
      return weakened(node.otherwise ? figure(node.otherwise) : UNNAMED, 'case')
    case 'row':
    case 'array':
      return strong(node.kind)
    case 'subquery':
      return subquery(node)
    case 'operator':
      return node.op === 'collate' && node.operands[0] ? figure(node.operands[0]) : UNNAMED
    case 'param':
      return UNNAMED
    default:
      return { ...UNNAMED, sure: false }
  }
}

/** PostgreSQL 13 calls EXTRACT `date_part`. */
const called = (name: string): Figured => strong(name, name !== 'extract')

const weakened = (inner: Figured, name: string): Figured =>
  inner.strength === 2 ? inner : { name, strength: 1, sure: inner.sure }

/** The name of its one column is a strong one, whatever made it. */
const subquery = (node: SubqueryExpression): Figured => {
  if (node.mode === 'exists' || node.mode === 'array') return strong(node.mode)
  if (node.mode !== 'scalar') return UNNAMED
  const first = firstOf(node.query)
  if (first.kind === 'values') return strong('column1')
  const [target] = first.targets
  if (!target) return { ...UNNAMED, sure: false }
  if (target.alias !== undefined) return strong(target.alias)
  const { name, sure } = figure(target.expression)
  return strong(name, sure)
}

/** The query whose names count. */
const firstOf = (node: Query): Select | Values => {
  let query = node
  while (query.kind === 'set-operation') query = query.left
  return query
}
