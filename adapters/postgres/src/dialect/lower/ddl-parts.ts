import type { Telling } from '@sluice/core/catalog/catalog'
import type { ColumnDefinition, Ddl, KeyColumns, Leaving, Procedural } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import type { Query, TableRef } from '@sluice/core/statement/query'
import type { Assignment } from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Constraint, Node, PartitionBoundSpec, PartitionSpec, TypeName } from 'libpg-query'
import { type Body, type Context, expect, only, open, required, texts } from './context.ts'
import { tableRef } from './from.ts'
import { typeName } from './type-name.ts'

/** What one clause of a definition touches. `assignments`: what it computes for columns; absent: nothing. */
export type Parts = {
  readonly tables: readonly TableRef[]
  readonly expressions: readonly Expression[]
  readonly assignments?: readonly Assignment[]
  /** As `Ddl` has them. */
  readonly computes?: readonly Expression[]
  readonly keys?: readonly KeyColumns[]
}

const nothing: Parts = { tables: [], expressions: [] }

/** What several parts of a DDL statement touch, together. */
export const joinParts = (parts: readonly Parts[]): Parts => ({
  tables: parts.flatMap(({ tables }) => tables),
  expressions: parts.flatMap(({ expressions }) => expressions),
  assignments: parts.flatMap(({ assignments = [] }) => assignments),
  computes: parts.flatMap(({ computes = [] }) => computes),
  keys: parts.flatMap(({ keys = [] }) => keys),
})

/** Only expressions, of the nodes that are there. */
export const expressionParts = (nodes: readonly (Node | undefined)[], context: Context): Parts => ({
  tables: [],
  expressions: context.expressions(nodes.filter((node) => node !== undefined)),
})

/** The same, of what is computed as a table is made (partbounds.c, transformPartitionBoundValue; tablecmds.c, ComputePartitionAttrs; heap.c, cookDefault). */
const computed = (parts: Parts): Parts => ({
  ...parts,
  computes: [...parts.expressions, ...(parts.assignments ?? []).flatMap(({ value }) => value)],
})

/** What is computed for a column. */
export const assignmentParts = (column: string, node: Node, context: Context): Parts => ({
  ...nothing,
  assignments: [{ kind: 'assignment', columns: [column], value: context.expression(node) }],
})

/** A Ddl node; what is left out is empty. */
export const ddl = (
  verb: Ddl['verb'],
  object: string,
  names: readonly Name[],
  parts: Partial<Parts> & {
    readonly query?: Query
    readonly temporary?: boolean
    readonly on?: TableRef | undefined
    readonly targets?: readonly TableRef[] | undefined
    readonly parts?: readonly string[]
    readonly elements?: readonly Ddl[]
    readonly leaving?: readonly Leaving[]
    readonly takesRows?: boolean
    readonly relabels?: readonly string[] | undefined
    readonly frees?: readonly string[] | undefined
    readonly renamesColumn?: readonly [from: string, to: string] | undefined
    readonly runs?: Procedural | undefined
    readonly code?: string
    readonly columns?: readonly ColumnDefinition[] | undefined
    readonly adds?: readonly ColumnDefinition[] | undefined
    readonly stamps?: boolean
    readonly fires?: Name
  } = {},
): Ddl => ({
  kind: 'ddl',
  verb,
  object,
  names,
  ...(parts.on === undefined ? {} : { on: parts.on }),
  tables: parts.tables ?? [],
  ...((parts.targets ?? []).length === 0 ? {} : { targets: parts.targets ?? [] }),
  ...((parts.parts ?? []).length === 0 ? {} : { parts: parts.parts ?? [] }),
  ...(parts.query === undefined ? {} : { query: parts.query }),
  expressions: parts.expressions ?? [],
  ...((parts.assignments ?? []).length === 0 ? {} : { assignments: parts.assignments ?? [] }),
  ...((parts.computes ?? []).length === 0 ? {} : { computes: parts.computes ?? [] }),
  ...((parts.keys ?? []).length === 0 ? {} : { keys: parts.keys ?? [] }),
  ...((parts.elements ?? []).length === 0 ? {} : { elements: parts.elements ?? [] }),
  ...((parts.leaving ?? []).length === 0 ? {} : { leaving: parts.leaving ?? [] }),
  temporary: parts.temporary ?? false,
  ...(parts.takesRows ? { takesRows: true } : {}),
  ...(parts.relabels === undefined ? {} : { relabels: parts.relabels }),
  ...(parts.frees === undefined ? {} : { frees: parts.frees }),
  ...(parts.renamesColumn === undefined ? {} : { renamesColumn: parts.renamesColumn }),
  ...(parts.runs === undefined ? {} : { runs: parts.runs }),
  ...(parts.code === undefined ? {} : { code: parts.code }),
  ...(parts.columns === undefined ? {} : { columns: parts.columns }),
  ...(parts.adds === undefined ? {} : { adds: parts.adds }),
  ...(parts.stamps ? { stamps: true } : {}),
  ...(parts.fires === undefined ? {} : { fires: parts.fires }),
})

/** Options are names and constants: they run nothing. Each must at least be one. */
export const checkOptions = (nodes: readonly Node[] | undefined): void => {
  for (const node of nodes ?? [])
    only('DefElem', expect('DefElem', node), 'defnamespace', 'defname', 'arg', 'defaction')
}

/** An item of an index: its expression, if it is not a plain column. `telling`: as a key's columns have it; absent: it is none's. */
export const indexElement = (node: Node, context: Context, telling?: Telling): Parts => {
  const { expr, name, opclassopts } = only(
    'IndexElem',
    expect('IndexElem', node),
    'name',
    'expr',
    'indexcolname',
    'collation',
    'opclass',
    'opclassopts',
    'ordering',
    'nulls_ordering',
  )
  checkOptions(opclassopts)
  const keys = telling === undefined || name === undefined ? [] : [{ columns: [name], telling }]
  return { ...expressionParts([expr], context), keys }
}

const isEquality = (name: readonly Node[]): boolean =>
  name.every((node) => 'String' in node && ['=', 'pg_catalog'].includes(node.String.sval ?? ''))

/** The columns of a key: those that a period ends, or is compared with another's, are compared for more. */
const keyOf = (fields: Constraint, column: string | undefined): readonly KeyColumns[] => {
  const { contype, keys, fk_attrs: foreign, without_overlaps, fk_with_period } = fields
  const named = texts(keys ?? foreign)
  const columns = named.length > 0 || column === undefined ? named : [column]
  if (contype === 'CONSTR_FOREIGN') return [{ columns, telling: fk_with_period ? 'more' : 'equality' }]
  if (contype !== 'CONSTR_UNIQUE' && contype !== 'CONSTR_PRIMARY') return []
  return [{ columns, telling: without_overlaps ? 'more' : 'unique' }]
}

/** EXCLUDE: a list of pairs, an index element and its operator. */
const exclusion = (node: Node, context: Context): Parts => {
  const [element, operator] = only('List', expect('List', node), 'items').items ?? []
  const isEqual = operator !== undefined && 'List' in operator && isEquality(operator.List.items ?? [])
  return indexElement(required(element, 'Constraint.exclusions'), context, isEqual ? 'unique' : 'more')
}

/** A constraint of a column, a table or a domain. `column`: the one that a default or what is generated belongs to. */
export const constraint = (body: Constraint, context: Context, column?: string): Parts => {
  const fields = only(
    'Constraint',
    body,
    'contype',
    'conname',
    'deferrable',
    'initdeferred',
    'is_enforced',
    'skip_validation',
    'initially_valid',
    'is_no_inherit',
    'raw_expr',
    'generated_when',
    'generated_kind',
    'nulls_not_distinct',
    'keys',
    'without_overlaps',
    'including',
    'exclusions',
    'options',
    'indexname',
    'indexspace',
    'reset_default_tblspc',
    'access_method',
    'where_clause',
    'pktable',
    'fk_attrs',
    'pk_attrs',
    'fk_with_period',
    'pk_with_period',
    'fk_matchtype',
    'fk_upd_action',
    'fk_del_action',
    'fk_del_set_cols',
  )
  checkOptions(fields.options)
  const { contype, raw_expr: value } = fields
  const fills = contype === 'CONSTR_DEFAULT' || contype === 'CONSTR_GENERATED'
  const filled =
    fills && value !== undefined && column !== undefined
      ? assignmentParts(column, value, context)
      : expressionParts([value], context)
  return joinParts([
    contype === 'CONSTR_GENERATED' ? computed(filled) : filled,
    { ...nothing, keys: keyOf(fields, column) },
    expressionParts([fields.where_clause], context),
    ...(fields.exclusions ?? []).map((node) => exclusion(node, context)),
    fields.pktable === undefined
      ? nothing
      : { tables: [{ ...tableRef(fields.pktable, context), keys: true }], expressions: [] },
  ])
}

/** A column that is defined or changed. `name`: what is changed is called, which the definition does not say. */
export const columnDefinition = (body: Body<'ColumnDef'>, context: Context, name?: string): Parts => {
  const fields = only(
    'ColumnDef',
    body,
    'colname',
    'typeName',
    'compression',
    'is_local',
    'is_not_null',
    'is_from_type',
    'storage',
    'storage_name',
    'raw_default',
    'identity',
    'generated',
    'collClause',
    'constraints',
    'fdwoptions',
  )
  checkOptions(fields.fdwoptions)
  // OF type and ALTER COLUMN TYPE leave parts of the definition out.
  if (fields.typeName !== undefined) typeName(fields.typeName)
  const column = fields.colname ?? name
  const { raw_default: value } = fields
  return joinParts([
    value !== undefined && column !== undefined
      ? assignmentParts(column, value, context)
      : expressionParts([value], context),
    ...(fields.constraints ?? []).map((node) => constraint(expect('Constraint', node), context, column)),
  ])
}

/** An element of CREATE TABLE's list. */
export const tableElement = (node: Node, context: Context): Parts => {
  if ('ColumnDef' in node) return columnDefinition(node.ColumnDef, context)
  if ('Constraint' in node) return constraint(node.Constraint, context)
  if (!('TableLikeClause' in node))
    throw new Unreadable(`the table element \`${open(node).kind}\` is not known`)
  const { relation } = only('TableLikeClause', node.TableLikeClause, 'relation', 'options')
  return { tables: [tableRef(relation, context)], expressions: [] }
}

const serials: Readonly<Record<string, string>> = {
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
}

/** A column's type as the catalog has it, but for the schema of one of the users' own. */
const columnType = (type: TypeName | undefined): string => {
  const { name, array } = typeName(type)
  const bare = name.at(-1) ?? ''
  return array ? `${bare}[]` : (serials[bare] ?? bare)
}

/** The columns of CREATE TABLE; undefined where the list is not all of them (LIKE, INHERITS, OF, PARTITION OF). */
export const listedColumns = (nodes: readonly Node[]): readonly ColumnDefinition[] | undefined => {
  const columns: ColumnDefinition[] = []
  for (const node of nodes) {
    if ('ColumnDef' in node) {
      const { colname, typeName: type } = node.ColumnDef
      columns.push({ name: required(colname, 'ColumnDef.colname'), type: columnType(type) })
    } else if (!('Constraint' in node)) return undefined
  }
  return columns
}

/** The names that the columns of a query get. */
export const columnNames = (names: readonly string[]): readonly ColumnDefinition[] | undefined =>
  names.length === 0 ? undefined : names.map((name) => ({ name, type: '' }))

/** PARTITION BY. */
export const partitionSpec = (spec: PartitionSpec | undefined, context: Context): Parts => {
  const { partParams } = only('PartitionSpec', spec ?? {}, 'strategy', 'partParams')
  const expressions = (partParams ?? []).map(
    (node) =>
      only('PartitionElem', expect('PartitionElem', node), 'name', 'expr', 'collation', 'opclass').expr,
  )
  return computed(expressionParts(expressions, context))
}

/** FOR VALUES: constants, or expressions that are computed at once. MINVALUE and MAXVALUE read as column names. */
export const partitionBound = (bound: PartitionBoundSpec | undefined, context: Context): Parts => {
  const { listdatums, lowerdatums, upperdatums } = only(
    'PartitionBoundSpec',
    bound ?? {},
    'strategy',
    'is_default',
    'modulus',
    'remainder',
    'listdatums',
    'lowerdatums',
    'upperdatums',
  )
  return computed(
    expressionParts([...(listdatums ?? []), ...(lowerdatums ?? []), ...(upperdatums ?? [])], context),
  )
}
