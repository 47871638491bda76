import type { Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import { Kind } from '../lexer/kind.ts'
import { isClean } from './clean.ts'
import { confirm } from './confirm.ts'
import type { Cursor } from './cursor.ts'
import { skipTableBody } from './ddl-body.ts'
import { procedural, readValue } from './message.ts'
import { readQuery } from './rules.ts'
import { readType } from './types.ts'

/** DECLARE of variables, of a table variable, or of a cursor. */
export const readDeclare = (c: Cursor): Statement => {
  c.at++
  if (c.peek().kind !== Kind.variable) return readCursor(c)
  const expressions = c.list(() => readVariable(c)).flat()
  return procedural('declare', expressions)
}

const readVariable = (c: Cursor): readonly Expression[] => {
  const variable = c.next()
  if (variable.kind !== Kind.variable) c.fail('a variable was expected')
  c.take('as')
  if (c.take('cursor')) return []
  if (c.is('table')) {
    c.at++
    const expressions: Expression[] = []
    skipTableBody(c, expressions)
    return expressions
  }
  readType(c)
  if (!c.takeSign('=')) return []
  return [give(c, variable.value)]
}

/** Reads the value that a variable is given, and notes whether rows may be in it. */
export const give = (c: Cursor, variable: string): Expression => {
  const from = c.at
  const value = readValue(c)
  const names = c.tokens.slice(from, c.at).filter(({ kind }) => kind === Kind.variable)
  c.batch.assigned.push({ variable, clean: isClean(value), from: names.map((token) => token.value) })
  return value
}

const options: ReadonlySet<string> = new Set(
  `dynamic fast_forward forward_only global keyset local optimistic read_only scroll scroll_locks static type_warning`.split(
    ' ',
  ),
)

/** `DECLARE c CURSOR … FOR SELECT …`. */
const readCursor = (c: Cursor): Statement => {
  const name = c.name()
  while (c.isOneOf(['insensitive', 'scroll'])) c.at++
  c.expect('cursor')
  while (c.isOneOf(options)) c.at++
  c.expect('for')
  const from = c.at
  const query = readQuery(c)
  confirm(c, from, query)
  if (c.takeAll('for', 'update')) {
    if (c.take('of')) c.list(() => c.path())
  } else c.takeAll('for', 'read', 'only')
  return { kind: 'declare-cursor', name, hold: true, query }
}

/** OPEN, CLOSE, DEALLOCATE and FETCH of a cursor. */
export const readCursorStatement = (c: Cursor): Statement => {
  const verb = c.next().value
  if (verb === 'fetch') return readFetch(c)
  if (c.isOneOf(['symmetric', 'master', 'all'])) c.fail('keys are not read')
  const name = cursorName(c)
  // A closed cursor can be opened again; what it reads was decided when it was declared.
  return verb === 'deallocate' ? { kind: 'close-cursor', called: verb, name } : procedural(verb)
}

/** The name of a cursor, or of the variable that holds one. */
export const cursorName = (c: Cursor): string => {
  if (c.is('global') && c.isName(1)) c.at++
  return c.peek().kind === Kind.variable ? c.next().value : c.name()
}

const readFetch = (c: Cursor): Statement => {
  if (c.isOneOf(['next', 'prior', 'first', 'last'])) c.at++
  else if (c.isOneOf(['absolute', 'relative'])) {
    c.at++
    c.takeSign('-')
    c.at++
  }
  c.take('from')
  const fetch = { kind: 'fetch', cursor: cursorName(c), move: false } as const
  if (!c.take('into')) return fetch
  for (const { value, kind } of c.list(() => c.next())) {
    if (kind !== Kind.variable) c.fail('a variable was expected')
    c.batch.assigned.push({ variable: value, clean: false, from: [] })
  }
  return procedural('fetch', [], [fetch], false)
}
