import type { Copy, Procedural, Statement } from '@sluice/core/statement/command'
import type { Query, Select, Target } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { starOf } from './select-of.ts'
import type { Tokens } from './tokens.ts'
import { assigned, variableName } from './user-variable.ts'

/** Reads the INTO that stands next, if one does, and notes where the rows of the statement go. */
export const intoClause = (t: Tokens): void => {
  if (!t.is('into')) return
  if (t.depth > 0) throw new Unreadable('INTO stands in a query inside another')
  if (t.into !== undefined) throw new Unreadable('INTO stands twice')
  t.at++
  if (t.takeAny('outfile', 'dumpfile') !== undefined) file(t)
  else t.into = t.list(() => variable(t))
}

const variable = (t: Tokens): string => {
  const { kind, text } = t.next()
  if (kind !== Kind.userVariable) throw new Unreadable('what follows INTO is not known')
  return variableName(text)
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
  return into === 'file' ? toFile(made) : toVariables(made, into)
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
const toVariables = (made: Query, into: readonly string[]): Procedural => ({
  kind: 'procedural',
  verb: 'select',
  expressions: [],
  statements: [assignedTo(made.kind === 'select' ? made : starOf(made), into)],
  returns: false,
})

/** One by one, and all to all where it is not known how many there are. */
const assignedTo = (made: Select, into: readonly string[]): Select => {
  const certain = made.targets.length === into.length
  const assign = ({ expression }: Target, i: number): readonly Target[] =>
    (certain ? into.slice(i, i + 1) : into).map((variable) => ({
      kind: 'target',
      expression: assigned(variable, expression),
    }))
  return { ...made, targets: made.targets.flatMap(assign) }
}
