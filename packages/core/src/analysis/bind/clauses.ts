import type { Expression } from '../../statement/expression.ts'
import type { Taken } from '../../statement/write.ts'
import type { Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { bindSortKeys } from './call.ts'

/** Binds what decides by being true or not. */
export const bindCondition = (
  b: Binder,
  node: Expression,
  scope: Scope,
  role: 'predicate' | 'join',
): void => {
  const feed = b.expression(node, scope)
  b.findings.use(feed, role)
  b.findings.decides(feed)
}

/** Binds what says how many rows are taken. */
export const bindCount = (b: Binder, node: Expression, scope: Scope): void => {
  const feed = b.expression(node, scope)
  b.findings.use(feed, 'predicate')
  b.findings.tells(feed, 'rows')
}

/** Binds WHERE, ORDER BY and LIMIT of an UPDATE or DELETE. */
export const bindTaken = (b: Binder, node: Taken, scope: Scope): void => {
  if (node.where) bindCondition(b, node.where, scope, 'predicate')
  for (const feed of bindSortKeys(b, node.orderBy ?? [], scope)) {
    b.findings.use(feed, 'order')
    b.findings.tells(feed, 'order')
  }
  if (node.limit) bindCount(b, node.limit, scope)
}
