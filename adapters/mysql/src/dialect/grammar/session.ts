import type { Expression } from '@sluice/core/statement/expression'
import type { TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { DIAGNOSTICS } from '../../analysis-traits/functions.ts'
import { Kind } from '../lexer/kind.ts'
import { foldName } from '../names.ts'
import { computes } from './computes.ts'
import { ref } from './ddl.ts'
import { expression, expressions } from './pieces.ts'
import { valuesOf } from './select-of.ts'
import type { Grammar, Tokens } from './tokens.ts'

const use: Grammar = (t) => {
  t.at++
  return { kind: 'set', name: 'database', local: false, value: [t.fold(t.name())], called: 'use' }
}

const run: Grammar = (t) => {
  t.at++
  const { at } = t
  const values = expressions(t)
  t.readValues(at, valuesOf(values))
  return computes('do', values)
}

const call: Grammar = (t) => {
  t.at++
  const path = t.path()
  const name = [...path.slice(0, -1).map((part) => t.fold(part)), foldName(path.at(-1)!)]
  const args = t.is('(') ? t.parenthesised(() => argument(t)) : []
  return {
    kind: 'call-procedure',
    call: { kind: 'call', name, args, star: false, distinct: false, orderBy: [] },
  }
}

const argument = (t: Tokens): Expression => {
  const { at } = t
  const value = expression(t)
  t.readValues(at, valuesOf([value]))
  return value
}

const locks: ReadonlySet<string> = new Set([
  'read',
  'write',
  'local',
  'low_priority',
  'concurrent',
  'wait',
  'nowait',
])

/** LOCK TABLES t AS a READ, u WRITE */
const lock: Grammar = (t) => {
  t.at++
  if (t.takeAny('table', 'tables') === undefined) throw new Unreadable('what is locked is not known')
  const tables: TableRef[] = []
  const reads: TableRef[] = []
  t.list(() => {
    const name = t.tableName()
    const alias = t.take('as') || (t.isName() && !t.isAny(locks)) ? t.fold(t.name()) : undefined
    const table = alias === undefined ? ref(name) : { ...ref(name), alias }
    const writes = !t.is('read')
    while (t.isAny(locks)) if (t.next().word === 'wait') t.literal()
    return (writes ? tables : reads).push(table)
  })
  return { kind: 'lock', tables, ...(reads.length === 0 ? {} : { reads }) }
}

const unlock: Grammar = (t) => {
  t.at++
  if (t.takeAny('table', 'tables') === undefined) throw new Unreadable('what is unlocked is not known')
  return computes('unlock', [])
}

/** SIGNAL and RESIGNAL raise a condition with what is computed for it. */
const signal: Grammar = (t) => {
  const { word } = t.next()
  while (!t.done && !t.is('set')) t.next()
  if (!t.take('set')) return computes(word, [])
  return computes(
    word,
    t.list(() => {
      t.name()
      t.expect('=')
      return argument(t)
    }),
  )
}

/** GET DIAGNOSTICS puts what is known of conditions into variables: texts that may quote any value, and counts. */
const diagnostics: Grammar = (t) => {
  t.at++
  t.takeAny('current', 'stacked')
  t.expect('diagnostics')
  const ofCondition = t.take('condition')
  const number = ofCondition ? [argument(t)] : []
  const targets = t.list(() => {
    if (t.next().kind !== Kind.userVariable) throw new Unreadable('a variable was expected')
    t.expect('=')
    const item = t.lowerName()
    return named(':=', ofCondition ? [named(`@${item}`, [])] : [])
  })
  return computes('get diagnostics', [named(DIAGNOSTICS, []), ...number, ...targets])
}

/** A call; of a name that begins with `@` it is a variable, in which can be anything. */
const named = (name: string, args: readonly Expression[]): Expression => ({
  kind: 'call',
  name: [name],
  args,
  star: false,
  distinct: false,
  orderBy: [],
})

const help: Grammar = (t) => {
  t.skipRest()
  return { kind: 'show', name: 'help', called: 'help' }
}

/** Statements about the session and its tables, by first words. */
export const sessionStatements: Readonly<Record<string, Grammar>> = {
  use,
  do: run,
  call,
  lock,
  unlock,
  signal,
  resignal: signal,
  get: diagnostics,
  help,
}
