import type { Expression } from '../../statement/expression.ts'
import type { Derived, FromItem, FunctionTable, TableRef } from '../../statement/query.ts'
import { columnFeed } from '../column-feed.ts'
import { type Feed, UNKNOWN, union } from '../feed.ts'
import { TooComplex } from '../findings.ts'
import { type From, findCte, type Item, relationItem, type Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { named, renamed, shownBy } from './columns.ts'
import { functionColumns } from './function-columns.ts'
import { bindJoin } from './join.ts'
import { findTable, touch } from './names.ts'
import { bindPivot } from './pivot.ts'

/** The most columns FROM may bring into scope. */
const MAX_FROM_COLUMNS = 40_000

/** A list of FROM items: lateral ones see what stands to their left. */
export const bindFrom = (b: Binder, nodes: readonly FromItem[], outer: Scope): From => {
  const items: Item[] = []
  const conditions: Feed[] = []
  for (const node of nodes) {
    const bound = bindFromItem(b, node, outer, items)
    items.push(...bound.items)
    conditions.push(...bound.conditions)
  }
  return { items, conditions }
}

/** One FROM item. `left` is what a lateral one sees beside `outer`. */
export const bindFromItem = (b: Binder, node: FromItem, outer: Scope, left: readonly Item[]): From =>
  b.findings.deeper(() => {
    b.findings.seen.add(node)
    const from = bindKind(b, node, outer, left)
    const width = from.items.reduce((sum, item) => sum + item.columns.length, 0)
    if (width > MAX_FROM_COLUMNS) throw new TooComplex('joins too many columns')
    b.findings.spend(1 + width)
    return from
  })

const bindKind = (b: Binder, node: FromItem, outer: Scope, left: readonly Item[]): From => {
  switch (node.kind) {
    case 'table-ref':
      return bindTableRef(b, node, outer)
    case 'join':
      return bindJoin(b, node, outer, left)
    case 'derived':
      return bindDerived(b, node, node.lateral ? lateral(outer, left) : outer)
    case 'function-table':
      return bindFunctionTable(b, node, lateral(outer, left))
    case 'pivot':
      return bindPivot(b, node, bindFromItem(b, node.source, outer, left))
  }
}

/** The scope of something lateral. */
const lateral = (outer: Scope, left: readonly Item[]): Scope =>
  left.length === 0 ? outer : { items: left, ctes: outer.ctes, parent: outer }

const bindTableRef = (b: Binder, node: TableRef, outer: Scope): From => {
  const name = node.name.at(-1) ?? ''
  const sample = node.sample.map((e) => b.expression(e, outer))
  for (const feed of sample) b.findings.tells(feed, 'rows')
  const cte = node.name.length === 1 ? findCte(outer, name) : undefined
  if (cte) {
    const columns = shownBy(renamed(cte, node.columnAliases))
    const item: Item = { ...columns, alias: node.alias ?? name, bare: true, stored: false }
    return { items: [item], conditions: [...cte.conditions, ...sample] }
  }
  const table = findTable(b, node.name)
  touch(b, table, 'read', node.only)
  const item = tableItem(table.relation, node)
  // What the names stand for hangs on how many columns there are.
  if (node.columnAliases.length > 0) b.findings.passes(item)
  const deciding = union((table.relation?.conditions ?? []).map(columnFeed))
  return { items: [item], conditions: [...sample, deciding] }
}

/** The item of a table that may not be known. */
export const tableItem = (relation: ReturnType<typeof findTable>['relation'], node: TableRef): Item => {
  if (!relation) {
    const columns = renamed({ columns: [], rest: UNKNOWN }, node.columnAliases)
    return { ...columns, alias: node.alias ?? node.name.at(-1), bare: true, stored: false }
  }
  const item = relationItem(relation, node.alias)
  return node.columnAliases.length === 0
    ? item
    : { ...item, ...renamed(item, node.columnAliases), otherFields: true }
}

const bindDerived = (b: Binder, node: Derived, scope: Scope): From => {
  const bound = b.query(node.query, scope)
  const columns = shownBy(renamed(bound, node.columnAliases))
  return {
    items: [{ ...columns, alias: node.alias, bare: true, stored: false }],
    conditions: bound.conditions,
  }
}

/** The columns are fed by what the functions are given; what the functions add of their own is unknown. */
const bindFunctionTable = (b: Binder, node: FunctionTable, scope: Scope): From => {
  const feed = union(node.calls.map((e) => b.expression(e, scope)))
  // How many rows code of the users' own makes of its own accord is its business.
  b.findings.tells({ ...feed, unknown: false }, 'rows')
  const alias = node.alias ?? callName(b, node.calls)
  const names = functionColumns(b, node, scope)
  if (node.complete === true && !feed.unknown) {
    const item = { columns: named(node.columnAliases, feed), alias, bare: true, stored: false }
    return { items: [item], conditions: [feed] }
  }
  const listed = names && !feed.unknown ? { columns: named(names, feed) } : { columns: [], rest: feed }
  const columns = renamed(listed, node.columnAliases)
  return { items: [{ ...columns, alias, bare: true, stored: false }], conditions: [feed] }
}

/** Several functions in one item answer to the name of the first; `CAST(x AS text)` to the name that an output has. */
const callName = (b: Binder, [call]: readonly Expression[]): string | undefined => {
  if (call === undefined) return undefined
  if (call.kind === 'call') return call.name.at(-1)
  const { name, sure } = b.traits.outputName(call)
  // INVARIANT (no-unproven-column): under another name a table of the query around would be meant.
  if (!sure) throw new TooComplex('has something in FROM whose name cannot be told')
  return name
}
