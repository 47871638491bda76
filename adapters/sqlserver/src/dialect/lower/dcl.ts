import type { Dcl, Statement } from '@sluice/core/statement/command'
import { Kind } from '../lexer/kind.ts'
import type { Cursor } from './cursor.ts'

/** GRANT, REVOKE and DENY. What is granted is not part of the tree; on what is. */
export const readDcl = (c: Cursor): Statement => {
  const word = c.next().value
  const names: string[][] = []
  permissions(c)
  if (c.take('on')) names.push(securable(c))
  if (!c.take('to')) c.expect('from')
  c.list(() => principal(c))
  if (c.takeAll('with', 'grant', 'option') || c.take('cascade')) c.take('cascade')
  if (c.take('as')) principal(c)
  return { kind: 'dcl', verb: word as Dcl['verb'], names }
}

/** `ALTER AUTHORIZATION ON SCHEMA::s TO u`: who owns it. */
export const readAuthorization = (c: Cursor): Statement => {
  c.expect('on')
  const names = [securable(c)]
  c.expect('to')
  c.take('schema')
  if (!c.take('owner')) principal(c)
  return { kind: 'dcl', called: 'alter authorization', verb: 'reassign', names }
}

const permissions = (c: Cursor): void => {
  while (!c.isOneOf(['on', 'to', 'from'])) {
    const { kind } = c.peek()
    if (c.isSign('(')) c.skipParentheses()
    else if (kind === Kind.word || kind === Kind.quoted || c.isSign(',')) c.at++
    else c.fail('a permission was expected')
  }
}

/** `OBJECT::dbo.t`, `SCHEMA::s`, `dbo.t (a, b)`. */
const securable = (c: Cursor): string[] => {
  let ahead = 0
  while (c.peek(ahead).kind === Kind.word) ahead++
  if (c.isSign('::', ahead)) c.at += ahead + 1
  const name = c.path()
  if (c.isSign('(')) c.skipParentheses()
  return name
}

const principal = (c: Cursor): void => {
  if (c.take('public')) return
  c.name()
}
