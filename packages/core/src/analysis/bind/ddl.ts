import type { Ddl } from '../../statement/command.ts'
import { OUTERMOST, type Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { tableItem } from './from.ts'
import { findTable } from './names.ts'

/** Objects whose names live beside the tables' in one namespace. */
const RELATIONS: ReadonlySet<string> = new Set(['table', 'view', 'materialized view', 'foreign table'])

/** A definition: the tables it makes or changes, what its query and its expressions read. */
export const bindDdl = (b: Binder, node: Ddl): void => {
  for (const name of node.names) {
    const table = findTable(b, name)
    if (table.relation || RELATIONS.has(node.object)) {
      b.findings.table(table.schema, table.name, table.relation, 'write')
    }
  }
  for (const table of node.tables) {
    const found = findTable(b, table.name)
    b.findings.seen.add(table)
    b.findings.table(found.schema, found.name, found.relation, 'read')
  }
  if (node.query) flowsInto(b, node.query)
  const scope = tablesOf(b, node)
  // What an expression computes ends up in the object that is made: an index, a generated column, a rewritten one.
  for (const expression of node.expressions) b.findings.flow(b.expression(expression, scope), undefined)
}

const flowsInto = (b: Binder, query: NonNullable<Ddl['query']>): void => {
  const bound = b.query(query, OUTERMOST)
  for (const column of bound.columns) b.findings.flow(column.feed, undefined)
  if (bound.rest) b.findings.flow(bound.rest, undefined)
}

/** Column names in a definition's expressions are those of the tables it names. */
const tablesOf = (b: Binder, node: Ddl): Scope => {
  const refs = node.names.map((name) => ({ kind: 'table-ref' as const, name, columnAliases: [], sample: [] }))
  const items = refs.flatMap((ref) => {
    const { relation } = findTable(b, ref.name)
    return relation || RELATIONS.has(node.object) ? [tableItem(relation, ref)] : []
  })
  return { items, ctes: undefined, parent: undefined }
}
