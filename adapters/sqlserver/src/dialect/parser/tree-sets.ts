import type { Statement } from '@sluice/core/statement/command'
import { visit } from '@sluice/core/statement/walk'
import { type Sets, tableKey } from './sets.ts'

/** What a tree of ours is about. */
export const setsOfTree = (tree: Statement): Sets => {
  const tables = new Set<string>()
  const columns = new Set<string>()
  const others = new Set<string>()
  const ctes = new Set<string>()
  visit(tree, (node) => {
    if (node.kind === 'cte') ctes.add(node.name)
    else if (node.kind === 'table-ref') tables.add(tableKey(node.name))
    else if (node.kind === 'column-ref') {
      columns.add(node.name.at(-1) ?? '')
      // `t.c.p` may be a property of a column.
      if (node.name.length > 2) for (const part of node.name) others.add(part)
    } else if (node.kind === 'call') for (const part of node.name) others.add(part)
    else if (node.kind === 'assignment') for (const column of node.columns) others.add(column)
    else if (node.kind === 'target' && node.alias !== undefined) others.add(node.alias)
    else if (node.kind === 'pivot') {
      for (const name of [...node.consumed, ...node.made.map((one) => one.name)]) others.add(name)
    } else if (node.kind === 'insert' || node.kind === 'merge-action')
      for (const column of node.columns) others.add(column)
  })
  for (const cte of ctes) tables.delete(cte)
  return { tables, columns, others }
}
