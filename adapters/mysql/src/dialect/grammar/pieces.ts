import type { Statement } from '@sluice/core/statement/command'
import type { Expression, SortKey } from '@sluice/core/statement/expression'
import type { Query } from '@sluice/core/statement/query'
import type { Tokens } from './tokens.ts'

/** Reads any expression. */
export const expression = (t: Tokens): Expression => t.rules.expression(t)

/** A query with its WITH, ORDER BY and LIMIT. */
export const query = (t: Tokens): Query => t.rules.query(t)

/** Any statement, for EXPLAIN. */
export const statement = (t: Tokens): Statement => t.rules.statement(t)

/** `a, b, c` */
export const expressions = (t: Tokens): Expression[] => t.list(() => expression(t))

/** `(SELECT …)` */
export const parenthesisedQuery = (t: Tokens) => {
  t.expect('(')
  const inner = t.deeper(() => query(t))
  t.expect(')')
  return inner
}

/** Keys of an ORDER BY. */
export const sortKeys = (t: Tokens): SortKey[] =>
  t.list(() => {
    const key = expression(t)
    return { kind: 'sort-key', expression: key, descending: t.takeAny('asc', 'desc') === 'desc' }
  })

const starters: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table'])

/** What may follow a query in parentheses where it is still part of a query. */
const followers: ReadonlySet<string> = new Set(
  ') union except intersect minus order limit offset fetch for lock into'.split(' '),
)

/**
 * Whether a query stands next, however many parentheses around it. What follows each of them decides:
 * `((select 1) + 1)` is none. INVARIANT (hostile-both-sides): decided by looking ahead, never by reading twice.
 */
export const startsQuery = (t: Tokens): boolean => {
  let ahead = 0
  while (t.peek(ahead).word === '(') ahead++
  const { word } = t.peek(ahead)
  if (!starters.has(word)) return false
  // `VALUES(a)` is also a function.
  if (word === 'values' && t.peek(ahead + 1).word !== '(' && t.peek(ahead + 1).word !== 'row') return false
  for (let open = ahead - 1; open >= 1; open--) {
    const close = t.closing(open)
    if (close === undefined || !followers.has(t.peek(close + 1).word)) return false
  }
  return true
}

/** Words that are not reserved everywhere but begin a clause behind a select list or a table. */
export const clauses: ReadonlySet<string> = new Set([
  'except',
  'intersect',
  'minus',
  'offset',
  'window',
  'returning',
  'system',
  'partition',
  'lateral',
])
