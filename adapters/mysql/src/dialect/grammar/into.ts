import type { Copy, Procedural, Statement } from '@sluice/core/statement/command'
import type { Query, Select, Target } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { starOf } from './select-of.ts'
import type { Tokens } from './tokens.ts'

/** Reads the INTO that stands next, if one does, and notes where the rows of the statement go. */
export const intoClause = (t: Tokens): void => {
  if (!t.is('into')) return
  if (t.depth > 0) throw new Unreadable('INTO stands in a query inside another')
  if (t.into !== undefined) throw new Unreadable('INTO stands twice')
  t.at++
  if (t.takeAny('outfile', 'dumpfile') !== undefined) file(t)
  else t.list(() => variable(t))
  t.into ??= 'variables'
}

const variable = (t: Tokens): void => {
  if (t.next().kind !== Kind.userVariable) throw new Unreadable('what follows INTO is not known')
}

const file = (t: Tokens): void => {
  t.into = 'file'
  t.string()
  if (t.take('character', 'set') || t.take('charset')) t.next()
  while (t.takeAny('fields', 'columns', 'lines') !== undefined)
    while (t.takeAny('terminated', 'optionally', 'enclosed', 'escaped', 'starting') !== undefined)
      if (t.take('by')) t.string()
}

/** The statement that a query with INTO is. */
export const withInto = (t: Tokens, made: Query): Statement => {
  const { into } = t
  t.into = undefined
  if (into === undefined) return made
  return into === 'file' ? toFile(made) : toVariables(made)
}

const toFile = (query: Query): Copy => ({
  kind: 'copy',
  called: 'select',
  direction: 'out',
  query,
  columns: [],
  via: 'file',
  format: 'unknown',
  options: {},
})

/** The values go into variables of the session; nothing is returned. */
const toVariables = (made: Query): Procedural => ({
  kind: 'procedural',
  verb: 'select',
  expressions: [],
  statements: [assigned(made.kind === 'select' ? made : starOf(made))],
  returns: false,
})

const assigned = (made: Select): Select => ({ ...made, targets: made.targets.map(assign) })

const assign = ({ expression }: Target): Target => ({
  kind: 'target',
  expression: { kind: 'call', name: [':='], args: [expression], star: false, distinct: false, orderBy: [] },
})
