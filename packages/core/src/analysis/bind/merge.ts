import type { Merge, MergeAction } from '../../statement/write.ts'
import type { Bound, Scope } from '../scope.ts'
import { type Assigned, assign, bindTarget, insertInto, returning, type Written } from './assignment.ts'
import type { Binder } from './binder.ts'
import { bindCondition, bindCount } from './clauses.ts'
import { bindList } from './expression.ts'

/** MERGE. RETURNING * lists the source's columns first (PostgreSQL, MERGE, "output_expression"). */
export const bindMerge = (b: Binder, node: Merge, outer: Scope): Bound => {
  const { table, item } = bindTarget(b, node.target)
  const source = b.fromItem(node.source, outer, [])
  const scope: Scope = { items: [item, ...source.items], ctes: outer.ctes, parent: outer }
  bindCondition(b, node.on, scope, 'join')
  if (node.limit) bindCount(b, node.limit, scope)
  const written: Written = new Map()
  for (const action of node.actions) bindAction(b, action, { table, item }, scope, written)
  return returning(b, node, { target: item, items: [...source.items, item] }, written, outer)
}

const bindAction = (b: Binder, node: MergeAction, target: Assigned, scope: Scope, written: Written): void => {
  b.findings.seen.add(node)
  if (node.action !== 'nothing') b.findings.verbs.add(node.action)
  if (node.condition) bindCondition(b, node.condition, scope, 'predicate')
  for (const assignment of node.assignments) assign(b, assignment, target, scope, written)
  if (node.action === 'insert')
    insertInto(b, target.table, node.columns, bindList(b, node.values, scope), written)
}
