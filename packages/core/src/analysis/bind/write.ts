import type { Delete, Insert, OnConflict, Update, Write } from '../../statement/write.ts'
import { NOTHING, UNKNOWN, union } from '../feed.ts'
import { type Bound, type Columns, type Item, placed, type Scope } from '../scope.ts'
import { assign, bindTarget, insertInto, returning, type Written, withWritten } from './assignment.ts'
import type { Binder } from './binder.ts'
import { bindCondition, bindTaken } from './clauses.ts'
import { renamed } from './columns.ts'
import { withCtes } from './cte.ts'
import { bindFrom } from './from.ts'
import { bindMerge } from './merge.ts'

/** INSERT, UPDATE, DELETE or MERGE: the columns of RETURNING. `parent` is the scope around it. */
export const bindWrite = (b: Binder, node: Write, parent: Scope): Bound =>
  b.findings.deeper(() => {
    b.findings.seen.add(node)
    b.findings.verbs.add(node.kind)
    const scope = withCtes(b, node.with, parent)
    switch (node.kind) {
      case 'insert':
        return bindInsert(b, node, scope)
      case 'update':
        return bindUpdate(b, node, scope)
      case 'delete':
        return bindDelete(b, node, scope)
      case 'merge':
        return bindMerge(b, node, scope)
    }
  })

const bindInsert = (b: Binder, node: Insert, outer: Scope): Bound => {
  if (node.replaces) b.findings.verbs.add('delete')
  const source = node.source && b.query(node.source, outer)
  const { table, item } = bindTarget(b, node.target)
  const written: Written = new Map()
  if (source) insertInto(b, table, node.columns, source, written)
  if (node.onConflict) bindConflict(b, node, node.onConflict, { table, item }, written, outer)
  return returning(b, node, { target: item, items: [item] }, written, outer)
}

/** `excluded` is the row that was to be inserted. */
const bindConflict = (
  b: Binder,
  insert: Insert,
  node: OnConflict,
  { table, item }: ReturnType<typeof bindTarget>,
  written: Written,
  outer: Scope,
): void => {
  b.findings.seen.add(node)
  const fresh = node.excluded ? onlyWritten(item, written) : withWritten(item, written)
  const row: Item = { ...fresh, origin: undefined, unseen: undefined, bare: false, stored: false }
  const names = node.excludedColumns ?? []
  const [first] = node.excluded ?? []
  const excluded = (node.excluded ?? ['excluded']).map((alias) => ({
    ...row,
    // Names of its own need no alias before them.
    ...(names.length > 0 ? { ...renamed(chosen(row, insert.columns), names), bare: alias === first } : {}),
    alias,
  }))
  const own: Scope = { items: [item], ctes: outer.ctes, parent: outer }
  for (const expression of node.arbiter)
    b.expression(expression, { ...own, items: [{ ...item, unseen: undefined }] })
  const source = node.seesSource === true && insert.source?.kind === 'select' ? insert.source.from : []
  const scope: Scope = { ...own, items: [item, ...bindFrom(b, source, outer).items, ...excluded] }
  if (node.assignments.length > 0) b.findings.verbs.add('update')
  for (const assignment of node.assignments) assign(b, assignment, { table, item }, scope, written)
  if (node.where) bindCondition(b, node.where, scope, 'predicate')
}

/** The row as the statement itself makes it: a column that it leaves out has its default. */
const onlyWritten = (item: Item, written: Written): Item => ({
  ...withWritten(item, written),
  columns: item.columns.map((column) => {
    const own = written.get(column.name)
    if (own) return { ...column, feed: union(own) }
    return column.feed.direct ? { ...column, feed: NOTHING } : column
  }),
})

/** The columns that an INSERT names, in its order; all with a place where it names none. */
const chosen = (row: Columns, names: readonly string[]): Columns =>
  names.length === 0 || row.rest
    ? { ...row, columns: placed(row.columns) }
    : {
        columns: names.map(
          (name) => row.columns.find((column) => column.name === name) ?? { name, sure: true, feed: UNKNOWN },
        ),
      }

const bindUpdate = (b: Binder, node: Update, outer: Scope): Bound => {
  const { table, item } = bindTarget(b, node.target)
  const from = bindFrom(b, node.from, outer)
  const items = node.targetInFrom === true ? from.items : [item, ...from.items]
  const scope: Scope = { items, ctes: outer.ctes, parent: outer }
  const written: Written = new Map()
  const itself = node.targetInFrom === true ? items.find(({ alias }) => alias === item.alias) : item
  for (const assignment of node.assignments) assign(b, assignment, { table, item: itself }, scope, written)
  bindTaken(b, node, scope)
  return returning(b, node, { target: item, items }, written, outer)
}

const bindDelete = (b: Binder, node: Delete, outer: Scope): Bound => {
  const { item } = bindTarget(b, node.target)
  const using = bindFrom(b, node.using, outer)
  const items = node.targetInFrom === true ? using.items : [item, ...using.items]
  const scope: Scope = { items, ctes: outer.ctes, parent: outer }
  bindTaken(b, node, scope)
  return returning(b, node, { target: item, items }, new Map(), outer)
}
