import type { Expression } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import type { Derived, FromItem, FunctionTable, Join, TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Alias, JoinExpr, JsonTable, Node, RangeFunction, RangeTableFunc, RangeVar } from 'libpg-query'
import { type Body, type Context, expect, lookUp, make, only, open, required, texts } from './context.ts'
import type { Rules } from './expression.ts'
import { behavior, jsonValue, passing } from './json.ts'
import { sqlCall } from './operator.ts'
import { typeName } from './type-name.ts'

type Names = { readonly alias: string | undefined; readonly columnAliases: readonly string[] }

const namesOf = (alias: Alias | undefined): Names => {
  if (alias === undefined) return { alias: undefined, columnAliases: [] }
  const { aliasname, colnames } = only('Alias', alias, 'aliasname', 'colnames')
  return { alias: required(aliasname, 'Alias.aliasname'), columnAliases: texts(colnames) }
}

/** `database.schema.table`, as much of it as is written. */
export const tableName = (range: RangeVar): Name => {
  const { catalogname, schemaname, relname } = only(
    'RangeVar',
    range,
    'catalogname',
    'schemaname',
    'relname',
    'inh',
    'relpersistence',
    'alias',
  )
  return [catalogname, schemaname, required(relname, 'RangeVar.relname')].filter((part) => part !== undefined)
}

/** A table of which nothing but the name is written. */
export const plainTable = (name: Name): TableRef => ({
  kind: 'table-ref',
  name,
  columnAliases: [],
  sample: [],
})

/** True where the name was given as TEMPORARY. */
export const isTemporary = (range: RangeVar | undefined): boolean => range?.relpersistence === 't'

/** A table by its name, in FROM or as a target. */
export const tableRef = (
  range: RangeVar | undefined,
  context: Context,
  sample: readonly Expression[] = [],
): TableRef => {
  const body = required(range, 'RangeVar')
  const { alias, columnAliases } = namesOf(body.alias)
  return make<TableRef>({
    kind: 'table-ref',
    at: context.at(body.location),
    name: tableName(body),
    keys: undefined,
    only: body.inh === true ? undefined : true,
    alias,
    columnAliases,
    sample,
  })
}

const joinTypes: Readonly<Record<string, Join['type']>> = {
  JOIN_INNER: 'inner',
  JOIN_LEFT: 'left',
  JOIN_FULL: 'full',
  JOIN_RIGHT: 'right',
}

const join = (body: JoinExpr, context: Context): Join => {
  const fields = only(
    'JoinExpr',
    body,
    'jointype',
    'isNatural',
    'larg',
    'rarg',
    'usingClause',
    'join_using_alias',
    'quals',
    'alias',
    'rtindex',
  )
  const type = lookUp(joinTypes, fields.jointype ?? '', 'join')
  const using = texts(fields.usingClause)
  const natural = fields.isNatural ?? false
  const cross = type === 'inner' && fields.quals === undefined && using.length === 0 && !natural
  const { alias, columnAliases } = namesOf(fields.alias)
  return make<Join>({
    kind: 'join',
    at: undefined,
    type: cross ? 'cross' : type,
    natural,
    left: context.from(required(fields.larg, 'JoinExpr.larg')),
    right: context.from(required(fields.rarg, 'JoinExpr.rarg')),
    on: context.optional(fields.quals),
    using,
    alias,
    columnAliases,
    usingAlias: namesOf(fields.join_using_alias).alias,
  })
}

const derived = (body: Body<'RangeSubselect'>, context: Context): Derived => {
  const { lateral, subquery, alias } = only('RangeSubselect', body, 'lateral', 'subquery', 'alias')
  const names = namesOf(alias)
  return make<Derived>({
    kind: 'derived',
    at: undefined,
    query: context.query(required(subquery, 'RangeSubselect.subquery')),
    ...names,
    lateral: lateral ?? false,
  })
}

const functionTable = (
  calls: readonly Expression[],
  names: Names,
  lateral: boolean | undefined,
  ordinality = false,
): FunctionTable =>
  make<FunctionTable>({
    kind: 'function-table',
    at: undefined,
    complete: undefined,
    ordinality,
    calls,
    ...names,
    lateral: lateral ?? false,
  })

/** The same where the statement lists all the columns; an alias may give some of them other names. */
const listedTable = (
  calls: readonly Expression[],
  { alias, columnAliases }: Names,
  lateral: boolean | undefined,
  columns: readonly string[],
): FunctionTable => {
  const names = columns.map((name, i) => columnAliases[i] ?? name)
  return { ...functionTable(calls, { alias, columnAliases: names }, lateral), complete: true }
}

type Defined = { readonly name: string; readonly type: Name }

/** A column definition list: `f() AS t(a int, b text)`. */
const definedColumns = (nodes: readonly Node[] | undefined): Defined[] =>
  (nodes ?? []).map((node) => {
    const { colname, typeName: type } = only(
      'ColumnDef',
      expect('ColumnDef', node),
      'colname',
      'typeName',
      'is_local',
      'collClause',
    )
    return { name: required(colname, 'ColumnDef.colname'), type: typeName(type).name }
  })

/** A call that makes values of the types that a column definition list names. */
const making = (call: Expression, types: readonly Name[]): Expression => {
  if (types.length === 0) return call
  if (call.kind !== 'call') throw new Unreadable('column definitions of what is no function are not known')
  return { ...call, makes: [...(call.makes ?? []), ...types] }
}

const rangeFunction = (body: RangeFunction, context: Context): FunctionTable => {
  const fields = only(
    'RangeFunction',
    body,
    'lateral',
    'ordinality',
    'is_rowsfrom',
    'functions',
    'alias',
    'coldeflist',
  )
  const listed = definedColumns(fields.coldeflist)
  const calls = (fields.functions ?? []).map((node) => {
    // Each item is the call and its own column definition list, which is empty outside ROWS FROM.
    const [call, columns] = only('List', expect('List', node), 'items').items ?? []
    const own = columns === undefined ? [] : definedColumns(expect('List', emptyAsList(columns)).items)
    return making(
      context.expression(required(call, 'RangeFunction.functions')),
      [...own, ...listed].map(({ type }) => type),
    )
  })
  const names = namesOf(fields.alias)
  const defined = listed.map(({ name }) => name)
  if (defined.length === 0) return functionTable(calls, names, fields.lateral, fields.ordinality)
  return fields.ordinality === true
    ? functionTable(calls, { ...names, columnAliases: defined }, fields.lateral, true)
    : listedTable(calls, names, fields.lateral, defined)
}

/** An absent element of a list is `{}` in libpg's JSON. */
const emptyAsList = (node: Node): Node => (Object.keys(node).length === 0 ? { List: {} } : node)

const xmlTable = (body: RangeTableFunc, context: Context): FunctionTable => {
  const fields = only(
    'RangeTableFunc',
    body,
    'lateral',
    'docexpr',
    'rowexpr',
    'namespaces',
    'columns',
    'alias',
  )
  const namespaces = (fields.namespaces ?? []).map((node) =>
    context.expression(
      required(only('ResTarget', expect('ResTarget', node), 'name', 'val').val, 'ResTarget.val'),
    ),
  )
  const listed: string[] = []
  const types: Name[] = []
  const columns = (fields.columns ?? []).flatMap((node) => {
    const {
      colname,
      colexpr,
      coldefexpr,
      typeName: type,
    } = only(
      'RangeTableFuncCol',
      expect('RangeTableFuncCol', node),
      'colname',
      'typeName',
      'for_ordinality',
      'is_not_null',
      'colexpr',
      'coldefexpr',
    )
    listed.push(required(colname, 'RangeTableFuncCol.colname'))
    if (type !== undefined) types.push(typeName(type).name)
    return [colexpr, coldefexpr].flatMap((expr) => (expr === undefined ? [] : [context.expression(expr)]))
  })
  const document = context.expressions([fields.docexpr, fields.rowexpr].filter((node) => node !== undefined))
  return listedTable(
    [sqlCall('xmltable', [...document, ...namespaces, ...columns], undefined, types)],
    namesOf(fields.alias),
    fields.lateral,
    listed,
  )
}

const jsonColumns = (nodes: readonly Node[] | undefined, context: Context): Expression[] =>
  (nodes ?? []).flatMap((node) => {
    const fields = only(
      'JsonTableColumn',
      expect('JsonTableColumn', node),
      'coltype',
      'name',
      'typeName',
      'pathspec',
      'format',
      'wrapper',
      'quotes',
      'columns',
      'on_empty',
      'on_error',
    )
    return [
      ...behavior(fields.on_empty, context),
      ...behavior(fields.on_error, context),
      ...jsonColumns(fields.columns, context),
    ]
  })

/** The types of the columns of JSON_TABLE; FOR ORDINALITY has one of the server's own. */
const jsonColumnTypes = (nodes: readonly Node[] | undefined): Name[] =>
  (nodes ?? []).flatMap((node) => {
    const { typeName: type, columns } = expect('JsonTableColumn', node)
    return [...(type === undefined ? [] : [typeName(type).name]), ...jsonColumnTypes(columns)]
  })

/** The columns of JSON_TABLE in the server's order: those of NESTED PATH stand behind the others of their level. */
const jsonColumnNames = (nodes: readonly Node[] | undefined): string[] => {
  const columns = (nodes ?? []).map((node) => expect('JsonTableColumn', node))
  const plain = columns.filter((column) => column.columns === undefined)
  return [
    ...plain.map(({ name }) => required(name, 'JsonTableColumn.name')),
    ...columns.flatMap((column) => jsonColumnNames(column.columns)),
  ]
}

const jsonTable = (body: JsonTable, context: Context): FunctionTable => {
  const fields = only(
    'JsonTable',
    body,
    'context_item',
    'pathspec',
    'passing',
    'columns',
    'on_error',
    'alias',
    'lateral',
  )
  const args = [
    jsonValue(fields.context_item, context),
    ...passing(fields.passing, context),
    ...jsonColumns(fields.columns, context),
    ...behavior(fields.on_error, context),
  ]
  return listedTable(
    [sqlCall('json_table', args, context.at(body.location), jsonColumnTypes(fields.columns))],
    namesOf(fields.alias),
    fields.lateral,
    jsonColumnNames(fields.columns),
  )
}

const sampled = (body: Body<'RangeTableSample'>, context: Context): TableRef => {
  const { relation, args, repeatable } = only(
    'RangeTableSample',
    body,
    'relation',
    'method',
    'args',
    'repeatable',
  )
  const sample = context.expressions([...(args ?? []), ...(repeatable === undefined ? [] : [repeatable])])
  return tableRef(expect('RangeVar', relation), context, sample)
}

const rules: Rules<FromItem> = {
  RangeVar: tableRef,
  JoinExpr: join,
  RangeSubselect: derived,
  RangeFunction: rangeFunction,
  RangeTableFunc: xmlTable,
  JsonTable: jsonTable,
  RangeTableSample: sampled,
}

/** One item of FROM, USING or MERGE's source. */
export const lowerFrom = (node: Node, context: Context): FromItem => {
  const { kind, body } = open(node)
  if (!Object.hasOwn(rules, kind)) throw new Unreadable(`\`${kind}\` in FROM is not known`)
  return (rules[kind] as (body: object, context: Context) => FromItem)(body, context)
}
