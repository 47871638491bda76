import type { Expression, SortKey } from '../../statement/expression.ts'
import type { Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { bindSortKeys } from './call.ts'

/** What decides which rows a write takes. */
type Taking = {
  readonly where?: Expression
  readonly orderBy?: readonly SortKey[]
  readonly limit?: Expression
}

/** Binds WHERE, ORDER BY and LIMIT of an UPDATE or DELETE. */
export const bindTaken = (b: Binder, node: Taking, scope: Scope): void => {
  if (node.where) b.findings.use(b.expression(node.where, scope), 'predicate')
  for (const feed of bindSortKeys(b, node.orderBy ?? [], scope)) b.findings.use(feed, 'order')
  if (node.limit) b.findings.use(b.expression(node.limit, scope), 'predicate')
}
