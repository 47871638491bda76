import type { Ddl, Leaving } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import { Unreadable } from '@sluice/reading/unreadable'
import type { CreateStmt, IndexStmt, Node } from 'libpg-query'
import { type Body, type Context, expect, only, open, required, texts } from './context.ts'
import {
  assignmentParts,
  checkOptions,
  columnDefinition,
  columnNames,
  constraint,
  ddl,
  expressionParts,
  indexElement,
  joinParts,
  listedColumns,
  type Parts,
  partitionBound,
  partitionSpec,
  tableElement,
} from './ddl-parts.ts'
import type { Rules } from './expression.ts'
import { isTemporary, plainTable, tableName, tableRef } from './from.ts'
import { objectName } from './object.ts'
import { lowerInto } from './query.ts'
import { typeName } from './type-name.ts'

const createTable = (body: CreateStmt, context: Context, object = 'table'): Ddl => {
  const fields = only(
    'CreateStmt',
    body,
    'relation',
    'tableElts',
    'inhRelations',
    'partbound',
    'partspec',
    'ofTypename',
    'constraints',
    'options',
    'oncommit',
    'tablespacename',
    'accessMethod',
    'if_not_exists',
  )
  const relation = required(fields.relation, 'CreateStmt.relation')
  checkOptions(fields.options)
  if (fields.ofTypename !== undefined) typeName(fields.ofTypename)
  const parts = joinParts([
    ...(fields.tableElts ?? []).map((node) => tableElement(node, context)),
    ...(fields.constraints ?? []).map((node) => constraint(expect('Constraint', node), context)),
    {
      tables: (fields.inhRelations ?? []).map((node) => tableRef(expect('RangeVar', node), context)),
      expressions: [],
    },
    partitionSpec(fields.partspec, context),
    partitionBound(fields.partbound, context),
  ])
  const inherits = fields.ofTypename !== undefined || fields.inhRelations !== undefined
  return ddl('create', object, [tableName(relation)], {
    ...parts,
    temporary: isTemporary(relation),
    columns: inherits ? undefined : listedColumns(fields.tableElts ?? []),
  })
}

const createForeignTable = (body: Body<'CreateForeignTableStmt'>, context: Context): Ddl => {
  const { base, options } = only('CreateForeignTableStmt', body, 'base', 'servername', 'options')
  checkOptions(options)
  return createTable(required(base, 'CreateForeignTableStmt.base'), context, 'foreign table')
}

const createIndex = (body: IndexStmt, context: Context): Ddl => {
  const fields = only(
    'IndexStmt',
    body,
    'idxname',
    'relation',
    'accessMethod',
    'tableSpace',
    'indexParams',
    'indexIncludingParams',
    'options',
    'whereClause',
    'unique',
    'nulls_not_distinct',
    'concurrent',
    'if_not_exists',
  )
  checkOptions(fields.options)
  const telling = fields.unique === true ? 'unique' : undefined
  const parts = joinParts([
    ...(fields.indexParams ?? []).map((node) => indexElement(node, context, telling)),
    ...(fields.indexIncludingParams ?? []).map((node) => indexElement(node, context)),
    expressionParts([fields.whereClause], context),
  ])
  const table = tableName(required(fields.relation, 'IndexStmt.relation'))
  // An index lives in its table's schema.
  const index = fields.idxname === undefined ? [] : [[...table.slice(0, -1), fields.idxname]]
  return ddl('create', 'index', [table, ...index], { ...parts, on: plainTable(table) })
}

/** A part of ALTER TABLE that says more of the column that it names, or of another object. */
type Definition = { readonly def: Node; readonly name: string | undefined }

/** What stands in `def` of a part of ALTER TABLE, by its type. */
const definition = (
  subtype: string,
  objtype: Body<'AlterTableStmt'>['objtype'],
  { def, name: column }: Definition,
  context: Context,
): Parts => {
  if (subtype === 'AT_ColumnDefault' || subtype === 'AT_SetExpression')
    return assignmentParts(required(column, 'AlterTableCmd.name'), def, context)
  if ('ColumnDef' in def) return columnDefinition(def.ColumnDef, context, column)
  if ('Constraint' in def) return constraint(def.Constraint, context)
  if ('RangeVar' in def) return { tables: [tableRef(def.RangeVar, context)], expressions: [] }
  if ('PartitionCmd' in def) {
    const { name, bound } = only('PartitionCmd', def.PartitionCmd, 'name', 'bound', 'concurrent')
    // A part of an index is an index.
    if (objtype === 'OBJECT_INDEX') return partitionBound(bound, context)
    return joinParts([partitionBound(bound, context), { tables: [tableRef(name, context)], expressions: [] }])
  }
  if ('List' in def) checkOptions(only('List', def.List, 'items').items)
  else if ('TypeName' in def) typeName(def.TypeName)
  else if (!constantDefinitions.has(open(def).kind))
    throw new Unreadable(`\`${open(def).kind}\` in ALTER TABLE is not known`)
  return { tables: [], expressions: [] }
}

/** Parts of ALTER TABLE that hold names and constants only. */
const constantDefinitions: ReadonlySet<string> = new Set([
  'String',
  'Integer',
  'Float',
  'ReplicaIdentityStmt',
  'ATAlterConstraint',
])

const alterTable = (body: Body<'AlterTableStmt'>, context: Context): Ddl => {
  const { relation, cmds, objtype } = only(
    'AlterTableStmt',
    body,
    'relation',
    'cmds',
    'objtype',
    'missing_ok',
  )
  const table = tableName(required(relation, 'AlterTableStmt.relation'))
  const changed: string[] = []
  const leaving: Leaving[] = []
  const freed: string[] = []
  const added: Node[] = []
  let joins = false
  let takesRows = false
  const parts = (cmds ?? []).map((node) => {
    const { subtype, name, def, missing_ok } = only(
      'AlterTableCmd',
      expect('AlterTableCmd', node),
      'subtype',
      'name',
      'num',
      'newowner',
      'def',
      'behavior',
      'missing_ok',
      'recurse',
    )
    // With ONLY those that inherit keep the column, and are known by its parent's no more.
    const isLeft = subtype === 'AT_DropColumn' && relation?.inh !== true
    if (name !== undefined && (subtype === 'AT_AlterColumnType' || isLeft)) changed.push(name)
    if (name !== undefined && subtype === 'AT_DropColumn') freed.push(name)
    if (joining.has(subtype ?? '')) joins = true
    if (takesAway(subtype, def)) takesRows = true
    if (def === undefined) return { tables: [], expressions: [] }
    if (subtype === 'AT_AddColumn' && missing_ok !== true) added.push(def)
    const found = definition(required(subtype, 'AlterTableCmd.subtype'), objtype, { def, name }, context)
    for (const other of found.tables) leaving.push(...leavingOf(subtype, table, other.name))
    return found
  })
  return ddl('alter', objectName(objtype), [table], {
    ...joinParts(parts),
    leaving,
    takesRows,
    relabels: joins ? [] : changed.length > 0 ? changed : undefined,
    frees: freed.length > 0 ? freed : undefined,
    adds: added.length > 0 ? listedColumns(added) : undefined,
  })
}

/** DROP COLUMN, ALTER COLUMN … TYPE … USING, and parts and heirs that leave with their rows. */
const takesAway = (subtype: string | undefined, def: Node | undefined): boolean =>
  subtype === 'AT_AlterColumnType'
    ? def !== undefined && 'ColumnDef' in def && def.ColumnDef.raw_default !== undefined
    : /^AT_(?:DropColumn|DetachPartition|DropInherit)$/.test(subtype ?? '')

/** Changes after which what the table holds is found in another table as well, or no more. */
const joining: ReadonlySet<string> = new Set([
  'AT_AddInherit',
  'AT_AttachPartition',
  'AT_DropInherit',
  'AT_DetachPartition',
])

const leavingOf = (subtype: string | undefined, table: Name, other: Name): readonly Leaving[] => {
  if (subtype === 'AT_DetachPartition') return [{ part: other, parent: table }]
  return subtype === 'AT_DropInherit' ? [{ part: table, parent: other }] : []
}

const createView = (body: Body<'ViewStmt'>, context: Context): Ddl => {
  const { view, query, options, aliases } = only(
    'ViewStmt',
    body,
    'view',
    'aliases',
    'query',
    'replace',
    'options',
    'withCheckOption',
  )
  const name = required(view, 'ViewStmt.view')
  checkOptions(options)
  return ddl('create', 'view', [tableName(name)], {
    query: context.query(required(query, 'ViewStmt.query')),
    temporary: isTemporary(name),
    columns: columnNames(texts(aliases)),
  })
}

const createTableAs = (body: Body<'CreateTableAsStmt'>, context: Context): Ddl => {
  const { query, into, objtype } = only(
    'CreateTableAsStmt',
    body,
    'query',
    'into',
    'objtype',
    'if_not_exists',
  )
  checkOptions(into?.options)
  if (query !== undefined && 'ExecuteStmt' in query)
    throw new Unreadable('the table is made by EXECUTE of a prepared statement')
  const made = required(lowerInto(into, context), 'CreateTableAsStmt.into')
  return ddl('create', objectName(objtype), [made.name], {
    query: context.query(required(query, 'CreateTableAsStmt.query')),
    temporary: isTemporary(into?.rel),
    columns: columnNames(made.columnAliases),
  })
}

const createStatistics = (body: Body<'CreateStatsStmt'>, context: Context): Ddl => {
  const { defnames, exprs, relations } = only(
    'CreateStatsStmt',
    body,
    'defnames',
    'stat_types',
    'exprs',
    'relations',
    'if_not_exists',
  )
  const elements = (exprs ?? []).map(
    (node) => only('StatsElem', expect('StatsElem', node), 'name', 'expr').expr,
  )
  const name = (defnames ?? []).map((node) => only('String', expect('String', node), 'sval').sval ?? '')
  return ddl('create', 'statistics', name.length === 0 ? [] : [name], {
    ...expressionParts(elements, context),
    tables: (relations ?? []).map((node) => {
      const item = context.from(node)
      if (item.kind !== 'table-ref') throw new Unreadable('statistics are made of something that is no table')
      return item
    }),
  })
}

/** Definitions of tables, indexes and views. */
export const tableRules = {
  CreateStmt: (body, context) => createTable(body, context),
  CreateForeignTableStmt: createForeignTable,
  IndexStmt: createIndex,
  AlterTableStmt: alterTable,
  ViewStmt: createView,
  CreateTableAsStmt: createTableAs,
  CreateStatsStmt: createStatistics,
  RefreshMatViewStmt: (body) => {
    const { relation } = only('RefreshMatViewStmt', body, 'concurrent', 'skipData', 'relation')
    return ddl('refresh', 'materialized view', [tableName(required(relation, 'RefreshMatViewStmt.relation'))])
  },
  TruncateStmt: (body) => {
    const { relations } = only('TruncateStmt', body, 'relations', 'restart_seqs', 'behavior')
    return ddl(
      'truncate',
      'table',
      (relations ?? []).map((node) => tableName(expect('RangeVar', node))),
    )
  },
} satisfies Rules<Ddl>
