import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression, Window } from '@sluice/core/statement/expression'
import { withFirstInto } from '@sluice/core/statement/into'
import type { Cte, Query, Select, SetOperation, TableRef, Target, With } from '@sluice/core/statement/query'
import { visit } from '@sluice/core/statement/walk'
import { Kind } from '../lexer/kind.ts'
import { readOrderBy, readWindow, systemCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { subqueryFollows, variable } from './expression.ts'
import { readTableName } from './from.ts'
import { readExpression, readFrom, readQuery } from './rules.ts'

/** The rows wanted of a query. PERCENT bounds nothing: its expression is only evaluated. */
type Range = { readonly limit?: Expression; readonly offset?: Expression }

/** A query with all that may follow it: set operations, ORDER BY, OFFSET, FOR. */
export const queryRule = (c: Cursor): Query =>
  c.deeper(() => {
    const ctes = c.is('with') ? { with: readWith(c) } : {}
    const query = readTail(c, setOperations(c))
    return { ...query, ...ctes }
  })

/** `WITH a AS (…), b (x, y) AS (…)`; also the namespaces of XML, which name no rows. */
export const readWith = (c: Cursor): With => {
  c.expect('with')
  const ctes = c.list((): Cte | undefined => {
    if (c.is('xmlnamespaces') && c.isSign('(', 1)) {
      c.at++
      c.skipParentheses()
      return undefined
    }
    const name = c.name()
    const columns = c.isSign('(') ? c.parenthesised(() => c.list(() => c.name())) : []
    c.expect('as')
    const query = c.parenthesised(() => readQuery(c))
    return { kind: 'cte', name, columns, query, extraColumns: false }
  })
  return withNode(
    c,
    ctes.filter((cte) => cte !== undefined),
  )
}

/**
 * "WITH common_table_expression": a query sees the ones before it and itself. The name of a later one leads to a table
 * outside, which the tree has no way to say.
 */
const withNode = (c: Cursor, ctes: readonly Cte[]): With => {
  let recursive = false
  for (const [index, cte] of ctes.entries()) {
    const used = namesIn(cte.query)
    if (used.has(cte.name)) recursive = true
    if (ctes.slice(index + 1).some(({ name }) => used.has(name)))
      c.fail('a query is named before it is there')
  }
  return { kind: 'with', recursive, ctes }
}

/** Bare names of tables. */
const namesIn = (query: Cte['query']): ReadonlySet<string> => {
  const names = new Set<string>()
  visit(query, (node) => {
    if (node.kind === 'table-ref' && node.name.length === 1) names.add(node.name[0] ?? '')
  })
  return names
}

const setOperations = (c: Cursor): Query => {
  let left = intersections(c)
  while (c.isOneOf(['union', 'except'])) {
    const op = c.next().value as 'union' | 'except'
    const all = c.take('all')
    left = setNode(op, all, left, intersections(c))
  }
  return left
}

const intersections = (c: Cursor): Query => {
  let left = term(c)
  while (c.take('intersect')) left = setNode('intersect', c.take('all'), left, term(c))
  return left
}

const setNode = (op: SetOperation['op'], all: boolean, left: Query, right: Query): SetOperation =>
  withFirstInto({ kind: 'set-operation', op, all, left, right, orderBy: [], locks: false })

const term = (c: Cursor): Query => {
  if (c.is('select')) return readSelect(c)
  if (c.is('values')) return { kind: 'values', rows: readRows(c), orderBy: [] }
  return c.deeper(() => c.parenthesised(() => readQuery(c)))
}

/** `VALUES (…), (…)`. */
export const readRows = (c: Cursor): Expression[][] => {
  c.expect('values')
  return c.list(() => c.parenthesised(() => c.list(() => readExpression(c))))
}

const readTail = (c: Cursor, query: Query): Query => {
  let found = query
  if (c.is('order')) {
    if (found.orderBy.length > 0) c.fail('two ORDER BY of one query')
    found = { ...found, orderBy: readOrderBy(c) }
  }
  if (c.take('offset')) found = { ...found, ...offset(c) }
  if (c.is('for') && c.isOneOf(['xml', 'json', 'browse'], 1)) return readFor(c, found)
  return found
}

const offset = (c: Cursor): Range => {
  const skipped = readExpression(c)
  if (!c.take('rows')) c.expect('row')
  if (!c.take('fetch')) return { offset: skipped }
  if (!c.take('next')) c.expect('first')
  const limit = readExpression(c)
  if (!c.take('rows')) c.expect('row')
  c.expect('only')
  return { offset: skipped, limit }
}

/** FOR XML and FOR JSON make one text of all columns. */
const readFor = (c: Cursor, query: Query): Query => {
  const from = c.at
  c.at++
  const mode = c.next().value
  if (mode !== 'browse') options(c)
  c.cut(from)
  if (mode === 'browse') return query
  // The names of rows' columns are in the text; what feeds it is every column of the query.
  const inner: Expression = { kind: 'subquery', mode: 'array', query }
  return { ...emptySelect, targets: [{ kind: 'target', expression: systemCall(`@for ${mode}`, inner) }] }
}

const options = (c: Cursor): void => {
  c.list(() => {
    if (!c.isName()) c.fail('an option of FOR was expected')
    c.at++
    if (c.isSign('(')) c.skipParentheses()
    else if (c.isName() && !c.isSign('(', 1)) c.at++
  })
}

/** `TOP (n)`, `TOP n PERCENT WITH TIES`. */
export const readTop = (c: Cursor): Range => {
  if (!c.take('top')) return {}
  const bounded = c.isSign('(') ? c.parenthesised(() => readExpression(c)) : bareTop(c)
  const percent = c.take('percent')
  c.takeAll('with', 'ties')
  return percent ? { offset: bounded } : { limit: bounded }
}

const bareTop = (c: Cursor): Expression => {
  // Only the one token: a sign behind it belongs to the select list.
  const slot = c.slotAt(c.at)
  const { kind, value } = c.next()
  if (kind === Kind.variable) return variable(c, value)
  if (kind !== Kind.number) c.fail('a number of rows was expected')
  return c.batch.literals
    ? { kind: 'literal', type: 'number', slot, value }
    : { kind: 'literal', type: 'number', slot }
}

const readSelect = (c: Cursor): Select => {
  c.expect('select')
  const distinct = c.take('distinct')
  if (!distinct) c.take('all')
  const range = readTop(c)
  const targets = c.list(() => readTarget(c))
  const into = c.take('into') ? { into: readInto(c) } : {}
  const from = c.take('from') ? readFrom(c) : []
  const where = c.take('where') ? { where: readExpression(c) } : {}
  const groupBy = c.takeAll('group', 'by') ? readGroups(c) : []
  const having = c.take('having') ? { having: readExpression(c) } : {}
  const windows = c.is('window') && c.isName(1) && c.is('as', 2) ? readWindows(c) : []
  return { ...emptySelect, distinct, targets, ...into, from, ...where, groupBy, ...having, windows, ...range }
}

const readInto = (c: Cursor): TableRef => {
  const into = readTableName(c)
  if (c.take('on')) c.name()
  return into
}

const readWindows = (c: Cursor): Window[] => {
  c.at++
  return c.list(() => {
    const name = c.name()
    c.expect('as')
    return { ...readWindow(c), name }
  })
}

const readGroups = (c: Cursor): Expression[] => {
  c.take('all')
  const groups = c.list(() => readGroup(c)).flat()
  if (c.is('with') && c.isOneOf(['cube', 'rollup'], 1)) c.at += 2
  return groups
}

const readGroup = (c: Cursor): Expression[] => {
  if (c.isOneOf(['rollup', 'cube']) && c.isSign('(', 1)) c.at++
  else if (c.takeAll('grouping', 'sets')) return c.parenthesised(() => c.list(() => readGroup(c)).flat())
  else if (!c.isSign('(') || subqueryFollows(c)) return [readExpression(c)]
  // `()` is the whole; `(a, b)` groups by both. `(a + b) * c` is an expression all the same.
  const from = c.at
  c.at++
  const inner = c.isSign(')') ? [] : c.list(() => readGroup(c)).flat()
  c.expectSign(')')
  if (c.isSign(',') || c.isSign(')') || c.done || c.peek().kind === Kind.word) return inner
  c.at = from
  return [readExpression(c)]
}

/** One item of a select list, of OUTPUT: `*`, `t.*`, `alias = expression`, `expression AS alias`. */
export const readTarget = (c: Cursor): Target => {
  const star = readStar(c)
  if (star !== undefined) return star
  if ((c.isName() || c.peek().kind === Kind.string) && c.isSign('=', 1)) {
    const { kind, value } = c.next()
    c.at++
    const expression = readExpression(c)
    return kind === Kind.string
      ? { kind: 'target', expression }
      : { kind: 'target', expression, alias: value }
  }
  if (c.peek().kind === Kind.variable && isAssignment(c)) return readAssigned(c)
  const expression = readExpression(c)
  const alias = readAlias(c)
  return alias === undefined ? { kind: 'target', expression } : { kind: 'target', expression, alias }
}

const assignments: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^='])

/** Whether `@x =` and its like stand here. */
export const isAssignment = (c: Cursor): boolean => {
  const sign = c.peek(1)
  return sign.kind === Kind.operator && assignments.has(sign.value)
}

/** What marks a target that is no output: its value goes into the variable named. */
const assignedAlias = (variable: string): string => `${variable} =`

const readAssigned = (c: Cursor): Target => {
  const variable = c.next().value
  const from = c.at - 1
  c.at++
  c.cut(from)
  const expression = readExpression(c)
  c.batch.assigned.push({ variable, clean: false, from: [] })
  return { kind: 'target', expression, alias: assignedAlias(variable) }
}

const readStar = (c: Cursor): Target | undefined => {
  if (c.takeSign('*')) return { kind: 'target', expression: { kind: 'star', qualifier: [] } }
  let ahead = 0
  while (c.isName(ahead) && c.isSign('.', ahead + 1) && !c.isSign('*', ahead + 2)) ahead += 2
  if (!c.isName(ahead) || !c.isSign('.', ahead + 1) || !c.isSign('*', ahead + 2)) return undefined
  const qualifier = c.path()
  c.expectSign('.')
  c.expectSign('*')
  return { kind: 'target', expression: { kind: 'star', qualifier } }
}

/** An alias, with or without AS. One written as a string has a name that is not known here. */
const readAlias = (c: Cursor): string | undefined => {
  if (c.take('as')) return c.peek().kind === Kind.string ? stringAlias(c) : c.name()
  if (c.peek().kind === Kind.string) return stringAlias(c)
  return c.isName() ? c.name() : undefined
}

const stringAlias = (c: Cursor): string => (c.batch.literals ? c.next().value.toLowerCase() : stringName(c))

const stringName = (c: Cursor): string => {
  c.at++
  return '?'
}
