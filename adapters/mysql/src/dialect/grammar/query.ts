import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression, SortKey, Window } from '@sluice/core/statement/expression'
import type { Cte, Query, Select, SetOperation, Target, Values, With } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { checkedName, foldName } from '../names.ts'
import { window } from './call.ts'
import { tables } from './from.ts'
import { intoClause } from './into.ts'
import { clauses, expression, query, sortKeys } from './pieces.ts'
import { starOf } from './select-of.ts'
import type { Tokens } from './tokens.ts'

/** A query with its WITH, ORDER BY and LIMIT. */
export const readQuery = (t: Tokens): Query => {
  const ctes = withClause(t)
  const body = withTail(t, unions(t))
  if (ctes === undefined) return body
  if (body.with !== undefined) throw new Unreadable('two WITH clauses stand before one query')
  return { ...body, with: ctes }
}

/** `WITH a AS (…), b (c) AS (…)` */
export const withClause = (t: Tokens): With | undefined => {
  if (!t.take('with')) return undefined
  const recursive = t.take('recursive')
  return { kind: 'with', recursive, ctes: t.list(() => cte(t)) }
}

const cte = (t: Tokens): Cte => {
  const name = t.fold(t.name())
  const columns = t.is('(') ? t.parenthesised(() => t.lowerName()) : []
  t.expect('as', '(')
  const inner = t.deeper(() => query(t))
  t.expect(')')
  const cycle = t.take('cycle')
  if (cycle) {
    t.list(() => t.lowerName())
    t.take('restrict')
  }
  return { kind: 'cte', name, columns, query: inner, extraColumns: cycle }
}

const unions = (t: Tokens): Query => {
  let left = intersections(t)
  for (;;) {
    const op = t.takeAny('union', 'except', 'minus')
    if (op === undefined) return left
    left = combine(op === 'union' ? 'union' : 'except', quantifier(t), left, intersections(t))
  }
}

const intersections = (t: Tokens): Query => {
  let left = operand(t)
  while (t.take('intersect')) left = combine('intersect', quantifier(t), left, operand(t))
  return left
}

const quantifier = (t: Tokens): boolean => t.takeAny('all', 'distinct') === 'all'

const combine = (op: SetOperation['op'], all: boolean, left: Query, right: Query): SetOperation => ({
  kind: 'set-operation',
  op,
  all,
  left,
  right,
  orderBy: [],
  locks: false,
})

const operand = (t: Tokens): Query => {
  if (t.take('(')) {
    const inner = t.deeper(() => query(t))
    t.expect(')')
    return inner
  }
  if (t.take('table')) return tableQuery(t)
  if (t.take('values')) return values(t)
  t.expect('select')
  return select(t)
}

/** `TABLE t` is `SELECT * FROM t`. */
const tableQuery = (t: Tokens): Select => ({
  ...emptySelect,
  targets: [{ kind: 'target', expression: { kind: 'star', qualifier: [] } }],
  from: [{ kind: 'table-ref', name: t.tableName(), columnAliases: [], sample: [] }],
})

/** `VALUES ROW(1, 2), ROW(3, 4)`; MariaDB leaves ROW out. */
const values = (t: Tokens): Values => {
  const rows = t.list(() => {
    t.take('row')
    return t.parenthesised(() => expression(t))
  })
  return { kind: 'values', rows, orderBy: [] }
}

const options: readonly string[] = [
  'all',
  'high_priority',
  'straight_join',
  'sql_small_result',
  'sql_big_result',
  'sql_buffer_result',
  'sql_no_cache',
  'sql_cache',
  'sql_calc_found_rows',
  'distinct',
  'distinctrow',
]

const select = (t: Tokens): Select => {
  let distinct = false
  for (let option = t.takeAny(...options); option !== undefined; option = t.takeAny(...options))
    distinct ||= option.startsWith('distinct')
  const targets = t.list(() => target(t))
  intoClause(t)
  const from = t.take('from') && !t.take('dual') ? tables(t) : []
  const where = t.take('where') ? expression(t) : undefined
  const groupBy = t.take('group', 'by') ? groupings(t) : []
  const having = t.take('having') ? expression(t) : undefined
  const windows = t.take('window') ? t.list(() => namedWindow(t)) : []
  // QUALIFY, PROCEDURE and the like are not known: the caller finds them left over.
  return {
    ...emptySelect,
    distinct,
    targets,
    from,
    groupBy,
    windows,
    ...(where === undefined ? {} : { where }),
    ...(having === undefined ? {} : { having }),
  }
}

const groupings = (t: Tokens): Expression[] => {
  const keys = t.list(() => {
    const key = expression(t)
    t.takeAny('asc', 'desc')
    return key
  })
  t.take('with', 'rollup')
  return keys
}

const namedWindow = (t: Tokens): Window => {
  const name = t.lowerName()
  t.expect('as')
  return window(t, name)
}

/** One item of a select list or of RETURNING. */
export const target = (t: Tokens): Target => {
  const star = starTarget(t)
  if (star !== undefined) return star
  const value = expression(t)
  const alias = aliasOf(t)
  return { kind: 'target', expression: value, ...(alias === undefined ? {} : { alias }) }
}

const starTarget = (t: Tokens): Target | undefined => {
  let ahead = 0
  while (t.isName(ahead) && t.peek(ahead + 1).word === '.') ahead += 2
  if (t.peek(ahead).word !== '*') return undefined
  const qualifier: string[] = []
  for (; !t.is('*'); t.at++) qualifier.push(t.fold(t.name()))
  t.expect('*')
  return { kind: 'target', expression: { kind: 'star', qualifier } }
}

const aliasOf = (t: Tokens): string | undefined => {
  const explicit = t.take('as')
  if (t.peek().kind === Kind.string) {
    // INVARIANT (no-unproven-column): under another name a column of the query around would be meant.
    if (!t.literals)
      throw new Unreadable('a string names an output where it is not kept; write `AS` and no string')
    return asServersName(t.string())
  }
  if (explicit || (t.isName() && !clauses.has(t.peek().word))) return asServersName(t.name())
  return undefined
}

/** Servers leave out what an alias begins with and nobody sees (Item::set_name). */
const asServersName = (alias: string): string => foldName(checkedName(alias.replace(/^[\0-\x20\x7f]+/, '')))

/** ORDER BY, LIMIT, locks and INTO behind a query. What it has inside its own parentheses stays there. */
const withTail = (t: Tokens, body: Query): Query => {
  const orderBy = t.take('order', 'by') ? sortKeys(t) : []
  t.take('with', 'rollup')
  const limits = limitClause(t)
  intoClause(t)
  const locks = lockClause(t)
  intoClause(t)
  return tailed(body, { orderBy, ...limits }, locks)
}

type Tail = {
  readonly orderBy: readonly SortKey[]
  readonly limit?: Expression
  readonly offset?: Expression
}

const tailed = (body: Query, tail: Tail, locks: boolean): Query => {
  const nothing = tail.orderBy.length === 0 && tail.limit === undefined && tail.offset === undefined
  if (nothing && !locks) return body
  const limited = nothing ? body : { ...(hasTail(body) ? starOf(body) : body), ...tail }
  return limited.kind === 'values' || !locks ? limited : { ...limited, locks }
}

const hasTail = (body: Query): boolean =>
  body.orderBy.length > 0 || body.limit !== undefined || body.offset !== undefined

/** `LIMIT 5`, `LIMIT 10, 5`, `LIMIT 5 OFFSET 10`, `OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY`. */
export const limitClause = (t: Tokens): { limit?: Expression; offset?: Expression } => {
  if (t.take('limit')) {
    if (t.take('rows')) {
      t.expect('examined')
      rowsExamined(t)
      return {}
    }
    const first = expression(t)
    const made = t.take(',')
      ? { offset: first, limit: expression(t) }
      : t.take('offset')
        ? { limit: first, offset: expression(t) }
        : { limit: first }
    if (t.take('rows', 'examined')) rowsExamined(t)
    return made
  }
  const offset = t.take('offset') ? { offset: expression(t) } : {}
  if ('offset' in offset) t.takeAny('row', 'rows')
  if (!t.take('fetch')) return offset
  t.takeAny('first', 'next')
  const limit = t.is('row') || t.is('rows') ? ({ kind: 'literal', type: 'number' } as const) : expression(t)
  t.takeAny('row', 'rows')
  if (!t.take('only')) t.expect('with', 'ties')
  return { ...offset, limit }
}

/** It limits the server's work and stands in no tree, so it may be nothing but a number. */
const rowsExamined = (t: Tokens): void => {
  if (t.peek().kind === Kind.param) t.params++
  else if (t.peek().kind !== Kind.number) throw new Unreadable('what LIMIT ROWS EXAMINED says is no number')
  t.at++
}

const lockClause = (t: Tokens): boolean => {
  let locks = false
  for (;;) {
    if (t.take('lock', 'in', 'share', 'mode')) locks = true
    else if (t.take('for', 'update') || t.take('for', 'share')) {
      locks = true
      if (t.take('of')) t.list(() => t.tableName())
    } else return locks
    if (!t.take('nowait') && !t.take('skip', 'locked') && t.take('wait')) t.literal()
  }
}
