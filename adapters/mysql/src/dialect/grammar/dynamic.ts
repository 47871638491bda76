import type { Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { checkedPlainName } from '../names.ts'
import { expression, expressions } from './pieces.ts'
import type { Grammar, Tokens } from './tokens.ts'

const opaque = (reason: string): Statement => ({ kind: 'opaque', reason })

/** The statement whose text stands next. Only a constant can be known before it runs. */
const dynamic = (t: Tokens): Statement => {
  const alone = t.peek().kind === Kind.string && (t.peek(1).kind === Kind.end || t.peek(1).word === 'using')
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

/** What values can be handed to: a text that reads or changes rows, or computes something, and nothing of the session. */
const takesValues: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'select',
  'set-operation',
  'values',
  'insert',
  'update',
  'delete',
  'joined-update',
  'joined-delete',
  'call-procedure',
  'procedural',
])

const given = (statement: Statement, args: readonly Expression[]): Statement => {
  if (statement.kind === 'opaque') return statement
  return takesValues.has(statement.kind)
    ? { kind: 'execute', name: '', args, statement }
    : opaque('values are handed to a text that neither reads nor changes rows')
}

const execute: Grammar = (t) => {
  t.at++
  if (t.take('immediate')) {
    const inner = dynamic(t)
    return t.take('using') ? given(inner, expressions(t)) : inner
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
