import type { Relation } from '../../catalog/catalog.ts'
import type { Ddl, Renaming } from '../../statement/command.ts'
import type { Name } from '../../statement/node.ts'
import { RELATIONS } from '../../statement/objects.ts'
import { columnFeed } from '../column-feed.ts'
import { type NamedFeed, NOTHING, UNKNOWN } from '../feed.ts'
import { outermost, type Scope } from '../scope.ts'
import { onlyStamps } from '../stamps.ts'
import { placeIn } from './assignment.ts'
import type { Binder } from './binder.ts'
import { bindAssignments, bindLeaving, bindNewName } from './ddl-values.ts'
import { tableItem } from './from.ts'
import { addedColumns, definedTable, fromElsewhere, madeTable } from './made-table.ts'
import { type FoundTable, findTable } from './names.ts'
import { makesOf } from './query.ts'

/**
 * Objects that run code, or reach other servers, whenever others are used or by the clock: what they will move where cannot be
 * followed, so defining them is a flow of its own.
 */
const CODE: ReadonlySet<string> = new Set(
  `
  function, procedure, routine, aggregate, operator, trigger, event, event trigger, rule, cast, transform,
  conversion, language, access method, operator class, operator family, foreign data wrapper, server, user mapping, foreign table,
  subscription, publication, text search parser, text search template
`
    .trim()
    .split(/,\s+/),
)

/** Labels are found by names, types and comments: where these change, what was there is somewhere new. */
const moved = (b: Binder, table: Name, columns: readonly string[]): void => {
  for (const column of findTable(b, table).relation?.columns ?? []) {
    if (columns.length === 0 || columns.includes(column.name)) b.findings.relabelled(columnFeed(column))
  }
}

/** Names that a table may have. A cast is named by its two types. */
const mayBeTables = (node: Ddl): readonly Name[] => (node.object === 'cast' ? [] : node.names)

/** A definition: the tables it makes or changes, what its query and its expressions read. */
export const bindDdl = (b: Binder, node: Ddl): void => {
  for (const name of mayBeTables(node)) {
    const table = findTable(b, name)
    if ((table.relation && !node.on) || RELATIONS.has(node.object)) {
      b.findings.table(table.schema, table.name, table.relation, 'write')
    }
  }
  if (node.on) {
    const table = findTable(b, node.on.name)
    b.findings.seen.add(node.on)
    b.findings.table(table.schema, table.name, table.relation, 'write')
  }
  for (const table of node.targets ?? []) {
    const found = findTable(b, table.name)
    b.findings.seen.add(table)
    b.findings.table(found.schema, found.name, found.relation, 'write')
  }
  for (const table of node.tables) {
    const found = findTable(b, table.name)
    b.findings.seen.add(table)
    b.findings.table(found.schema, found.name, found.relation, table.keys ? 'keys' : 'read')
  }
  if (node.query) flowsInto(b, node, node.query)
  if (CODE.has(node.object) && node.verb !== 'drop' && node.verb !== 'comment' && !onlyStamps(node, b))
    b.findings.flow(UNKNOWN, undefined)
  if (node.verb === 'alter')
    b.findings.renames = node.renames?.every(({ columns }) => columns.size === 0) ? 'tables' : 'columns'
  bindRenames(b, node.renames ?? [])
  if (node.arrangedBy && !node.query) arranges(b, node, node.arrangedBy)
  for (const leaving of node.leaving ?? []) bindLeaving(b, leaving)
  if (node.verb === 'alter' || node.object === 'index') keyed(b, node)
  if (node.verb === 'drop' || node.frees) frees(b, node)
  // The tables of a composite type change with it.
  if (node.object === 'type' && node.verb === 'alter' && node.relabels) b.findings.relabelled(UNKNOWN)
  const { relabels } = node
  if (relabels)
    for (const name of [...node.names, ...node.tables.map((t) => t.name)]) moved(b, name, relabels)
  const [table] = node.names
  if (node.renamesColumn && table) bindNewName(b, table, node.renamesColumn)
  const defined = definedTable(b, node)
  const others = defined ? { items: [defined], ctes: undefined, parent: undefined } : tablesOf(b, node)
  const added = addedColumns(b, node, others)
  const scope = withColumns(others, added)
  if (node.computes) {
    for (const expression of node.computes) b.expression(expression, scope)
    // What the others call is found behind these.
    b.findings.runNow = [...b.findings.functions.values()]
  }
  bindAssignments(b, node, scope, defined)
  // What an expression computes ends up in the object that is made: an index, a check.
  for (const expression of node.expressions) {
    const feed = b.expression(expression, scope)
    if (defined) b.findings.decides(feed)
    b.findings.flow(
      defined || added.length > 0 ? fromElsewhere(feed, defined ?? { columns: added }) : feed,
      undefined,
    )
  }
  for (const element of node.elements ?? []) {
    b.findings.seen.add(element)
    bindDdl(b, element)
  }
}

/** Which row comes first, in which part it is, and whether there is one for it, tells of the columns. */
const arranges = (b: Binder, { names, verb }: Ddl, by: readonly string[]): void => {
  const [name] = names
  const relation = name && findTable(b, name).relation
  if (relation === undefined && verb === 'alter') b.findings.tells(UNKNOWN, 'order')
  for (const column of relation?.columns ?? [])
    if (by.includes(column.name)) b.findings.tells(columnFeed(column), 'order')
}

/** Whether a key can be made tells of the rows that are there. */
const keyed = (b: Binder, { names: [name], keys = [] }: Ddl): void => {
  const found = name === undefined ? undefined : findTable(b, name).relation
  for (const { columns, telling } of keys)
    for (const column of found?.columns ?? [])
      if (columns.includes(column.name)) b.findings.asks(column, telling)
}

/** Schemas go with the tables in them, whoever lists these. */
const frees = (b: Binder, { names, object, frees: columns }: Ddl): void => {
  const schemas = object === 'schema' ? names.map((name) => name.at(-1)) : []
  const inThem = b.catalog.relations.filter(({ schema }) => schemas.includes(schema))
  const named = RELATIONS.has(object) ? names.flatMap((name) => findTable(b, name).relation ?? []) : []
  b.findings.leaves([...inThem, ...named], columns, b.catalog)
}

/** The renames of one statement happen in their order: what is where behind the last one counts. */
const bindRenames = (b: Binder, renames: readonly Renaming[]): void => {
  const now = new Map<string, Relation | undefined>()
  for (const { from, to, columns, joins } of renames) {
    const [old, made] = [findTable(b, from), findTable(b, to)]
    const key = tableKey(old)
    const relation = now.has(key) ? now.get(key) : old.relation
    if (joins === undefined && key !== tableKey(made)) now.set(tableKey(made), relation)
    const place = { schema: made.schema, table: made.name, made: false }
    // What is made now may have any columns.
    if (joins === 'any names' && relation === undefined)
      for (const target of made.relation?.columns ?? [])
        b.findings.relabelled(NOTHING, undefined, target, [placeIn(old)])
    for (const column of relation?.columns ?? []) {
      const name = columns.get(column.name)
      if (name === undefined && key === tableKey(made)) continue
      const known = joins === 'any names' ? place : { ...place, column: name ?? column.name }
      b.findings.relabelled(columnFeed(column), name === column.name ? undefined : known)
    }
  }
}

const tableKey = ({ schema, name }: FoundTable): string => JSON.stringify([schema, name])

const flowsInto = (b: Binder, node: Ddl, query: NonNullable<Ddl['query']>): void => {
  const bound = b.query(query, outermost(b.context))
  for (const { name: column, feed } of bound.columns)
    if (node.arrangedBy?.includes(column)) b.findings.tells(feed, 'tested')
  const [name] = node.names
  // What a materialized view got stays in it when what it is defined by is another.
  if (name !== undefined && (node.object === 'table' || node.object === 'materialized view')) {
    const names = node.columns?.map((column) => column.name) ?? []
    makesOf(b, bound, madeTable(b, node, name), names, node.ownColumns)
    return
  }
  const view = name?.at(-1) ?? ''
  for (const column of bound.columns) b.findings.shownBy(column.feed, view)
  if (bound.rest) b.findings.shownBy(bound.rest, view)
}

const withColumns = (scope: Scope, added: readonly NamedFeed[]): Scope =>
  added.length === 0
    ? scope
    : { ...scope, items: scope.items.map((item) => ({ ...item, columns: [...item.columns, ...added] })) }

/** Column names in a definition's expressions are those of the tables it names. */
const tablesOf = (b: Binder, node: Ddl): Scope => {
  const under = node.on?.name.join('\u0000')
  const others = mayBeTables(node).filter((name) => name.join('\u0000') !== under)
  const refs = others.map((name) => ({ kind: 'table-ref' as const, name, columnAliases: [], sample: [] }))
  const on = node.on ? [tableItem(findTable(b, node.on.name).relation, node.on)] : []
  const items = refs.flatMap((ref) => {
    const { relation } = findTable(b, ref.name)
    return relation || RELATIONS.has(node.object) ? [tableItem(relation, ref)] : []
  })
  return { items: [...on, ...items], ctes: undefined, parent: undefined }
}
