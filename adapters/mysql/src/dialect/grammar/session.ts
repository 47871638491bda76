import type { Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { expression, expressions } from './pieces.ts'
import { limitClause } from './query.ts'
import { valuesOf } from './set.ts'
import type { Grammar, Tokens } from './tokens.ts'

const ref = (name: readonly string[]): TableRef => ({
  kind: 'table-ref',
  name,
  columnAliases: [],
  sample: [],
})

const use: Grammar = (t) => {
  t.at++
  return { kind: 'set', name: 'database', local: false, value: [t.fold(t.name())] }
}

const run: Grammar = (t) => {
  t.at++
  const { at } = t
  return t.readValues(at, valuesOf(expressions(t)))
}

const call: Grammar = (t) => {
  t.at++
  const path = t.path()
  const name = [...path.slice(0, -1).map((part) => t.fold(part)), path.at(-1)!.toLowerCase()]
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
  const tables = t.list(() => {
    const name = t.tableName()
    const alias = t.take('as') || (t.isName() && !t.isAny(locks)) ? t.fold(t.name()) : undefined
    while (t.isAny(locks)) if (t.next().word === 'wait') t.literal()
    return alias === undefined ? ref(name) : { ...ref(name), alias }
  })
  return { kind: 'lock', tables }
}

const unlock: Grammar = (t) => {
  t.at++
  if (t.takeAny('table', 'tables') === undefined) throw new Unreadable('what is unlocked is not known')
  return { kind: 'lock', tables: [] }
}

/** HANDLER t READ … reads rows of the table; the names of opened handlers are not tracked. */
const handler: Grammar = (t) => {
  t.at++
  const table = ref(t.tableName())
  if (t.take('open')) {
    if (!t.done) throw new Unreadable('a handler is opened under another name')
    return { kind: 'lock', tables: [table] }
  }
  if (t.take('close')) return { kind: 'close-cursor', name: table.name.at(-1) ?? '' }
  t.expect('read')
  return handlerRead(t, table)
}

const handlerRead = (t: Tokens, table: TableRef): Statement => {
  t.next()
  if (
    t.takeAny('first', 'next', 'prev', 'last') === undefined &&
    t.takeAny('=', '<=', '>=', '<', '>') !== undefined
  )
    t.parenthesised(() => expression(t))
  const where: { where?: Expression } = t.take('where') ? { where: expression(t) } : {}
  const star = { kind: 'star', qualifier: [] } as const
  return { ...valuesOf([star]), from: [table], ...where, ...limitClause(t) }
}

/** What sets or raises conditions of the session. */
const condition: Grammar = (t) => {
  const { word } = t.next()
  while (!t.done) if (t.next().word === 'select') throw new Unreadable(`a query stands in \`${word}\``)
  return { kind: 'maintenance', verb: word, tables: [] }
}

const help: Grammar = (t) => {
  t.skipRest()
  return { kind: 'show', name: 'help' }
}

/** Statements about the session and its tables, by first words. */
export const sessionStatements: Readonly<Record<string, Grammar>> = {
  use,
  do: run,
  call,
  lock,
  unlock,
  handler,
  signal: condition,
  resignal: condition,
  get: condition,
  help,
}
