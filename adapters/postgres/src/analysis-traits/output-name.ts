import type { OutputName } from '@sluice/core/analysis/traits'
import type { Expression, SubqueryExpression } from '@sluice/core/statement/expression'
import type { Query } from '@sluice/core/statement/query'

/** A name and how strongly it holds: a cast replaces names below 2 with the type's. */
type Figured = { readonly name: string; readonly strength: 0 | 1 | 2; readonly sure?: boolean }

const UNNAMED: Figured = { name: '?column?', strength: 0 }

/** How PostgreSQL names an output column without alias (parse_target.c, FigureColname). */
export const outputName = (node: Expression): OutputName => {
  const { name, sure } = figure(node)
  return { name, sure: sure === true }
}

const strong = (name: string, sure = false): Figured => ({ name, strength: 2, sure })

const figure = (node: Expression): Figured => {
  switch (node.kind) {
    // Before PostgreSQL 15 `true` was a cast of a text, and called `bool`.
    case 'literal':
      return { ...UNNAMED, sure: node.type !== 'boolean' }
    case 'column-ref':
    case 'call':
      return strong(node.name.at(-1) ?? '', true)
    case 'field-select':
      return strong(node.field, true)
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
    default:
      return UNNAMED
  }
}

const weakened = (inner: Figured, name: string): Figured =>
  inner.strength === 2 ? inner : { name, strength: 1 }

const subquery = (node: SubqueryExpression): Figured => {
  if (node.mode === 'exists' || node.mode === 'array') return strong(node.mode)
  if (node.mode !== 'scalar') return UNNAMED
  const target = firstTarget(node.query)
  if (!target) return UNNAMED
  return target.alias === undefined ? { ...figure(target.expression), sure: false } : strong(target.alias)
}

const firstTarget = (node: Query) => {
  let query = node
  while (query.kind === 'set-operation') query = query.left
  return query.kind === 'select' ? query.targets[0] : undefined
}
