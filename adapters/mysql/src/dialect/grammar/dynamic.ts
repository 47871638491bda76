import type { Statement } from '@sluice/core/statement/command'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { checkedPlainName } from '../names.ts'
import { expression, expressions } from './pieces.ts'
import type { Grammar, Tokens } from './tokens.ts'

const opaque = (reason: string): Statement => ({ kind: 'opaque', reason })

/** The statement whose text stands next. Only a constant can be known before it runs. */
const dynamic = (t: Tokens): Statement => {
  const alone = t.peek().kind === Kind.string && (t.peek(1).kind === Kind.end || t.is('using'))
  if (alone) return t.readInner(t.string())
  expression(t)
  return opaque('the text of a prepared statement is not a constant')
}

const prepare: Grammar = (t) => {
  t.at++
  const name = checkedPlainName(t.lowerName())
  t.expect('from')
  return { kind: 'prepare', name, statement: dynamic(t) }
}

const execute: Grammar = (t) => {
  t.at++
  if (t.take('immediate')) {
    const inner = dynamic(t)
    if (t.take('using')) expressions(t)
    return inner
  }
  const name = checkedPlainName(t.lowerName())
  return { kind: 'execute', name, args: t.take('using') ? expressions(t) : [] }
}

const deallocate: Grammar = (t) => {
  t.at++
  if (!t.take('prepare')) throw new Unreadable('what is deallocated is not known')
  return { kind: 'deallocate', name: checkedPlainName(t.lowerName()) }
}

/** Prepared statements by name, by first words. */
export const dynamicStatements: Readonly<Record<string, Grammar>> = { prepare, execute, deallocate }
