import type { Query, Select, SetOperation, TableRef, Target, Values } from '../../statement/query.ts'
import { doubtful, type Feed, type NamedFeed, NOTHING, union } from '../feed.ts'
import { TooComplex } from '../findings.ts'
import { type Bound, type Columns, rowOf, type Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { bindWindow } from './call.ts'
import { merge } from './columns.ts'
import { withCtes } from './cte.ts'
import { bindList, expanded } from './expression.ts'
import { bindFrom } from './from.ts'
import { type FoundTable, findMade, findTable } from './names.ts'
import { bindDistinctOn, bindGroupBy, bindOrderBy, bindSetOrderBy } from './order.ts'
import { becomesAlike, meetsCollation } from './type.ts'

/** The widest query understood: PostgreSQL, MySQL and SQL Server all stop at or before 4,096 columns. */
const MAX_COLUMNS = 4_096

/** The columns of a query. `parent` is the scope around it. */
export const bindQuery = (b: Binder, node: Query, parent: Scope): Bound =>
  b.findings.deeper(() => {
    b.findings.seen.add(node)
    const scope = withCtes(b, node.with, parent)
    const bound = bindKind(b, node, scope)
    if (bound.columns.length > MAX_COLUMNS) throw new TooComplex('has too many columns')
    b.findings.spend(bound.columns.length)
    return { ...bound, conditions: together(b, bound.conditions) }
  })

/** As one, so that what reads a query often does not hold its conditions as often. */
const together = (b: Binder, conditions: readonly Feed[]): readonly Feed[] => {
  const different = [...new Set(conditions)]
  for (const { sources, pending } of different) b.findings.spend(sources.length + pending.length)
  const all = union(different)
  return all === NOTHING ? [] : [all]
}

const bindKind = (b: Binder, node: Query, scope: Scope): Bound => {
  switch (node.kind) {
    case 'select':
      return bindSelect(b, node, scope)
    case 'set-operation':
      return bindSetOperation(b, node, scope)
    case 'values':
      return bindValues(b, node, scope)
  }
}

const bindSelect = (b: Binder, node: Select, outer: Scope): Bound => {
  const from = bindFrom(b, node.from, outer)
  const bare: Scope = { items: from.items, ctes: outer.ctes, parent: outer, windows: node.windows }
  const scope =
    b.traits.outputsInClauses === true
      ? { ...bare, aliases: aliasesOf(node.targets), unnamed: hasUnnamed(b, node.targets) }
      : bare
  const where = optional(b, node.where, scope)
  const columns = bindTargets(b, node.targets, scope)
  const clauses: Scope = b.traits.outputsInClauses === true ? { ...scope, outputs: columns } : scope
  const grouped = bindGroupBy(b, node.groupBy, clauses, columns)
  const having = optional(b, node.having, { ...clauses, outputsFirst: true })
  for (const window of node.windows) bindWindow(b, window, scope)
  const order = bindOrderBy(b, node.orderBy, clauses, columns)
  const on = bindDistinctOn(b, node.distinctOn, clauses, columns)
  const unique = [...on, ...(node.distinct && on.length === 0 ? [rowOf(columns)] : [])]
  const limits = bindLimits(b, node, scope)
  useAll(b, [...where, ...having], 'predicate')
  useAll(b, [...grouped, ...unique], 'group')
  for (const feed of [...where, ...having]) b.findings.decides(feed)
  for (const feed of grouped) b.findings.tells(feed, 'group')
  for (const feed of unique) b.findings.tells(feed, 'distinct')
  if (node.locks) b.findings.locks = true
  if (node.into) bindInto(b, node.into, columns)
  const conditions = [...from.conditions, ...where, ...grouped, ...having, ...unique, ...order, ...limits]
  return { ...columns, conditions }
}

/** The names that the select list gives, before anything is known of what they stand for. */
const aliasesOf = (targets: readonly Target[]): ReadonlySet<string> | undefined => {
  const named = targets.flatMap(({ alias }) => alias ?? [])
  return named.length === 0 ? undefined : new Set(named)
}

const hasUnnamed = (b: Binder, targets: readonly Target[]): boolean =>
  targets.some(({ alias, expression }) => alias === undefined && !b.traits.outputName(expression).sure)

const bindInto = (b: Binder, into: TableRef, columns: Columns): void => {
  b.findings.seen.add(into)
  const target = findTable(b, into.name)
  b.findings.table(target.schema, target.name, target.relation, 'write')
  b.findings.makesTable = true
  makesOf(b, columns, findMade(b, into.name), into.columnAliases)
}

/**
 * A query's columns become those of a table that is made, in their order; `names` are the first ones' new names.
 * `among`: there are others before them.
 */
export const makesOf = (
  b: Binder,
  columns: Columns,
  table: FoundTable,
  names: readonly string[],
  among?: true,
): void => {
  const place = { schema: table.schema, table: table.name, made: true }
  b.findings.unlistedWrites.add(place)
  for (const [i, column] of columns.columns.entries()) {
    const known = names[i] ?? (column.sure ? column.name : undefined)
    const named = { ...(known !== undefined && { column: known }), ...(!among && { ordinal: i + 1 }) }
    // Where it is NULL stays to be seen in the table.
    if (column.feed.blank) b.findings.stores(column.feed)
    b.findings.flow(column.feed, undefined, { ...place, ...named })
  }
  if (columns.rest) b.findings.flow(rowOf(columns), undefined, place)
}

/** A select list or RETURNING. */
export const bindTargets = (b: Binder, targets: readonly Target[], scope: Scope): Columns => {
  const columns: NamedFeed[] = []
  const rest: Feed[] = []
  for (const target of targets) {
    b.findings.seen.add(target)
    const star = expanded(b, target.expression, scope)
    if (star) {
      columns.push(...star.columns)
      if (star.rest) rest.push(star.rest)
    } else {
      const name = b.traits.outputName(target.expression)
      const feed = b.expression(target.expression, scope)
      b.findings.shows(feed)
      columns.push(target.alias === undefined ? { ...name, feed } : { name: target.alias, sure: true, feed })
    }
    if (columns.length > MAX_COLUMNS) throw new TooComplex('has too many columns')
  }
  return { columns, rest: rest.length > 0 ? union(rest) : undefined }
}

const bindSetOperation = (b: Binder, node: SetOperation, scope: Scope): Bound => {
  const left = b.query(node.left, scope)
  const right = b.query(node.right, scope)
  const columns = merge(left, right)
  becomesAlike(b, [rowOf(left), rowOf(right)])
  meetsCollation(b, [rowOf(left), rowOf(right)])
  const compared = node.op === 'union' && node.all ? [] : [rowOf(left), rowOf(right)]
  useAll(b, compared, 'group')
  for (const feed of compared) b.findings.tells(feed, 'set operation')
  const order = bindSetOrderBy(b, node.orderBy, scope, columns)
  const limits = bindLimits(b, node, scope)
  if (node.locks) b.findings.locks = true
  if (node.into) bindInto(b, node.into, columns)
  return {
    ...columns,
    conditions: [...left.conditions, ...right.conditions, ...compared, ...order, ...limits],
  }
}

const bindValues = (b: Binder, node: Values, scope: Scope): Bound => {
  const rows = node.rows.map((row) => bindList(b, row, scope))
  const feeds = rows.flatMap(({ columns, rest }) => [
    ...columns.map(({ feed }) => feed),
    ...(rest ? [rest] : []),
  ])
  for (const feed of feeds) b.findings.shows(feed)
  if (rows.length > 1) {
    becomesAlike(b, feeds)
    meetsCollation(b, feeds)
  }
  const columns = columnsOf(b, rows, feeds)
  const order = bindSetOrderBy(b, node.orderBy, scope, columns)
  return { ...columns, conditions: [...order, ...bindLimits(b, node, scope)] }
}

/** Position by position, where all rows are of one length. */
const columnsOf = (b: Binder, rows: readonly Columns[], feeds: readonly Feed[]): Columns => {
  const width = rows[0]?.columns.length ?? 0
  if (rows.some(({ columns, rest }) => rest !== undefined || columns.length !== width))
    return { columns: [], rest: doubtful(union(feeds)) }
  const columns = Array.from({ length: width }, (_, i) => ({
    name: b.traits.valuesColumn(i + 1),
    sure: b.traits.valuesNamesVary !== true,
    feed: union(rows.map((row) => row.columns[i]?.feed ?? NOTHING)),
  }))
  return { columns }
}

/** How many rows come tells the value of LIMIT and OFFSET. */
const bindLimits = (b: Binder, node: Query, scope: Scope): readonly Feed[] => {
  const feeds = [...optional(b, node.limit, scope), ...optional(b, node.offset, scope)]
  useAll(b, feeds, 'predicate')
  for (const feed of feeds) b.findings.tells(feed, 'rows')
  return feeds
}

const optional = (b: Binder, node: Select['where'], scope: Scope): readonly Feed[] =>
  node ? [b.expression(node, scope)] : []

const useAll = (b: Binder, feeds: readonly Feed[], role: 'predicate' | 'group'): void => {
  for (const feed of feeds) b.findings.use(feed, role)
}
