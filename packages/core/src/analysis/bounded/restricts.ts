import type { Expression, Operator, SubqueryExpression } from '../../statement/expression.ts'
import type { Query, Select, With } from '../../statement/query.ts'
import { columnsIn } from './columns-in.ts'
import { complementary } from './complementary.ts'
import { fromBounded, type Known, tablesOf } from './from-tables.ts'

const COMPARISONS: ReadonlySet<string> = new Set(
  `
  =, <>, !=, <, <=, >, >=, is distinct from, is not distinct from, like, not like, ilike, not ilike, similar to,
  not similar to, ~, ~*, !~, !~*, ~~, ~~*
`
    .trim()
    .split(/,\s+/),
)

/** The deepest condition looked into; beyond it nothing is proven. */
const MAX_DEPTH = 400

/** What a condition stands in. */
export type Around = {
  readonly depth: number
  /** Names of the tables that the condition is to restrict. */
  readonly tables: ReadonlySet<string>
  /** Which of the WITH queries in sight are bounded. */
  readonly ctes: Known
}

/**
 * True where the condition depends on the row in a way that is no obvious tautology. Errs towards false: `1 = 1`,
 * `$1 = $2`, `x = x`, `x >= x - 1`, `x is null or x is not null`, `not false` all restrict nothing.
 */
export const restricts = (node: Expression, around: Around): boolean => {
  if (around.depth > MAX_DEPTH) return false
  switch (node.kind) {
    case 'operator':
      return operatorRestricts(node, { ...around, depth: around.depth + 1 })
    case 'subquery':
      return subqueryRestricts(node, around)
    case 'literal':
    case 'param':
    case 'default':
      return false
    default:
      return columnsIn(node).size > 0
  }
}

const operatorRestricts = (node: Operator, around: Around): boolean => {
  const { op, operands } = node
  switch (op) {
    case 'and':
      return operands.some((e) => restricts(e, around))
    case 'or':
      return operands.every((e) => restricts(e, around)) && !complementary(operands)
    case 'not':
      return operands.every((e) => restricts(e, around))
    default:
      return comparisonRestricts(node, around)
  }
}

const comparisonRestricts = ({ op, operands }: Operator, around: Around): boolean => {
  const [tested, ...others] = operands
  if (!tested) return op === 'current of'
  if (operands.length === 1) return restricts(tested, around)
  if (COMPARISONS.has(op)) return twoSided(operands, around)
  if (op.endsWith('between') || op.endsWith('in')) {
    return restricts(tested, around) && others.every((o) => twoSided([tested, o], around))
  }
  return operands.some((e) => columnsIn(e).size > 0)
}

/** A comparison of two expressions over the very same columns (`x >= x - 1`) proves nothing. */
const twoSided = (operands: readonly Expression[], around: Around): boolean => {
  const sides = operands.map((e) => columnsIn(e))
  const [left, right] = sides
  if (!left || !right) return false
  if (operands.some((e) => e.kind === 'operator' && COMPARISONS.has(e.op))) {
    return operands.some((e) => restricts(e, around))
  }
  if (left.size === 0 && right.size === 0) return false
  return left.size !== right.size || [...left].some((name) => !right.has(name))
}

/** A subquery restricts where it is itself restricted, or where it reads none of the tables it is used on. */
const subqueryRestricts = (node: SubqueryExpression, around: Around): boolean => {
  if (!node.test) return rowsRestricted(node.query, around)
  if (columnsIn(node.test).size === 0) return false
  const own = [...tablesOf(node.query)]
  return rowsBounded(node.query, around) || (own.length > 0 && !own.some((t) => around.tables.has(t)))
}

/** True where the query has a condition of its own; LIMIT does not count: EXISTS (… LIMIT 1) is no condition. */
const rowsRestricted = (node: Query, around: Around): boolean => {
  const inside = within(node, around)
  if (node.kind === 'set-operation')
    return rowsRestricted(node.left, inside) && rowsRestricted(node.right, inside)
  return node.kind === 'select' && !!node.where && restricts(node.where, inside)
}

/** True where a query cannot return the whole of a table: a restricting WHERE, a LIMIT, or no table at all. */
export const rowsBounded = (node: Query, around: Around): boolean => {
  const inside = within(node, around)
  if (hasLimit(node)) return true
  switch (node.kind) {
    case 'values':
      return true
    case 'set-operation':
      return rowsBounded(node.left, inside) && rowsBounded(node.right, inside)
    case 'select':
      return (!!node.where && restricts(node.where, inside)) || fromRowsBounded(node, inside)
  }
}

const fromRowsBounded = (node: Select, around: Around): boolean =>
  node.from.every((item) => fromBounded(item, around.ctes, (query) => rowsBounded(query, around)))

const hasLimit = (node: Query): boolean => {
  const none = node.limit === undefined || (node.limit.kind === 'literal' && node.limit.type === 'null')
  return !none
}

const within = (node: Query, around: Around): Around => {
  const deeper = {
    ...around,
    depth: around.depth + 1,
    tables: new Set([...around.tables, ...tablesOf(node)]),
  }
  return { ...deeper, ctes: boundedCtes(node.with, deeper) }
}

/** Which WITH queries are bounded. One that reads itself is not. */
export const boundedCtes = (node: With | undefined, around: Around): Known => {
  if (!node) return around.ctes
  const ctes = new Map(around.ctes)
  for (const cte of node.ctes) {
    const { query } = cte
    const isQuery = query.kind === 'select' || query.kind === 'set-operation' || query.kind === 'values'
    ctes.set(
      cte.name,
      !node.recursive && isQuery && rowsBounded(query, { ...around, ctes, depth: around.depth + 1 }),
    )
  }
  return ctes
}
