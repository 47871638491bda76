import type { Expression } from '@sluice/core/statement/expression'
import type { Derived, FromItem, Join, TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { clauses, expression, parenthesisedQuery, startsQuery } from './pieces.ts'
import type { Tokens } from './tokens.ts'
import { columnType } from './type.ts'

/** `a, b JOIN c ON …`: what stands in FROM. The comma joins less tightly than JOIN. */
export const tables = (t: Tokens): FromItem[] => t.list(() => joined(t))

type Kinds = { readonly type: Join['type']; readonly natural: boolean }

const joinKind = (t: Tokens): Kinds | undefined => {
  const { at } = t
  const natural = t.take('natural')
  const side = t.takeAny('left', 'right')
  if (side !== undefined) {
    t.take('outer')
    t.expect('join')
    return { type: side === 'left' ? 'left' : 'right', natural }
  }
  if (t.take('straight_join')) return { type: 'inner', natural }
  const cross = t.takeAny('inner', 'cross')
  if (t.take('join')) return { type: 'inner', natural }
  if (natural || cross !== undefined) t.at = at
  return undefined
}

/** A table with its joins. `a LEFT JOIN b JOIN c ON … ON …` nests to the right. */
const joined = (t: Tokens): FromItem => {
  let left = factor(t)
  for (let kind = joinKind(t); kind !== undefined; kind = joinKind(t)) left = joinOf(t, left, kind)
  return left
}

const joinOf = (t: Tokens, left: FromItem, { type, natural }: Kinds): Join => {
  let right = factor(t)
  if (!natural && type !== 'inner') right = nested(t, right)
  const on = !natural && t.take('on') ? expression(t) : undefined
  const using = !natural && on === undefined && t.take('using') ? t.parenthesised(() => t.lowerName()) : []
  if (type !== 'inner' && !natural && on === undefined && using.length === 0)
    throw new Unreadable('an outer join has no condition')
  const plain = type === 'inner' && !natural && on === undefined && using.length === 0
  // A RIGHT JOIN by names lists the columns of its right side first: it is the LEFT JOIN the other way around.
  const around = type === 'right' && (natural || using.length > 0)
  return {
    kind: 'join',
    type: plain ? 'cross' : around ? 'left' : type,
    natural,
    left: around ? right : left,
    right: around ? left : right,
    using,
    columnAliases: [],
    ...(on === undefined ? {} : { on }),
  }
}

const nested = (t: Tokens, first: FromItem): FromItem =>
  t.deeper(() => {
    let right = first
    while (!t.is('on') && !t.is('using')) {
      const kind = joinKind(t)
      if (kind === undefined) return right
      right = joinOf(t, right, kind)
    }
    return right
  })

const factor = (t: Tokens): FromItem => {
  if (t.take('lateral')) return derived(t, true)
  if (t.is('(')) return parenthesised(t)
  if (t.is('json_table') && t.peek(1).word === '(') return jsonTable(t)
  return table(t)
}

const parenthesised = (t: Tokens): FromItem => {
  if (startsQuery(t)) return derived(t, false)
  t.expect('(')
  const items = t.deeper(() => tables(t))
  t.expect(')')
  return items.reduce((left, right) => ({
    kind: 'join',
    type: 'cross',
    natural: false,
    left,
    right,
    using: [],
    columnAliases: [],
  }))
}

const derived = (t: Tokens, lateral: boolean): Derived => {
  const inner = parenthesisedQuery(t)
  const alias = aliasOf(t)
  if (alias === undefined) throw new Unreadable('a subquery in FROM has no alias')
  const columnAliases = t.is('(') ? t.parenthesised(() => t.lowerName()) : []
  return { kind: 'derived', query: inner, alias, columnAliases, lateral }
}

const hints: ReadonlySet<string> = new Set(['use', 'force', 'ignore'])

const aliasOf = (t: Tokens): string | undefined => {
  const explicit = t.take('as')
  if (explicit && t.peek().kind === Kind.string) throw new Unreadable('an alias is a string')
  return explicit || (t.isName() && !clauses.has(t.peek().word)) ? t.fold(t.name()) : undefined
}

/** A table by name, with its partitions, its point in time and its index hints. */
export const table = (t: Tokens): TableRef => {
  const name = t.tableName()
  if (t.is('(')) throw new Unreadable('a function stands in FROM')
  if (t.take('partition')) t.parenthesised(() => t.name())
  const sample = t.is('for', 'system_time') ? systemTime(t) : []
  const alias = aliasOf(t)
  while (t.isAny(hints) && /^(?:index|key)$/.test(t.peek(1).word)) indexHint(t)
  return { kind: 'table-ref', name, columnAliases: [], sample, ...(alias === undefined ? {} : { alias }) }
}

const indexHint = (t: Tokens): void => {
  t.at += 2
  if (t.take('for') && !t.take('join') && t.takeAny('order', 'group') !== undefined) t.expect('by')
  t.skipParentheses()
}

/** `FOR SYSTEM_TIME AS OF …` of MariaDB. */
const systemTime = (t: Tokens): Expression[] => {
  t.expect('for')
  if (t.take('system_time', 'all')) return []
  if (t.take('system_time', 'as', 'of')) {
    if (t.is('transaction') || t.is('timestamp')) t.at += t.peek(1).kind === Kind.string ? 0 : 1
    return [expression(t)]
  }
  if (t.take('system_time', 'from')) return pair(t, 'to')
  if (t.take('system_time', 'between')) return pair(t, 'and')
  throw new Unreadable('what follows FOR behind a table is not known')
}

const pair = (t: Tokens, between: string): Expression[] => {
  const low = between === 'and' ? withoutAnd(t) : expression(t)
  t.expect(between)
  return [low, expression(t)]
}

const withoutAnd = (t: Tokens): Expression => {
  t.takeAny('transaction')
  if (t.peek().kind !== Kind.string && t.peek().kind !== Kind.number)
    throw new Unreadable('a point in time is not a constant')
  return t.literal()
}

/** `JSON_TABLE(doc, path COLUMNS (…)) AS alias`: the names and types of its columns name nothing that is read. */
const jsonTable = (t: Tokens): FromItem => {
  t.at += 2
  const doc = expression(t)
  t.expect(',')
  const path = t.literal()
  t.expect('columns')
  const names = jsonColumns(t)
  t.expect(')')
  const alias = aliasOf(t)
  return {
    kind: 'function-table',
    ordinality: false,
    complete: true,
    calls: [
      { kind: 'call', name: ['json_table'], args: [doc, path], star: false, distinct: false, orderBy: [] },
    ],
    columnAliases: names,
    lateral: true,
    ...(alias === undefined ? {} : { alias }),
  }
}

const jsonColumns = (t: Tokens): string[] =>
  t
    .parenthesised(() => {
      if (t.take('nested')) {
        t.take('path')
        t.literal()
        t.expect('columns')
        return jsonColumns(t)
      }
      const name = t.lowerName()
      if (!t.take('for', 'ordinality')) jsonColumn(t)
      return [name]
    })
    .flat()

const jsonColumn = (t: Tokens): void => {
  columnType(t)
  t.take('exists')
  t.expect('path')
  t.literal()
  while (t.takeAny('null', 'error', 'default', 'on', 'empty') !== undefined)
    if (t.peek().kind === Kind.string || t.peek().kind === Kind.number) t.literal()
}
