import type { Expression, SortKey, Window } from '@sluice/core/statement/expression'
import { withFirstInto } from '@sluice/core/statement/into'
import type {
  Cte,
  Query,
  Select,
  SetOperation,
  TableRef,
  Target,
  Values,
  With,
} from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import type { IntoClause, Node, SelectStmt, WithClause } from 'libpg-query'
import { type Context, expect, lookUp, make, only, open, required, texts } from './context.ts'
import { tableRef } from './from.ts'
import { lowerWindow } from './window.ts'

const cte = (node: Node, context: Context): Cte => {
  const body = expect('CommonTableExpr', node)
  const fields = only(
    'CommonTableExpr',
    body,
    'ctename',
    'aliascolnames',
    'ctematerialized',
    'ctequery',
    'search_clause',
    'cycle_clause',
  )
  const { search_clause: search, cycle_clause: cycle } = fields
  if (search !== undefined)
    only('CTESearchClause', search, 'search_col_list', 'search_breadth_first', 'search_seq_column')
  if (cycle !== undefined)
    only(
      'CTECycleClause',
      cycle,
      'cycle_col_list',
      'cycle_mark_column',
      'cycle_mark_value',
      'cycle_mark_default',
      'cycle_path_column',
    )
  return make<Cte>({
    kind: 'cte',
    at: context.at(body.location),
    name: required(fields.ctename, 'CommonTableExpr.ctename'),
    columns: texts(fields.aliascolnames),
    query: context.rowSource(required(fields.ctequery, 'CommonTableExpr.ctequery')),
    extraColumns: search !== undefined || cycle !== undefined,
  })
}

/** WITH, of any statement. */
export const lowerWith = (clause: WithClause | undefined, context: Context): With | undefined => {
  if (clause === undefined) return undefined
  const { ctes, recursive } = only('WithClause', clause, 'ctes', 'recursive')
  return make<With>({
    kind: 'with',
    at: context.at(clause.location),
    recursive: recursive ?? false,
    ctes: (ctes ?? []).map((node) => cte(node, context)),
  })
}

/** The items of a select list or of RETURNING. */
export const lowerTargets = (nodes: readonly Node[] | undefined, context: Context): Target[] =>
  (nodes ?? []).map((node) => {
    const body = expect('ResTarget', node)
    const { name, val } = only('ResTarget', body, 'name', 'val')
    return make<Target>({
      kind: 'target',
      at: context.at(body.location),
      expression: context.expression(required(val, 'ResTarget.val')),
      alias: name,
    })
  })

/** The table that SELECT INTO or CREATE TABLE AS makes. */
export const lowerInto = (into: IntoClause | undefined, context: Context): TableRef | undefined => {
  if (into === undefined) return undefined
  const { rel, colNames } = only(
    'IntoClause',
    into,
    'rel',
    'colNames',
    'accessMethod',
    'options',
    'onCommit',
    'tableSpaceName',
    'skipData',
  )
  return { ...tableRef(rel, context), columnAliases: texts(colNames) }
}

/**
 * GROUP BY: the expressions of GROUPING SETS, ROLLUP and CUBE are listed, the sets themselves are not kept. `(a, 1)` is
 * a list too, whose numbers are positions; `ROW(a, 1)` is a value.
 */
const groupItem = (node: Node, context: Context): Expression[] => {
  if ('RowExpr' in node && node.RowExpr.row_format === 'COERCE_IMPLICIT_CAST')
    return (node.RowExpr.args ?? []).flatMap((inner) => groupItem(inner, context))
  if (!('GroupingSet' in node)) return [context.expression(node)]
  const { content } = only('GroupingSet', node.GroupingSet, 'kind', 'content')
  return (content ?? []).flatMap((inner) => groupItem(inner, context))
}

type Tail = {
  readonly with: With | undefined
  readonly orderBy: readonly SortKey[]
  readonly limit: Expression | undefined
  readonly offset: Expression | undefined
}

/** What a SELECT, a VALUES list and a set operation may all carry. */
const tailOf = (body: SelectStmt, context: Context): Tail => {
  const limit = context.optional(body.limitCount)
  return {
    with: lowerWith(body.withClause, context),
    orderBy: context.sortKeys(body.sortClause),
    // LIMIT ALL and LIMIT NULL are no limit.
    limit: limit?.kind === 'literal' && limit.type === 'null' ? undefined : limit,
    offset: context.optional(body.limitOffset),
  }
}

const locksOf = (nodes: readonly Node[] | undefined): boolean => {
  for (const node of nodes ?? [])
    only('LockingClause', expect('LockingClause', node), 'lockedRels', 'strength', 'waitPolicy')
  return (nodes ?? []).length > 0
}

const tail = ['withClause', 'sortClause', 'limitCount', 'limitOffset', 'limitOption', 'op'] as const

const setOps: Readonly<Record<string, SetOperation['op']>> = {
  SETOP_UNION: 'union',
  SETOP_INTERSECT: 'intersect',
  SETOP_EXCEPT: 'except',
}

const setOperation = (body: SelectStmt, context: Context): SetOperation => {
  const { op, all, larg, rarg, lockingClause } = only(
    'SelectStmt',
    body,
    ...tail,
    'all',
    'larg',
    'rarg',
    'lockingClause',
  )
  const node = make<SetOperation>({
    kind: 'set-operation',
    at: undefined,
    ...tailOf(body, context),
    op: lookUp(setOps, op ?? '', 'set operation'),
    all: all ?? false,
    left: context.query({ SelectStmt: required(larg, 'SelectStmt.larg') }),
    right: context.query({ SelectStmt: required(rarg, 'SelectStmt.rarg') }),
    locks: locksOf(lockingClause),
    into: undefined,
  })
  return withFirstInto(node)
}

const values = (body: SelectStmt, context: Context): Values => {
  const { valuesLists } = only('SelectStmt', body, ...tail, 'valuesLists')
  return make<Values>({
    kind: 'values',
    at: undefined,
    ...tailOf(body, context),
    rows: (valuesLists ?? []).map((row) =>
      context.expressions(only('List', expect('List', row), 'items').items),
    ),
  })
}

/** DISTINCT alone is a list of one absent expression. */
const distinctOn = (nodes: readonly Node[] | undefined, context: Context): Expression[] =>
  context.expressions(nodes?.filter((node) => Object.keys(node).length > 0))

const windowsOf = (nodes: readonly Node[] | undefined, context: Context): Window[] =>
  (nodes ?? []).map((node) => lowerWindow(expect('WindowDef', node), context))

const select = (body: SelectStmt, context: Context): Select => {
  const fields = only(
    'SelectStmt',
    body,
    ...tail,
    'distinctClause',
    'intoClause',
    'targetList',
    'fromClause',
    'whereClause',
    'groupClause',
    'groupDistinct',
    'havingClause',
    'windowClause',
    'lockingClause',
  )
  const on = distinctOn(fields.distinctClause, context)
  return make<Select>({
    kind: 'select',
    at: undefined,
    ...tailOf(body, context),
    distinct: fields.distinctClause !== undefined,
    distinctOn: on,
    targets: lowerTargets(fields.targetList, context),
    from: (fields.fromClause ?? []).map((node) => context.from(node)),
    where: context.optional(fields.whereClause),
    groupBy: (fields.groupClause ?? []).flatMap((node) => groupItem(node, context)),
    having: context.optional(fields.havingClause),
    windows: windowsOf(fields.windowClause, context),
    locks: locksOf(fields.lockingClause),
    into: lowerInto(fields.intoClause, context),
  })
}

/** SELECT, VALUES, TABLE and set operations of them. */
export const lowerQuery = (node: Node, context: Context): Query => {
  const { kind, body } = open(node)
  if (kind !== 'SelectStmt') throw new Unreadable(`\`${kind}\` stands where a query was expected`)
  const statement = body as SelectStmt
  if (statement.op !== 'SETOP_NONE') return setOperation(statement, context)
  return statement.valuesLists === undefined ? select(statement, context) : values(statement, context)
}
