import module from 'node-sql-parser/build/transactsql.js'
import { type Sets, tableKey } from './sets.ts'

type Json = { readonly [key: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

const parser = new module.Parser()

const statements: ReadonlySet<unknown> = new Set(['select', 'insert', 'update', 'delete'])

const collect = (root: unknown): Sets => {
  const sets = { tables: new Set<string>(), columns: new Set<string>(), others: new Set<string>() }
  const ctes = new Set<string>()
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (Array.isArray(value)) for (const item of value as unknown[]) open.push(item)
    else if (isObject(value)) {
      node(value, sets, ctes)
      for (const inner of Object.values(value)) open.push(inner)
    }
  }
  for (const cte of ctes) sets.tables.delete(cte)
  return sets
}

type Filling = { readonly tables: Set<string>; readonly columns: Set<string>; readonly others: Set<string> }

const node = (value: Json, sets: Filling, ctes: Set<string>): void => {
  const { type, table, column } = value
  if (type === 'column_ref') {
    if (typeof column === 'string') sets.columns.add(column.toLowerCase())
    return
  }
  if (typeof table === 'string' && 'as' in value && !('column' in value))
    sets.tables.add(
      tableKey(
        [value.schema ?? value.db].map((part) => (typeof part === 'string' ? part : '')).concat(table),
      ),
    )
  if ('stmt' in value && isObject(value.name) && typeof value.name.value === 'string')
    ctes.add(value.name.value.toLowerCase())
  for (const inner of Object.values(value))
    if (typeof inner === 'string') sets.others.add(inner.toLowerCase())
}

/** What node-sql-parser's T-SQL build reads; undefined where it refuses, or answers with something untyped. */
export const setsOfNodeSqlParser = (text: string): Sets | undefined => {
  try {
    const parsed: unknown = parser.astify(text)
    const all = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]
    const [only] = all
    if (all.length !== 1 || !isObject(only) || !statements.has(only.type)) return undefined
    return collect(only)
  } catch {
    return undefined
  }
}
