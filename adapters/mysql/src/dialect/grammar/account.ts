import type { Name } from '@sluice/core/statement/node'
import { Kind } from '../lexer/kind.ts'
import type { Grammar, Tokens } from './tokens.ts'

/** `user`, `'user'@'host'`: the account's name without its host. */
export const account = (t: Tokens): Name => {
  const token = t.next()
  const name = token.kind === Kind.string ? token.text.slice(1, -1) : token.text.replaceAll('`', '')
  if (t.is('(')) t.skipParentheses()
  if (t.peek().kind === Kind.userVariable) t.at++
  return [name]
}

/** The object behind ON and the accounts behind TO or FROM. */
const privileges =
  (verb: 'grant' | 'revoke'): Grammar =>
  (t) => {
    t.at++
    const names: Name[] = []
    while (!t.done && !t.is('on') && !t.is('to') && !t.is('from')) {
      if (t.is('(')) t.skipParentheses()
      else t.next()
    }
    if (t.take('on')) {
      t.takeAny('table', 'function', 'procedure', 'package')
      if (t.take('*')) {
        if (t.take('.')) t.expect('*')
      } else names.push(object(t))
    }
    if (t.takeAny('to', 'from') !== undefined) names.push(...t.list(() => account(t)))
    t.skipRest()
    return { kind: 'dcl', verb, names }
  }

/** `db.table`, `db.*` */
const object = (t: Tokens): Name => {
  const first = t.peek().kind === Kind.string ? t.string() : t.name()
  const path = [t.fold(first)]
  while (t.take('.')) path.push(t.take('*') ? '*' : t.fold(t.name()))
  return path
}

/** GRANT and REVOKE. */
export const accountStatements: Readonly<Record<string, Grammar>> = {
  grant: privileges('grant'),
  revoke: privileges('revoke'),
}
