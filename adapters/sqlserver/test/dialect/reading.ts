import type { Expression } from '@sluice/core/statement/expression'
import type { Reading } from '@sluice/core/statement/reading'
import { tablesIn, visitExpressions } from '@sluice/core/statement/walk'
import { sqlserverDialect } from '../../src/dialect/dialect.ts'

const dialect = sqlserverDialect({ limits: { parseTimeoutMs: 10_000 } })

/** Ends the parser's threads: for `afterAll`. */
export const close = () => dialect.close()

/** A batch as the dialect reads it. A busy machine must not look like an unreadable statement: the bound is wide. */
export const readAll = async (text: string, quotedIdentifier = true): Promise<Reading> =>
  dialect.read(text, { quotedIdentifier })

/** The first statement of a reading. */
export const firstOf = (reading: Reading) => {
  const [first] = reading
  if (first === undefined) throw new Error('nothing was read')
  return first
}

/** Why the first statement of a batch that is not read is not. */
export const reasonOf = async (text: string): Promise<string | undefined> => {
  for (const { statement } of await readAll(text)) if (statement.kind === 'opaque') return statement.reason
  return undefined
}

/** The tables and columns that a batch names. */
export const summary = async (text: string) => {
  const tables: string[] = []
  const columns: string[] = []
  for (const { statement } of await readAll(text)) {
    tables.push(...tablesIn(statement).map(({ name }) => name.join('.')))
    visitExpressions(statement, (expression: Expression) => {
      if (expression.kind === 'column-ref') columns.push(expression.name.join('.'))
    })
  }
  return { tables: tables.sort(), columns: columns.sort() }
}
