import type { Procedural, Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import { Kind } from '../lexer/kind.ts'
import { statementStarts } from '../lexer/reserved.ts'
import { isClean } from './clean.ts'
import { confirmExpression } from './confirm.ts'
import type { Cursor } from './cursor.ts'
import { readExpression } from './rules.ts'

/** A statement of the procedural language that returns no rows of its own. */
export const procedural = (
  verb: string,
  expressions: readonly Expression[] = [],
  statements: readonly Statement[] = [],
  returns = true,
): Procedural => ({ kind: 'procedural', verb, expressions, statements, returns })

/** An expression of a procedural statement, confirmed by the other readers where it holds a query. */
export const readValue = (c: Cursor): Expression => {
  const from = c.at
  const expression = readExpression(c)
  confirmExpression(c, from, expression, 'value')
  return expression
}

/**
 * A value that goes to the client beside the rows, where nothing is masked. INVARIANT (no-unproven-column): no value
 * of a row may be in it.
 */
const readMessage = (c: Cursor): Expression => {
  const value = readValue(c)
  return isClean(value) ? value : c.fail('a message may hold values of rows')
}

/** A condition of IF or WHILE. */
export const readCondition = (c: Cursor): Expression => {
  const from = c.at
  const expression = readExpression(c)
  confirmExpression(c, from, expression, 'condition')
  return expression
}

/** PRINT. */
export const readPrint = (c: Cursor): Statement => {
  c.at++
  return procedural('print', [readMessage(c)])
}

/** RETURN, with a value or without. */
export const readReturn = (c: Cursor): Statement => {
  c.at++
  const { kind, value } = c.peek()
  const ends = c.done || c.isSign(';') || (kind === Kind.word && statementStarts.has(value))
  return procedural('return', ends ? [] : [readMessage(c)])
}

/** `RAISERROR (message, severity, state, …) WITH …`. */
export const readRaiserror = (c: Cursor): Statement => {
  c.at++
  const args = c.parenthesised(() => c.list(() => readMessage(c)))
  if (c.take('with')) c.list(() => c.name())
  return procedural('raiserror', args)
}

/** THROW, with number, message and state or without. */
export const readThrow = (c: Cursor): Statement => {
  c.at++
  const { kind } = c.peek()
  const given = kind === Kind.number || kind === Kind.variable
  return procedural('throw', given ? c.list(() => readMessage(c)) : [])
}

/** WAITFOR DELAY and TIME. */
export const readWaitFor = (c: Cursor): Statement => {
  c.at++
  if (!c.isOneOf(['delay', 'time'])) return c.fail('this WAITFOR is not read')
  c.at++
  return procedural('waitfor', [readValue(c)])
}
