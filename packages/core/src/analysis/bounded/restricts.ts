import type { Case, Expression, Operator, SubqueryExpression } from '../../statement/expression.ts'
import type { Cte, FromItem, Query, Select, With } from '../../statement/query.ts'
import { complementary } from './complementary.ts'
import { fromBounded, type Known, tablesOf } from './from-tables.ts'
import { type Columns, look, type Sight, type Spend, usedIn } from './sight.ts'

const COMPARISONS: ReadonlySet<string> = new Set(
  `
  =, <>, !=, <, <=, >, >=, is distinct from, is not distinct from, like, not like, ilike, not ilike, similar to,
  not similar to, ~, ~*, !~, !~*, ~~, ~~*, !~~, !~~*, <=>, regexp, not regexp, rlike, not rlike
`
    .trim()
    .split(/,\s+/),
)

const CONDITIONS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'xor',
  'in',
  'not in',
  'between',
  'not between',
])

/** The deepest condition looked into; beyond it nothing is proven. */
const MAX_DEPTH = 400

/** What a condition stands in. */
export type Around = {
  readonly depth: number
  readonly sight: Sight
  readonly columns: Columns
  /** Names of the tables that the condition is to restrict. */
  readonly tables: ReadonlySet<string>
  /** Which of the WITH queries in sight are bounded. */
  readonly ctes: Known
  /** True where a write in WITH returns bounded rows. */
  readonly returnsBounded: (node: Exclude<Cte['query'], Query>, around: Around) => boolean
  /** What is known of queries in FROM here: each is looked into once, however often it is asked for. */
  readonly found: Map<Query, boolean>
  readonly spend: Spend
}

/** The same where something else is in sight: what was found of queries there may not hold. */
export const elsewhere = (around: Around, sees: Partial<Around>): Around => ({
  ...around,
  ...sees,
  found: new Map(),
})

/**
 * True where the condition depends on a row that is to be restricted, in a way that is no obvious tautology. Errs
 * towards false: `1 = 1`, `$1 = $2`, `x = x`, `x >= x - 1`, `x is null or x is not null`, `not false`,
 * `coalesce(true, x = 1)`, a condition on another table, an EXISTS that does not name the row: all restrict nothing.
 */
export const restricts = (node: Expression, around: Around): boolean => {
  if (around.depth > MAX_DEPTH) return false
  around.spend(1)
  const deeper = { ...around, depth: around.depth + 1 }
  switch (node.kind) {
    case 'operator':
      return operatorRestricts(node, deeper)
    case 'subquery':
      return subqueryRestricts(node, deeper)
    case 'case':
      return caseRestricts(node, deeper)
    case 'cast':
      return restricts(node.operand, deeper)
    case 'call':
      return node.name.at(-1) === 'coalesce' ? coalesceRestricts(node.args, deeper) : usesTarget(node, deeper)
    case 'literal':
    case 'param':
    case 'default':
      return false
    default:
      return usesTarget(node, deeper)
  }
}

const usesTarget = (node: Expression, around: Around): boolean =>
  usedIn(node, around.sight, around.spend).some(({ target }) => target) || asksForTheRow(node, around)

/** `(SELECT count(*) FROM c WHERE c.id = t.id) > 5`: a subquery that names the row. */
const asksForTheRow = (node: Expression, around: Around): boolean => {
  if (node.kind === 'subquery') return rowsRestricted(node.query, around)
  return node.kind === 'call' && node.args.some((arg) => asksForTheRow(arg, around))
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
  if (operands.length === 1) return testRestricts(op, tested, around)
  if (COMPARISONS.has(op)) return twoSided(operands, around)
  if (op.endsWith('between') || op.endsWith('in')) return valuesRestrict(tested, others, around)
  return operands.some((e) => usesTarget(e, around))
}

/** `(a = 1) IS NOT NULL` leaves hardly a row out, `a IS NOT NULL` may. */
const testRestricts = (op: string, tested: Expression, around: Around): boolean => {
  const nullness = op.endsWith('null') || op.endsWith('unknown')
  return nullness && isCondition(tested) ? false : restricts(tested, around)
}

const isCondition = (node: Expression): boolean =>
  node.kind === 'operator' &&
  (COMPARISONS.has(node.op) || CONDITIONS.has(node.op) || node.op.startsWith('is '))

/** As a comparison with each of the values does, but what is tested is looked into once. */
const valuesRestrict = (tested: Expression, values: readonly Expression[], around: Around): boolean => {
  if (!usesTarget(tested, around)) return false
  const columns = columnsIn(tested, around)
  const whole = isCondition(tested)
  const byItself = (whole || values.some(isCondition)) && restricts(tested, around)
  return values.every((value) => {
    if (sameColumns(columns, columnsIn(value, around))) return false
    return byItself || !(whole || isCondition(value)) || restricts(value, around)
  })
}

const columnsIn = (node: Expression, { sight, spend }: Around): ReadonlySet<string> =>
  new Set(usedIn(node, sight, spend).map(({ key }) => key))

const sameColumns = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
  left.size > 0 && left.size === right.size && [...left].every((key) => right.has(key))

/** A comparison of two expressions over the very same columns (`x >= x - 1`) proves nothing. */
const twoSided = (operands: readonly Expression[], around: Around): boolean => {
  const [left, right] = operands.map((e) => columnsIn(e, around))
  if (!left || !right || sameColumns(left, right)) return false
  // `(a = 1) = true`: what is compared is itself a condition.
  if (operands.some(isCondition)) return operands.some((e) => restricts(e, around))
  return operands.some((e) => usesTarget(e, around))
}

/** The first value that is not NULL decides; where it is a constant, nothing else does. */
const coalesceRestricts = (args: readonly Expression[], around: Around): boolean => {
  const [first] = args.filter((arg) => arg.kind !== 'literal' || arg.type !== 'null')
  return first !== undefined && restricts(first, around)
}

const isTruth = (node: Expression | undefined, value: 'true' | 'false'): boolean =>
  node?.kind === 'literal' && node.type === 'boolean' && node.value === value

/** False where some result that may be reached whatever the row is lets every row through. */
const caseRestricts = (node: Case, around: Around): boolean => {
  const reached = node.branches.filter(({ when }) => !isTruth(when, 'false'))
  const always = reached.findIndex(({ when }) => isTruth(when, 'true'))
  const branches = always === -1 ? reached : reached.slice(0, always + 1)
  const otherwise = always === -1 ? node.otherwise : branches.at(-1)?.then
  const subject = node.subject !== undefined && usesTarget(node.subject, around)
  const chosen = branches.slice(0, always === -1 ? undefined : -1)
  const byRow = chosen.filter(({ when }) => subject || restricts(when, around))
  const closed = (result: Expression | undefined): boolean =>
    result === undefined ||
    isTruth(result, 'false') ||
    (result.kind === 'literal' && result.type === 'null') ||
    restricts(result, around)
  const fixed = chosen.filter((branch) => !byRow.includes(branch))
  // What no row decides must be closed by itself; of what the row decides, one way must be.
  if (!fixed.every(({ then }) => closed(then))) return false
  if (byRow.length === 0) return otherwise !== undefined && closed(otherwise) && !isTruth(otherwise, 'false')
  return closed(otherwise) || byRow.some(({ then }) => closed(then))
}

/** A subquery restricts where it names the row; of those that are compared with it, where it brings not all rows. */
const subqueryRestricts = (node: SubqueryExpression, around: Around): boolean => {
  if (!node.test) return rowsRestricted(node.query, around)
  if (!usesTarget(node.test, around)) return rowsRestricted(node.query, around)
  const own = [...tablesOf(node.query)]
  return rowsBounded(node.query, around) || (own.length > 0 && !own.some((t) => around.tables.has(t)))
}

/** True where which rows the query has hangs on the row around it. LIMIT does not count. */
const rowsRestricted = (node: Query, around: Around): boolean => {
  if (node.kind === 'set-operation')
    return rowsRestricted(node.left, around) && rowsRestricted(node.right, around)
  if (node.kind !== 'select' || !node.where) return false
  const sight = look(node.from, around.sight, around.columns, () => false)
  return restricts(node.where, elsewhere(around, { sight, ctes: boundedCtes(node.with, around) }))
}

/** True where a query cannot return the whole of a table: a restricting WHERE, a LIMIT, or no table at all. */
export const rowsBounded = (node: Query, around: Around): boolean => {
  around.spend(1)
  const ctes = boundedCtes(node.with, around)
  const inside = elsewhere(around, {
    ctes,
    depth: around.depth + 1,
    tables: new Set([...around.tables, ...tablesOf(node)]),
  })
  if (hasLimit(node)) return true
  switch (node.kind) {
    case 'values':
      return true
    case 'set-operation':
      return rowsBounded(node.left, inside) && rowsBounded(node.right, inside)
    case 'select':
      return whereBounds(node, inside) || node.from.every((item) => isFromBounded(item, inside))
  }
}

/** The WHERE of a query restricts where it is about one of the tables that are not bounded by themselves. */
const whereBounds = (node: Select, around: Around): boolean => {
  if (!node.where) return false
  const sight = look(node.from, undefined, around.columns, (item) => !isFromBounded(item, around))
  return restricts(node.where, { ...around, sight })
}

/** True where a FROM item cannot bring the whole of a table. */
export const isFromBounded = (item: FromItem, around: Around): boolean =>
  fromBounded(item, around.ctes, (query) => {
    const known = around.found.get(query) ?? rowsBounded(query, around)
    around.found.set(query, known)
    return known
  })

const hasLimit = (node: Query): boolean => {
  const none = node.limit === undefined || (node.limit.kind === 'literal' && node.limit.type === 'null')
  return !none
}

/** Which WITH queries are bounded. One that reads itself is not. */
export const boundedCtes = (node: With | undefined, around: Around): Known => {
  if (!node) return around.ctes
  const ctes = new Map(around.ctes)
  for (const cte of node.ctes) {
    const { query } = cte
    const isQuery = query.kind === 'select' || query.kind === 'set-operation' || query.kind === 'values'
    const inside = elsewhere(around, { ctes, depth: around.depth + 1 })
    ctes.set(
      cte.name,
      !node.recursive && (isQuery ? rowsBounded(query, inside) : around.returnsBounded(query, inside)),
    )
  }
  return ctes
}
