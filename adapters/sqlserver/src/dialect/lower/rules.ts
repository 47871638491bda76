import type { Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { FromItem, Query } from '@sluice/core/statement/query'
import type { Cursor } from './cursor.ts'

/** The rules that hold one another: each family of them reaches the others through the cursor. */
export type Rules = {
  readonly expression: (c: Cursor) => Expression
  readonly query: (c: Cursor) => Query
  readonly from: (c: Cursor) => FromItem[]
  readonly statement: (c: Cursor, first?: boolean) => Statement
  readonly statements: (c: Cursor) => Statement[]
  readonly body: (c: Cursor) => Statement[]
}

/** Any expression, conditions included. */
export const readExpression = (c: Cursor): Expression => c.rules.expression(c)

/** A query with all that may follow it. */
export const readQuery = (c: Cursor): Query => c.rules.query(c)

/** The items of a FROM. */
export const readFrom = (c: Cursor): FromItem[] => c.rules.from(c)

/** One statement, a `;` behind it left unread. `first`: it is the batch's first. */
export const readStatement = (c: Cursor, first = false): Statement => c.rules.statement(c, first)

/** The statements of a text that is run. */
export const readStatements = (c: Cursor): Statement[] => c.rules.statements(c)

/** The statements up to END, which is left unread. */
export const readBody = (c: Cursor): Statement[] => c.rules.body(c)
