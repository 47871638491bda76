import type { Statement } from '@sluice/core/statement/command'
import { Kind } from '../lexer/kind.ts'
import type { Cursor } from './cursor.ts'
import { procedural, readCondition } from './message.ts'
import { readBody, readStatement } from './rules.ts'
import { transaction } from './session.ts'

/** BEGIN … END, BEGIN TRY … CATCH, BEGIN TRANSACTION. */
export const readBegin = (c: Cursor): Statement => {
  c.at++
  if (c.isOneOf(['tran', 'transaction'])) return beginTransaction(c)
  if (c.is('try')) return tryCatch(c)
  if (c.isOneOf(['distributed', 'dialog', 'conversation', 'atomic'])) return c.fail('this BEGIN is not read')
  const statements = readBody(c)
  c.expect('end')
  return procedural('begin', [], statements)
}

const beginTransaction = (c: Cursor): Statement => {
  c.at++
  const name = c.isName() || c.peek().kind === Kind.variable ? c.next().value : undefined
  if (c.takeAll('with', 'mark') && c.peek().kind === Kind.string) c.at++
  return transaction('begin', name)
}

const tryCatch = (c: Cursor): Statement => {
  c.expect('try')
  const tried = readBody(c)
  c.expect('end', 'try')
  while (c.takeSign(';'));
  c.expect('begin', 'catch')
  const caught = readBody(c)
  c.expect('end', 'catch')
  return procedural('try', [], [...tried, ...caught])
}

/** IF … ELSE …: both branches may run. */
export const readIf = (c: Cursor): Statement => {
  c.at++
  const condition = readCondition(c)
  const statements = [readStatement(c)]
  const at = c.at
  while (c.takeSign(';'));
  if (c.take('else')) statements.push(readStatement(c))
  else c.at = at
  return procedural('if', [condition], statements)
}

/** WHILE. */
export const readWhile = (c: Cursor): Statement => {
  c.at++
  const condition = readCondition(c)
  return procedural('while', [condition], [readStatement(c)])
}
