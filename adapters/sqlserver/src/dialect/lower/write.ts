import type { Procedural, Statement } from '@sluice/core/statement/command'
import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression } from '@sluice/core/statement/expression'
import type { FromItem, Query, TableRef, Target, With } from '@sluice/core/statement/query'
import type { Assignment, Delete, Insert, Merge, MergeAction, Update } from '@sluice/core/statement/write'
import { Kind, type Token } from '../lexer/kind.ts'
import { systemCall } from './call.ts'
import { confirm } from './confirm.ts'
import type { Cursor } from './cursor.ts'
import { cursorName } from './declare.ts'
import { executeFollows, readExecuteSource } from './execute.ts'
import { operator } from './expression.ts'
import { readHints, readTableName } from './from.ts'
import { isAssignment, readRows, readTarget, readTop } from './query.ts'
import { readExpression, readFrom, readQuery } from './rules.ts'
import { resolveTarget } from './target.ts'

/** A write as it is read, and the table that OUTPUT … INTO fills beside it. */
type Written<W> = { readonly node: W; readonly into?: OutputInto }
type OutputInto = { readonly target: TableRef; readonly columns: readonly string[] }
type Output = { readonly returning: readonly Target[]; readonly into?: OutputInto }

/** OUTPUT names the row before and after so. */
const returningNames = { old: 'deleted', new: 'inserted' } as const

const writes: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge'])

/** Whether a write stands here. */
export const writeFollows = (c: Cursor): boolean => c.isOneOf(writes)

/** INSERT, UPDATE, DELETE or MERGE behind its WITH. */
export const readWrite = (c: Cursor, ctes: With | undefined): Statement => {
  const word = c.next().value
  const withClause = ctes === undefined ? {} : { with: ctes }
  switch (word) {
    case 'insert':
      return finished(readInsert(c, withClause))
    case 'update':
      return finished(readUpdate(c, withClause))
    case 'delete':
      return finished(readDelete(c, withClause))
    default:
      return finished(readMerge(c, withClause))
  }
}

/** OUTPUT … INTO puts what would be returned into another table: a write of its own, of values of any column. */
const finished = ({ node, into }: Written<Insert | Update | Delete | Merge>): Statement => {
  if (into === undefined) return node
  const value: Expression = {
    kind: 'call',
    name: ['sys', '@variable'],
    args: [],
    star: false,
    distinct: false,
    orderBy: [],
  }
  const filled: Insert = {
    kind: 'insert',
    target: into.target,
    columns: into.columns,
    source: { kind: 'values', rows: [[value]], orderBy: [] },
    returning: [],
  }
  const both: Procedural = {
    kind: 'procedural',
    verb: node.kind,
    expressions: [],
    statements: [node, filled],
    returns: false,
  }
  return both
}

type WithClause = { readonly with?: With }

/** TOP of a write bounds it; the other readers know it not. A percentage bounds nothing. */
const writeTop = (c: Cursor): { readonly limit?: Expression } => {
  const from = c.at
  const { limit, offset } = readTop(c)
  c.cut(from)
  if (offset !== undefined && offset.kind !== 'literal' && offset.kind !== 'param')
    c.fail('a computed percentage is not read')
  return limit === undefined ? {} : { limit }
}

const readOutput = (c: Cursor): Output => {
  if (!c.take('output')) return { returning: [] }
  const items = c.at
  const returning = c.list(() => readTarget(c))
  confirm(c, items, { ...emptySelect, targets: returning }, [word('select')])
  if (!c.take('into')) return { returning }
  const target = readTableName(c)
  const columns = readColumns(c)
  if (c.is('output')) c.fail('two OUTPUT clauses are not read')
  return { returning, into: { target, columns } }
}

const cutOutput = (c: Cursor): Output => {
  const from = c.at
  const output = readOutput(c)
  c.cut(from)
  return output
}

const outputFields = (output: Output) => ({ returning: output.returning, returningNames })
const intoOf = ({ into }: Output) => (into === undefined ? {} : { into })

const readColumns = (c: Cursor): string[] =>
  c.isSign('(') && !c.isOneOf(['select', 'values', 'with'], 1) && !c.isSign('(', 1)
    ? c.parenthesised(() => c.list(() => c.path().at(-1) ?? ''))
    : []

const readInsert = (c: Cursor, ctes: WithClause): Written<Insert> => {
  const top = writeTop(c)
  if (!c.take('into')) c.cut(c.at, [word('into')])
  const target = readTableName(c)
  readHints(c, true)
  const columns = readColumns(c)
  const output = cutOutput(c)
  const { source } = readInsertSource(c)
  const rows = source === undefined ? {} : { source: limited(source, top) }
  const node: Insert = { kind: 'insert', ...ctes, target, columns, ...rows, ...outputFields(output) }
  return { node, ...intoOf(output) }
}

/** `INSERT TOP (n) … SELECT` inserts n rows of the query, whichever. */
const limited = (source: Query, { limit }: { readonly limit?: Expression }): Query => {
  if (limit === undefined) return source
  if (source.limit === undefined) return { ...source, limit }
  const from: FromItem = { kind: 'derived', query: source, columnAliases: [], lateral: false }
  return {
    ...emptySelect,
    targets: [{ kind: 'target', expression: { kind: 'star', qualifier: [] } }],
    from: [from],
    limit,
  }
}

const readInsertSource = (c: Cursor): { readonly source?: Query } => {
  if (c.takeAll('default', 'values')) return {}
  if (c.is('values')) return { source: { kind: 'values', rows: readRows(c), orderBy: [] } }
  if (executeFollows(c)) return { source: readExecuteSource(c) }
  return { source: readQuery(c) }
}

const assignmentSigns = /^(?:[-+*/%&|^])=$/

const readAssignment = (c: Cursor): Assignment => {
  if (c.peek().kind === Kind.variable) return variableAssignment(c)
  const begin = c.at
  const name = c.path()
  const column = name.at(-1) ?? ''
  if (c.isSign('(')) return methodAssignment(c, begin, name)
  const sign = c.next().value
  const at = c.at - 1
  if (sign === '=') return { kind: 'assignment', columns: [column], value: readExpression(c) }
  if (!assignmentSigns.test(sign)) c.fail('`=` was expected')
  // The other readers know only `a = a + …`.
  const op: Token = { kind: Kind.operator, value: sign[0] ?? '', start: 0, end: 0 }
  c.cuts.push({ from: at, to: c.at, put: [equals, ...nameTokens(name), op] })
  const before: Expression = { kind: 'column-ref', name }
  return { kind: 'assignment', columns: [column], value: operator(sign[0] ?? '', before, readExpression(c)) }
}

/** `column.WRITE(…)`, `column.modify(…)`: the old value is part of the new one. */
const methodAssignment = (c: Cursor, begin: number, path: readonly string[]): Assignment => {
  const name = path.slice(0, -1)
  c.cuts.push({
    from: begin,
    to: c.at,
    put: [...nameTokens(name), equals, ...nameTokens(name), plus, word('concat')],
  })
  if (name.length === 0) c.fail('`=` was expected')
  const args = c.parenthesised(() => c.list(() => readExpression(c)))
  const value = systemCall('@method', { kind: 'column-ref', name }, ...args)
  return { kind: 'assignment', columns: [name.at(-1) ?? ''], value }
}

/** `@v = expression`, `@v = column = expression`. */
const variableAssignment = (c: Cursor): Assignment => {
  if (!isAssignment(c)) c.fail('`=` was expected')
  const from = c.at
  const variable = c.next().value
  c.at++
  c.batch.assigned.push({ variable, clean: false, from: [] })
  if (c.isName() && (c.isSign('=', 1) || c.isSign('.', 1))) {
    const back = c.at
    const name = c.path()
    if (c.isSign('=')) {
      c.at = back
      c.cut(from)
      return readAssignment(c)
    }
    c.fail(`\`${name.length}\` names after a variable are not read`)
  }
  return { kind: 'assignment', columns: [variable], value: readExpression(c) }
}

/** WHERE of an UPDATE or DELETE; CURRENT OF names a cursor whose row is meant. */
const readWhere = (c: Cursor): { readonly where?: Expression } => {
  if (!c.take('where')) return {}
  if (!c.is('current') || !c.is('of', 1)) return { where: readExpression(c) }
  const from = c.at
  c.at += 2
  cursorName(c)
  c.cut(from, [one, equals, one])
  return { where: operator('current of') }
}

const readUpdate = (c: Cursor, ctes: WithClause): Written<Update> => {
  const top = writeTop(c)
  const begin = c.at
  const named = readTableName(c)
  const end = c.at
  readHints(c, true)
  c.expect('set')
  const assignments = c.list(() => readAssignment(c))
  const output = cutOutput(c)
  const items = c.take('from') ? readFrom(c) : []
  const where = readWhere(c)
  const { target, from, ...place } = resolveTarget(c, named, items, ctes.with)
  // The other readers take an alias for a table.
  if (target.name !== named.name) c.cuts.push({ from: begin, to: end, put: nameTokens(target.name) })
  const node: Update = {
    kind: 'update',
    ...ctes,
    target,
    assignments,
    from,
    ...place,
    ...where,
    ...top,
    ...outputFields(output),
  }
  return { node, ...intoOf(output) }
}

const nameTokens = (name: readonly string[]): Token[] =>
  name.flatMap((value, index) => {
    const part: Token = { kind: value.startsWith('@') ? Kind.variable : Kind.quoted, value, start: 0, end: 0 }
    return index === 0 ? [part] : [{ kind: Kind.mark, value: '.', start: 0, end: 0 }, part]
  })

const readDelete = (c: Cursor, ctes: WithClause): Written<Delete> => {
  const begin = c.at - 1
  const top = writeTop(c)
  const start = c.at
  const hasFrom = c.take('from')
  const named = readTableName(c)
  readHints(c, true)
  if (!hasFrom) c.cuts.push({ from: start, to: start, put: [word('from')] })
  const output = cutOutput(c)
  const second = c.at
  const items = c.take('from') ? readFrom(c) : []
  const where = readWhere(c)
  const { target, from, ...place } = resolveTarget(c, named, items, ctes.with)
  if (items.length > 0) asQuery(c, { begin, second }, target)
  const node: Delete = {
    kind: 'delete',
    ...ctes,
    target,
    using: from,
    ...place,
    ...where,
    ...top,
    ...outputFields(output),
  }
  return { node, ...intoOf(output) }
}

/** The other readers know no second FROM: to them `DELETE u FROM users u` is `SELECT 1 FROM users, users u`. */
const asQuery = (
  c: Cursor,
  at: { readonly begin: number; readonly second: number },
  target: TableRef,
): void => {
  const put: Token[] = [word('select'), one, word('from'), ...nameTokens(target.name), comma]
  const inside = c.cuts.filter(({ from }) => from < at.begin || from > at.second)
  c.cuts.length = 0
  c.cuts.push(...inside, { from: at.begin, to: at.second + 1, put })
}

const word = (value: string): Token => ({ kind: Kind.word, value, start: 0, end: 0 })
const one: Token = { kind: Kind.number, value: '1', start: 0, end: 0 }
const equals: Token = { kind: Kind.operator, value: '=', start: 0, end: 0 }
const plus: Token = { kind: Kind.operator, value: '+', start: 0, end: 0 }
const comma: Token = { kind: Kind.mark, value: ',', start: 0, end: 0 }

const readMerge = (c: Cursor, ctes: WithClause): Written<Merge> => {
  const top = writeTop(c)
  if (!c.take('into')) c.cut(c.at, [word('into')])
  const named = readTableName(c)
  readHints(c, true)
  const alias = c.take('as') || (c.isName() && !c.is('using')) ? { alias: c.name() } : {}
  readHints(c, true)
  c.expect('using')
  const source = readFrom(c)
  if (source.length !== 1) c.fail('a list of sources is not read')
  c.expect('on')
  const on = readExpression(c)
  const actions: MergeAction[] = []
  while (c.take('when')) actions.push(readAction(c))
  const output = cutOutput(c)
  const { target } = resolveTarget(c, { ...named, ...alias }, [], ctes.with)
  const node: Merge = {
    kind: 'merge',
    ...ctes,
    target,
    source: source[0]!,
    on,
    actions,
    ...top,
    ...outputFields(output),
  }
  return { node, ...intoOf(output) }
}

const readAction = (c: Cursor): MergeAction => {
  c.take('not')
  c.expect('matched')
  if (c.take('by') && !c.isOneOf(['target', 'source'])) c.fail('`target` was expected')
  if (c.isOneOf(['target', 'source'])) c.at++
  const condition = c.take('and') ? { condition: readExpression(c) } : {}
  c.expect('then')
  const none = { columns: [], values: [], assignments: [] }
  if (c.take('delete')) return { kind: 'merge-action', action: 'delete', ...condition, ...none }
  if (c.takeAll('update', 'set')) {
    const assignments = c.list(() => readAssignment(c))
    return { kind: 'merge-action', action: 'update', ...condition, ...none, assignments }
  }
  c.expect('insert')
  const columns = readColumns(c)
  if (c.takeAll('default', 'values'))
    return { kind: 'merge-action', action: 'insert', ...condition, ...none, columns }
  const [values = [], ...more] = readRows(c)
  if (more.length > 0) c.fail('one row was expected')
  return { kind: 'merge-action', action: 'insert', ...condition, ...none, columns, values }
}
