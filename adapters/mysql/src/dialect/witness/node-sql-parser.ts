import parser from 'node-sql-parser/build/mariadb.js'
import type { Testimony, Witness } from './witness.ts'

type Node = Readonly<Record<string, unknown>>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

const reader = new parser.Parser()

const nameOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value.toLowerCase()
  return isNode(value) ? nameOf(value.value ?? value.expr) : undefined
}

/** node-sql-parser: strict, and gives AND and OR the same precedence. Its own lists of tables and columns leave some out, so the whole tree is walked. */
export const nodeSqlParser: Witness = (text) => {
  const root = parse(text)
  if (root === undefined) return undefined
  const tables = new Set<string>()
  const columns = new Set<string>()
  const open: unknown[] = [root]
  for (let node = open.pop(); open.length > 0 || node !== undefined; node = open.pop()) {
    if (!isNode(node)) continue
    see(node, tables, columns)
    for (const [key, value] of Object.entries(node)) if (!isNaming(node, key)) open.push(value)
  }
  const verb = typeof root.type === 'string' ? root.type : ''
  return { verb: verb === 'union' ? 'select' : verb, tables, columns } satisfies Testimony
}

/** A list that only names: the columns of an item of WITH, the aliases that DELETE deletes from. */
const isNaming = (node: Node, key: string): boolean =>
  (key === 'columns' && 'stmt' in node) || (key === 'table' && node.type === 'delete' && node.from !== null)

const see = (node: Node, tables: Set<string>, columns: Set<string>): void => {
  if (node.type === 'column_ref') {
    const column = nameOf(node.column)
    if (column !== undefined && column !== '*') columns.add(column)
  } else if ('table' in node && 'as' in node && node.table !== null) {
    const table = nameOf(node.table)
    const database = nameOf(node.db)
    if (table !== undefined) tables.add(database === undefined ? table : `${database}.${table}`)
  }
}

const parse = (text: string): Node | undefined => {
  try {
    const made: unknown = reader.astify(text)
    const [only, ...more] = Array.isArray(made) ? made : [made]
    return more.length === 0 && isNode(only) && typeof only.type === 'string' ? only : undefined
  } catch {
    return undefined
  }
}
