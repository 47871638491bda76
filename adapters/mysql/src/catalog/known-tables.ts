import { keyOf } from '@sluice/core/catalog/key-of'
import type { TableName } from '@sluice/gateway/ports/catalog-source'
import type { TableFound, TablesFound } from './tables.ts'

/** The most tables that are read one by one; beyond, reading all takes no longer. */
const MOST = 64

/**
 * The tables that may be other ones behind a definition that names these, as far as was known before it: with them those
 * whose foreign keys lead there, which get the new names of tables and columns, and the views that show any of them, which
 * get their types and go and come back with them. Undefined: too many.
 */
export const reached = (
  before: TablesFound,
  named: readonly TableName[],
): readonly TableName[] | undefined => {
  const found = new Map(named.map((one) => [keyOf(one.schema, one.name), one]))
  const views: TableFound[] = []
  for (const table of before.values()) {
    const { relation, references } = table
    if (references.some(({ targetSchema, target }) => has(named, targetSchema, target)))
      found.set(keyOf(relation.schema, relation.name), relation)
    if (relation.kind === 'VIEW') views.push(table)
  }
  for (const { name } of found.values()) {
    if (found.size > MOST) return undefined
    for (const { relation } of views)
      if (shows(relation.definition, name)) found.set(keyOf(relation.schema, relation.name), relation)
  }
  return Array.from(found.values(), ({ schema, name }) => ({ schema, name }))
}

const has = (named: readonly TableName[], schema: string, name: string): boolean =>
  named.some((one) => one.name === name && one.schema === schema)

/** Whether a table's name stands in a view's text, whatever it means there. Of a text that is hidden nothing is known. */
const shows = (definition: string | null, name: string): boolean =>
  definition === null || definition.includes(name) || definition.includes(name.replaceAll('`', '``'))

/** What was read now, as the very same tables where they are as before: what was made of them can be used again. */
export const sameTables = (now: TablesFound, before: TablesFound = new Map()): TablesFound => {
  const tables = inOrder(Array.from(now, ([key, table]) => [key, same(table, before.get(key))]))
  return isSame(tables, before) ? before : tables
}

/** With what was read of `some` now; what is not there any more goes. */
export const withTables = (
  before: TablesFound,
  some: readonly TableName[],
  now: TablesFound,
): TablesFound => {
  const tables = new Map(before)
  let more = false
  for (const { schema, name } of some) {
    const key = keyOf(schema, name)
    const table = now.get(key)
    more ||= table !== undefined && !before.has(key)
    if (table === undefined) tables.delete(key)
    else tables.set(key, same(table, before.get(key)))
  }
  if (isSame(tables, before)) return before
  return more ? inOrder([...tables]) : tables
}

const isSame = (some: TablesFound, others: TablesFound): boolean =>
  some.size === others.size && [...some].every(([key, table]) => table === others.get(key))

const same = (now: TableFound, before: TableFound | undefined): TableFound =>
  before !== undefined && textOf(before) === textOf(now) ? before : now

const texts = new WeakMap<TableFound, string>()

const textOf = (table: TableFound): string => {
  const known = texts.get(table)
  if (known !== undefined) return known
  const text = JSON.stringify(table)
  texts.set(table, text)
  return text
}

/** In one order, however they were read. */
const inOrder = (tables: [string, TableFound][]): TablesFound =>
  new Map(
    tables.sort(
      ([, { relation: a }], [, { relation: b }]) => compare(a.schema, b.schema) || compare(a.name, b.name),
    ),
  )

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
