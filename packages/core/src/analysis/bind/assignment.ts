import type { Column, FlowPlace } from '../../catalog/catalog.ts'
import type { Expression } from '../../statement/expression.ts'
import type { Name } from '../../statement/node.ts'
import type { TableRef } from '../../statement/query.ts'
import type { Assignment, Write } from '../../statement/write.ts'
import { type Feed, influenced, NOTHING, UNKNOWN, union } from '../feed.ts'
import { type Bound, type Columns, columnOf, findItem, type Item, rowOf, type Scope } from '../scope.ts'
import { hasText } from './as-numbers.ts'
import type { Binder } from './binder.ts'
import { tableItem } from './from.ts'
import { type FoundTable, findTable, namesOf, touch } from './names.ts'
import { bindTargets } from './query.ts'

/** What is written to the columns of one table, by column name. */
export type Written = Map<string, Feed[]>

/** The table written, as the item that its columns are found in. */
export const bindTarget = (b: Binder, node: TableRef): Assigned & { readonly item: Item } => {
  b.findings.seen.add(node)
  const found = findTable(b, node.name)
  writes(b, found, node.only)
  const item = tableItem(found.relation, node)
  return {
    table: found,
    item: found.relation ? item : { ...item, unseen: { schema: '', table: found.name, made: false } },
  }
}

/** The statement writes the table. Whoever writes the system's own tables administers it. */
export const writes = (b: Binder, found: FoundTable, only?: true): void => {
  touch(b, found, 'write', only)
  const own = b.traits.isSystemSchema(found.schema) || b.traits.isCatalogSchema?.(found.schema) === true
  if (found.relation?.system === true || own) b.findings.writesSystem = true
  if (found.relation) b.findings.captures(found.relation, b.catalog, b.context)
}

/** A table whose columns are assigned, and what its columns are found in where the values are. */
export type Assigned = { readonly table: FoundTable; readonly item: Item | undefined }

/** `column = value`, `(a, b) = (value, value)`, `(a, b) = (SELECT …)`. */
export const assign = (
  b: Binder,
  node: Assignment,
  { table, item }: Assigned,
  scope: Scope,
  written: Written,
): void => {
  b.findings.seen.add(node)
  const value = b.expression(node.value, scope)
  const [first] = node.columns
  if (node.columns.length === 1 && first !== undefined) {
    if (!grows(b, node.value, { name: first, item, scope }) || isCounted(b, node.value, value))
      b.findings.stores(value)
    put(b, table, first, value, written)
    return
  }
  const fields = value.fields?.length === node.columns.length ? value.fields : undefined
  for (const [i, name] of node.columns.entries()) {
    write(b, table, name, fields?.[i]?.feed ?? union([value]), written)
  }
}

/** Somewhere in a table that is written. */
export const placeIn = ({ schema, name, guessed }: FoundTable): FlowPlace => ({
  schema: guessed === true ? '' : schema,
  table: name,
  made: false,
})

/** The column of a table that has the name; undefined where the catalog has none. */
export const columnAt = ({ relation }: FoundTable, name: string): Column | undefined =>
  relation?.columns.find((column) => column.name === name)

/** A column that the catalog does not have; without a name, any that the table may have got. */
export const newPlace = (table: FoundTable, column?: string): FlowPlace => ({
  ...placeIn(table),
  ...(column !== undefined && { column }),
  ...(table.relation && { added: true }),
})

/** What makes more or less of the column that it is written to. */
const GROWING: ReadonlySet<string> = new Set(['+', '-', '||', 'concat', 'array_append'])

/** Types of values in parts, of which the same operators replace one: what is left tells of the others. */
const IN_PARTS: ReadonlySet<string> = new Set(['jsonb', 'hstore'])

/**
 * `balance = balance + 1`, `notes = coalesce(notes, '') || 'x'`: it changes every row that has a value, and fails at the limits of the
 * type at most.
 */
const grows = (b: Binder, node: Expression, column: Growing): boolean => {
  const [first, ...others] =
    node.kind === 'operator' && GROWING.has(node.op)
      ? node.operands
      : node.kind === 'call' && GROWING.has(node.name.at(-1) ?? '')
        ? node.args
        : []
  return first !== undefined && isColumn(b, first, column) && others.every(isGiven)
}

/** A text of which a number is made, in systems that do so: whether that fails, or warns, tells what it is. */
const isCounted = (b: Binder, node: Expression, value: Feed): boolean =>
  node.kind === 'operator' && (node.op === '+' || node.op === '-') && hasText(b, value)

/** A column that is assigned, and where its value is looked up. */
type Growing = { readonly name: string; readonly item: Item | undefined; readonly scope: Scope }

/** The column, or what a client counts from where it is NULL: `coalesce(balance, 0)`. */
const isColumn = (b: Binder, node: Expression, column: Growing): boolean => {
  if (node.kind === 'column-ref') return isItself(b, node.name, column)
  if (node.kind !== 'call' || node.name.at(-1) !== 'coalesce') return false
  const [first, ...others] = node.args
  return first !== undefined && isColumn(b, first, column) && others.every(isGiven)
}

/** In the row that is written, and not the column of that name in another that is joined to it. */
const isItself = (b: Binder, path: Name, { name, item, scope }: Growing): boolean => {
  if (item === undefined || path.at(-1) !== name) return false
  if (columnOf(item, name, b.traits)?.sources.some(({ type }) => IN_PARTS.has(type)) === true) return false
  const seen =
    path.length > 1
      ? findItem(scope, path.slice(0, -1))
      : scope.items.filter((one) => one.bare && columnOf(one, name, b.traits) !== undefined)
  return seen.length === 1 && seen[0] === item
}

const isGiven = (node: Expression): boolean =>
  node.kind === 'literal' || node.kind === 'param' || (node.kind === 'cast' && isGiven(node.operand))

/**
 * One value into one column. Whether a computed one fits (NOT NULL, UNIQUE, CHECK, its length), and whether it is
 * another than the one before, would tell what it was computed of.
 */
export const write = (b: Binder, table: FoundTable, name: string, feed: Feed, written: Written): void => {
  b.findings.stores(feed)
  put(b, table, name, feed, written)
}

const put = (b: Binder, table: FoundTable, name: string, feed: Feed, written: Written): void => {
  const target = columnAt(table, name)
  b.findings.flow(feed, target, newPlace(table, name))
  if (target) {
    if (b.catalog.tells) b.findings.comesTo(target, feed, b.catalog.tells)
    b.findings.role(target, 'assignment')
    b.findings.written.add(target)
  }
  const list = written.get(name)
  if (list) list.push(feed)
  else written.set(name, [feed])
}

/**
 * Column by column where positions are certain, everything into every column where they are not. `listed`: the columns that
 * the statement names; none: those of the table.
 */
export const insertInto = (
  b: Binder,
  table: FoundTable,
  listed: readonly string[],
  source: Columns,
  written: Written,
): void => {
  const names = listed.length > 0 ? listed : namesOf(table)
  const certain = !source.rest && source.columns.length <= names.length
  const all = certain ? NOTHING : rowOf(source)
  for (const [i, name] of names.entries()) {
    const feed = certain ? source.columns[i]?.feed : all
    if (feed) write(b, table, name, feed, written)
  }
  const place = placeIn(table)
  for (const name of certain ? names.slice(source.columns.length) : [])
    b.findings.unlistedWrites.add(columnAt(table, name) ?? newPlace(table, name))
  if (listed.length === 0) b.findings.unlistedWrites.add(newPlace(table))
  const places = certain || names.length > 0 ? [] : source.columns
  for (const [i, { feed }] of places.entries()) b.findings.flow(feed, undefined, { ...place, ordinal: i + 1 })
  if (source.rest || (!certain && names.length > 0)) b.findings.flow(rowOf(source), undefined, place)
}

/**
 * RETURNING shows what was just written: a returned column is fed by what went into it, too. `items` are what it sees,
 * `target` among them; the row before and after has names of its own.
 */
export const returning = (
  b: Binder,
  node: Write,
  sees: { readonly target: Item; readonly items: readonly Item[] },
  written: Written,
  outer: Scope,
): Bound => {
  const fresh = withWritten(sees.target, written)
  const items = sees.items.map((item) => (item === sees.target ? fresh : item))
  const { old, new: after } = node.returningNames ?? { old: 'old', new: 'new' }
  const before: Item = { ...sees.target, alias: old, origin: undefined, bare: false }
  const named = [before, { ...fresh, alias: after, origin: undefined, bare: false }]
  const free = named.filter(({ alias }) => !items.some((item) => item.alias === alias))
  const scope: Scope = { items: [...items, ...free], ctes: outer.ctes, parent: outer }
  return { ...bindTargets(b, node.returning, scope), conditions: [] }
}

/** The table with what was written to it. */
export const withWritten = (item: Item, written: Written): Item => {
  const influences = (name: string): readonly Feed[] => written.get(name) ?? []
  const columns = item.columns.map((c) => ({ ...c, feed: influenced(c.feed, influences(c.name)) }))
  const rest = item.rest && union([UNKNOWN, item.rest, ...[...written.values()].flat()])
  return { ...item, columns, rest }
}
