import type { Query, SetOperation, TableRef } from './query.ts'

/** The table that a query makes: `SELECT … INTO`. */
export const intoOf = (node: Query): TableRef | undefined => (node.kind === 'values' ? undefined : node.into)

/**
 * `SELECT a INTO t FROM x UNION SELECT b FROM y`: INTO stands in the first query, and the table gets the rows of all of
 * them.
 */
export const withFirstInto = (node: SetOperation): SetOperation => {
  const { left } = node
  if (left.kind === 'values' || left.into === undefined) return node
  const { into, ...query } = left
  return { ...node, left: query, into }
}
