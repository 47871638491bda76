import type { Expression } from '@sluice/core/statement/expression'
import type { FromItem, Query, TableRef, Target, With } from '@sluice/core/statement/query'
import type { Assignment, Delete, Insert, OnConflict, Update } from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import { table, tables } from './from.ts'
import { expression, query, sortKeys, startsQuery } from './pieces.ts'
import { limitClause, target } from './query.ts'
import { without } from './target.ts'
import type { Tokens } from './tokens.ts'

type Assigned = { readonly qualifier: readonly string[]; readonly column: string; readonly value: Expression }

const assignment = (t: Tokens): Assigned => {
  const path = t.path()
  if (t.takeAny('=', ':=') === undefined) throw new Unreadable('`=` was expected')
  const value = expression(t)
  return {
    qualifier: path.slice(0, -1).map((part) => t.fold(part)),
    column: path.at(-1)!.toLowerCase(),
    value,
  }
}

const written = ({ column, value }: Assigned): Assignment => ({
  kind: 'assignment',
  columns: [column],
  value,
})

const returningClause = (t: Tokens): Target[] => (t.take('returning') ? t.list(() => target(t)) : [])

const priorities = ['low_priority', 'delayed', 'high_priority', 'quick', 'ignore']
const skipPriorities = (t: Tokens): void => {
  while (t.takeAny(...priorities) !== undefined);
}

/** INSERT and REPLACE. */
export const insert = (t: Tokens): Insert => {
  const replaces = t.next().word === 'replace'
  skipPriorities(t)
  t.take('into')
  const into = insertTarget(t)
  const { columns, source } = t.take('set') ? setSource(t) : { columns: columnList(t), source: rows(t) }
  if (t.take('as')) newRow(t)
  const conflict = t.take('on', 'duplicate', 'key', 'update')
    ? t.list(() => written(assignment(t)))
    : undefined
  const returning = returningClause(t)
  return {
    kind: 'insert',
    target: into,
    columns,
    source,
    returning,
    ...conflictOf(replaces ? replaced(columns) : conflict),
  }
}

const insertTarget = (t: Tokens): TableRef => {
  const name = t.tableName()
  if (t.take('partition')) t.parenthesised(() => t.name())
  return { kind: 'table-ref', name, columnAliases: [], sample: [] }
}

/** `(a, b)` before the rows; `()` is no list, and a parenthesis may also begin a query. */
const columnList = (t: Tokens): string[] => {
  if (!t.is('(') || startsQuery(t)) return []
  return t.parenthesised(() => t.path().at(-1)!.toLowerCase())
}

const rows = (t: Tokens): Query => {
  if (t.is('value') || (t.is('values') && t.peek(1).word === '(')) {
    t.at++
    return { kind: 'values', rows: t.list(() => t.parenthesised(() => expression(t))), orderBy: [] }
  }
  return query(t)
}

const setSource = (t: Tokens): { columns: string[]; source: Query } => {
  const assigned = t.list(() => assignment(t))
  return {
    columns: assigned.map(({ column }) => column),
    source: { kind: 'values', rows: [assigned.map(({ value }) => value)], orderBy: [] },
  }
}

/** `AS new`: a name for the row that was to be inserted. */
const newRow = (t: Tokens): never => {
  t.name()
  throw new Unreadable('the new row of INSERT has a name')
}

/** REPLACE takes the old row away: as if each of its columns were set anew. */
const replaced = (columns: readonly string[]): Assignment[] =>
  columns.map((column) => ({
    kind: 'assignment',
    columns: [column],
    value: {
      kind: 'call',
      name: ['values'],
      args: [{ kind: 'column-ref', name: [column] }],
      star: false,
      distinct: false,
      orderBy: [],
    },
  }))

const conflictOf = (assignments: readonly Assignment[] | undefined): { onConflict?: OnConflict } =>
  assignments === undefined ? {} : { onConflict: { kind: 'on-conflict', arbiter: [], assignments } }

const both = (a: Expression | undefined, b: Expression | undefined): Expression | undefined =>
  a === undefined || b === undefined ? (a ?? b) : { kind: 'operator', op: 'and', operands: [a, b] }

/** A condition that restricts nothing and still says that the expressions are looked at. */
const lookedAt = (expressions: readonly Expression[]): Expression | undefined =>
  expressions
    .map(
      (seen): Expression => ({
        kind: 'operator',
        op: 'or',
        operands: [
          { kind: 'operator', op: 'is null', operands: [seen] },
          { kind: 'literal', type: 'boolean', value: 'true' },
        ],
      }),
    )
    .reduce<Expression | undefined>(both, undefined)

/** WHERE, ORDER BY and LIMIT of an UPDATE or DELETE as one condition. */
const whereClause = (t: Tokens, more?: Expression): { where?: Expression } => {
  const where = t.take('where') ? expression(t) : undefined
  const keys = t.take('order', 'by') ? sortKeys(t) : []
  limitClause(t)
  const seen = lookedAt(keys.map((key) => key.expression))
  const all = both(both(more, where), seen)
  return all === undefined ? {} : { where: all }
}

const restOf = (from: readonly FromItem[], name: readonly string[]) => {
  const found = without(from, name)
  const condition = both(found.on.reduce<Expression | undefined>(both, undefined), lookedAt(found.seen))
  return { target: found.target, rest: found.rest, condition }
}

/** UPDATE of one table, which may be among others. */
export const update = (t: Tokens, ctes?: With): Update => {
  t.expect('update')
  skipPriorities(t)
  const from = tables(t)
  t.expect('set')
  const assigned = t.list(() => assignment(t))
  const only = from.length === 1 && from[0]!.kind === 'table-ref'
  const qualifiers = new Map(assigned.map(({ qualifier }) => [qualifier.join('.'), qualifier]))
  const [qualifier] = qualifiers.values()
  if (!only && (qualifiers.size !== 1 || qualifier === undefined || qualifier.length === 0))
    throw new Unreadable('it is not plain which one of the tables is updated')
  const { target, rest, condition } = only
    ? { target: from[0] as TableRef, rest: [], condition: undefined }
    : restOf(from, qualifier ?? [])
  return {
    kind: 'update',
    target,
    assignments: assigned.map(written),
    from: rest,
    returning: [],
    ...(ctes === undefined ? {} : { with: ctes }),
    ...whereClause(t, condition),
  }
}

/** `t`, `t.*`, `db.t.*` in the list of tables to delete from. */
const doomed = (t: Tokens): readonly string[] => {
  const path = [t.fold(t.name())]
  while (t.take('.')) if (!t.take('*')) path.push(t.fold(t.name()))
  return path
}

/** DELETE from one table, which may be among others. */
export const remove = (t: Tokens, ctes?: With): Delete => {
  t.expect('delete')
  skipPriorities(t)
  t.take('history')
  const more = ctes === undefined ? {} : { with: ctes }
  if (t.take('from')) {
    const single = t.attempt(() => singleTable(t))
    if (single === undefined) {
      const names = t.list(() => doomed(t))
      t.expect('using')
      return { ...several(t, names), ...more }
    }
    return {
      kind: 'delete',
      target: single,
      using: [],
      ...whereClause(t),
      returning: returningClause(t),
      ...more,
    }
  }
  const names = t.list(() => doomed(t))
  t.expect('from')
  return { ...several(t, names), ...more }
}

const singleTable = (t: Tokens): TableRef => {
  const found = table(t)
  if (t.is(',') || t.is('using') || t.is('.')) throw new Unreadable('several tables follow')
  return found
}

const several = (t: Tokens, names: readonly (readonly string[])[]): Delete => {
  const from = tables(t)
  const [name, ...others] = names
  if (name === undefined || others.length > 0)
    throw new Unreadable('rows of several tables are deleted at once')
  const { target, rest, condition } = restOf(from, name)
  return { kind: 'delete', target, using: rest, ...whereClause(t, condition), returning: returningClause(t) }
}
