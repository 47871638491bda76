import type { Relation } from '../../catalog/catalog.ts'
import type { Name } from '../../statement/node.ts'
import type { FromItem, TableRef } from '../../statement/query.ts'
import type { Assignment, JoinedDelete, JoinedUpdate } from '../../statement/write.ts'
import { TooComplex } from '../findings.ts'
import { findCte, type Item, outermost, type Scope } from '../scope.ts'
import { assign, type Written, writes } from './assignment.ts'
import type { Binder } from './binder.ts'
import { bindTaken } from './clauses.ts'
import { withCtes } from './cte.ts'
import { bindFrom } from './from.ts'
import { type FoundTable, findTable } from './names.ts'

/** A table of the join that may be written. */
type Writable = FoundTable & { readonly alias: string | undefined; readonly written: Written }

/** UPDATE of what a join makes. */
export const bindJoinedUpdate = (b: Binder, node: JoinedUpdate): void => {
  const outer = withCtes(b, node.with, outermost(b.context))
  const { items } = bindFrom(b, node.from, outer)
  const scope: Scope = { items, ctes: outer.ctes, parent: outer }
  const tables = writable(b, node.from, outer)
  for (const assignment of node.assignments) {
    const table = assigned(assignment, tables)
    writes(b, table)
    assign(b, assignment, { table, item: itemOf(table, items) }, scope, table.written)
  }
  bindTaken(b, node, scope)
}

/** DELETE of the rows that some of the tables of a join have in it. */
export const bindJoinedDelete = (b: Binder, node: JoinedDelete): void => {
  const outer = withCtes(b, node.with, outermost(b.context))
  const { items } = bindFrom(b, node.from, outer)
  const tables = writable(b, node.from, outer)
  for (const target of node.targets) writes(b, only(answering(tables, target), target.join('.')))
  bindTaken(b, node, { items, ctes: outer.ctes, parent: outer })
}

/** What the join has of a table. */
const itemOf = ({ alias, name }: Writable, items: readonly Item[]): Item | undefined =>
  items.find((item) => item.alias === (alias ?? name))

/** The tables of a join; what a subquery or a WITH query makes is never written. */
const writable = (b: Binder, from: readonly FromItem[], outer: Scope): readonly Writable[] =>
  tablesOf(from).flatMap((ref): Writable[] => {
    const [name] = ref.name
    if (ref.name.length === 1 && name !== undefined && findCte(outer, name)) return []
    return [{ ...findTable(b, ref.name), alias: ref.alias, written: new Map() }]
  })

const tablesOf = (from: readonly FromItem[]): readonly TableRef[] =>
  from.flatMap((item) => {
    if (item.kind === 'join') return tablesOf([item.left, item.right])
    return item.kind === 'table-ref' ? [item] : []
  })

/** INVARIANT (deny-by-default): where it cannot be told which table is written, the statement is opaque. */
const assigned = (node: Assignment, tables: readonly Writable[]): Writable => {
  const [column = ''] = node.columns
  if (node.qualifier) return only(answering(tables, node.qualifier), node.qualifier.join('.'))
  return only(
    tables.filter(({ relation }) => relation === undefined || hasColumn(relation, column)),
    column,
  )
}

const hasColumn = (relation: Relation, name: string): boolean =>
  relation.columns.some((column) => column.name === name)

const answering = (tables: readonly Writable[], path: Name): readonly Writable[] =>
  tables.filter(({ alias, schema, name }) => {
    if (alias !== undefined && path.length === 1) return alias === path[0]
    const inSchema = path.length === 1 || schema === path.at(-2)
    return inSchema && (alias ?? name) === path.at(-1)
  })

const only = (found: readonly Writable[], name: string): Writable => {
  const [table, ...others] = found
  if (table === undefined || others.length > 0) {
    throw new TooComplex(`writes \`${name}\`, which cannot be told to be of one table`)
  }
  return table
}
