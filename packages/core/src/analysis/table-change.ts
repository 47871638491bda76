import type { Relation } from '../catalog/catalog.ts'
import type { LaidColumn, LaidRelation } from '../catalog/overlay.ts'
import { elementType } from '../catalog/type-shape.ts'
import type { Ddl } from '../statement/command.ts'
import type { Expression } from '../statement/expression.ts'
import type { Name } from '../statement/node.ts'
import { LOOKS } from './effects.ts'
import type { TableChange } from './tables-since.ts'
import type { BoundStatement, Surroundings } from './work.ts'

const TABLES: ReadonlySet<string> = new Set([
  'table',
  'view',
  'materialized view',
  'foreign table',
  'sequence',
])

/** What is beside tables: whatever is done to one, all tables have the columns that they had. */
const BESIDE: ReadonlySet<string> = new Set([
  'index',
  'trigger',
  'event trigger',
  'policy',
  'rule',
  'statistics',
  'constraint',
  'role',
  'user',
  'publication',
  'subscription',
])

/** What tables are made with: only when it goes may a column go with it. */
const UNDER: ReadonlySet<string> = new Set(['function', 'procedure', 'routine', 'aggregate', 'collation'])

/** What is made without a table of its own, and with nothing that a table's name could lead to. */
const EMPTY: ReadonlySet<string> = new Set(['type', 'domain', 'schema'])

const NONE: TableChange = { names: [] }

/** What a definition does to the tables that later statements name; undefined: anything. */
export const tableChangeOf = (node: Ddl, bound: BoundStatement): TableChange | undefined => {
  const { verb, object, frees } = node
  if (verb === 'comment' || verb === 'truncate' || verb === 'refresh') return NONE
  if (BESIDE.has(object) || (UNDER.has(object) && verb !== 'drop')) return NONE
  if (verb === 'create' && EMPTY.has(object) && (node.elements ?? []).length === 0) return NONE
  if (verb === 'alter' && object === 'schema') return { names: [], ofSchema: true }
  if (!TABLES.has(object) || verb === 'import') return undefined
  const names = node.names.map(bare)
  const [from, to] = names
  if (verb === 'alter' && from !== undefined && to !== undefined)
    return { names: [...new Set(names)], others: 'any', renamed: [from, to], ids: idsOf(from, bound) }
  if (verb === 'create') return madeBy(node, bound, names)
  // Parts and children get the columns of their parents.
  const family = written(bound).flatMap((relation) => relation.family?.all ?? [])
  return {
    names: [...new Set([...names, ...family.map(({ name }) => name)])],
    ...(verb === 'drop' && { others: 'any' }),
    ...(frees && { freed: frees }),
  }
}

/** A table is made where there is none, or is none any more; a view may take the place of one. */
const madeBy = (node: Ddl, bound: BoundStatement, names: readonly string[]): TableChange => {
  const isThere = !node.temporary && written(bound).some((relation) => isFound(relation, node, bound))
  if (isThere && node.object === 'view') return { names }
  const rows = node.object === 'view' ? {} : filledBy(bound)
  const fresh = freshTable(node, bound)
  return { names, others: 'made', ...(isThere && { ifGone: true }), ...rows, ...(fresh && { fresh }) }
}

/** What a query brings into the table that it makes. */
export const filledBy = ({ findings }: BoundStatement): Pick<TableChange, 'filledBy'> => {
  const flows = findings.flows.filter(({ place }) => place?.made === true)
  return flows.length > 0 ? { filledBy: flows } : {}
}

/**
 * A table that nobody had under its name, with the labels that its columns will have. Undefined: it has other columns than are
 * listed, or it is not known where it is made.
 */
const freshTable = (node: Ddl, { findings, around }: BoundStatement): LaidRelation | undefined => {
  const { labeller } = around.catalog
  const { object, columns, query, temporary, assignments = [], keys = [] } = node
  if (object !== 'table' || columns === undefined || query || temporary || !labeller) return undefined
  const [found, ...more] = [...findings.tables.values()].filter(({ access }) => access.has('write'))
  if (found === undefined || more.length > 0 || found.relation || found.schema === '') return undefined
  const { schema, name } = found
  // What a default computes is not known, and by a foreign key the values of another table may come.
  const filled = new Set([
    ...assignments.flatMap((one) => (isPlain(one.value, around) ? [] : one.columns)),
    ...keys.flatMap(({ columns: some, telling }) => (telling === 'unique' ? [] : some)),
  ])
  const laid = columns.map((column): LaidColumn => {
    const described = { schema, relation: name, relationType: 'table', system: false, ...column } as const
    const isKnown = around.traits.isBuiltinType(elementType(column.type)) && !filled.has(column.name)
    const derivedFrom = { sources: [], unknown: true, direct: false }
    return { ...column, labels: labeller(described), ...(isKnown ? {} : { derivedFrom }) }
  })
  return { schema, name, type: 'table', columns: laid }
}

/** A constant, or what the system's own code makes of nothing else. */
const isPlain = (value: Expression, around: Surroundings): boolean => {
  if (value.kind === 'literal') return true
  if (value.kind === 'cast') return isPlain(value.operand, around)
  if (value.kind !== 'call' || !value.args.every((arg) => isPlain(arg, around))) return false
  const name = value.name.at(-1) ?? ''
  const does = around.traits.builtinFunction(name)
  return (
    does?.lineage === 'arguments' && LOOKS.has(does.effect) && around.catalog.hasRoutine?.(name) === false
  )
}

/** Whether it is where one of the name would be made. */
const isFound = ({ schema }: Relation, { names }: Ddl, { around }: BoundStatement): boolean => {
  const { context, traits } = around
  const isOwn = (one: string): boolean => !traits.isSystemSchema(one) && !traits.isTemporarySchema(one)
  return names.some((name) => name.length > 1) || schema === context.searchPath.find(isOwn)
}

const written = ({ findings }: BoundStatement): readonly Relation[] =>
  [...findings.tables.values()].flatMap(({ access, relation }) =>
    access.has('write') && relation ? [relation] : [],
  )

const idsOf = (table: string, bound: BoundStatement): readonly number[] =>
  written(bound).flatMap(({ id, name }) => (name === table ? [id] : []))

const bare = (name: Name): string => name.at(-1) ?? ''
