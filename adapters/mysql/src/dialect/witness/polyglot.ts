import { Dialect, parse } from '@polyglot-sql/sdk'
import { type Junction, outlineOf } from './logic.ts'
import type { Witness } from './witness.ts'

type Node = Readonly<Record<string, unknown>>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

const nameOf = (identifier: unknown): string | undefined => {
  const name = isNode(identifier) ? identifier.name : undefined
  return typeof name === 'string' ? name.toLowerCase() : undefined
}

const verbs: Readonly<Record<string, string>> = {
  select: 'select',
  union: 'select',
  intersect: 'select',
  except: 'select',
  subquery: 'select',
  values: 'select',
  insert: 'insert',
  update: 'update',
  delete: 'delete',
}

/** @polyglot-sql/sdk: accepts much that the servers refuse, and nests conditions as they do. */
export const polyglot: Witness = (text) => {
  const root = parsed(text)
  if (root === undefined) return undefined
  const tables = new Set<string>()
  const columns = new Set<string>()
  const open: unknown[] = [root]
  for (let node = open.pop(); open.length > 0 || node !== undefined; node = open.pop()) {
    if (!isNode(node)) continue
    for (const [key, value] of Object.entries(node)) {
      if (key === 'table' || key === 'extra_tables') for (const one of [value].flat()) addTable(one, tables)
      if (key === 'column' && isNode(value)) addColumn(value, columns)
      if (key === 'dot' && isNode(value) && isPath(value)) addColumn({ name: value.field }, columns)
      else if (typeof value === 'object') open.push(value)
    }
  }
  const kind = Object.keys(root)[0] ?? ''
  const insert = isNode(root.insert) ? root.insert : undefined
  const verb = insert?.is_replace === true ? 'replace' : verbs[kind]
  return verb === undefined ? undefined : { verb, tables, columns, logic: logicOf(root) }
}

/** `{ and: { left, right } }`, seen through parentheses. */
const junction = (node: unknown): Junction<unknown> | undefined => {
  if (!isNode(node)) return undefined
  if (isNode(node.paren)) return junction(node.paren.this)
  for (const op of ['and', 'or', 'xor']) {
    const body = node[op]
    if (isNode(body) && 'left' in body) return { op, operands: [body.left, body.right] }
  }
  return undefined
}

const logicOf = (root: Node): string => {
  const found: string[] = []
  const open: unknown[] = [root]
  for (let node = open.pop(); open.length > 0 || node !== undefined; node = open.pop()) {
    if (!isNode(node)) continue
    const outline = isNode(node.paren) ? undefined : outlineOf(node, junction)
    if (outline === undefined) open.push(...Object.values(node))
    else {
      found.push(outline.text)
      open.push(...outline.leaves)
    }
  }
  return found.sort().join(' ')
}

/** `database.table.column` is a field of a column to it. */
const isPath = ({ this: inner, field }: Node): boolean =>
  isNode(inner) && isNode(inner.column) && Object.keys(inner).length === 1 && nameOf(field) !== undefined

const addTable = (value: unknown, tables: Set<string>): void => {
  if (!isNode(value) || !isNode(value.name)) return
  const name = nameOf(value.name)
  const schema = nameOf(value.schema)
  if (name !== undefined) tables.add(schema === undefined ? name : `${schema}.${name}`)
}

const addColumn = (value: Node, columns: Set<string>): void => {
  const name = nameOf(value.name)
  if (name !== undefined && name !== '*') columns.add(name)
}

const parsed = (text: string): Node | undefined => {
  const result = parse(text, Dialect.MySQL)
  if (!result.success) return undefined
  const made: unknown = result.ast
  const [only, ...more] = Array.isArray(made) ? made : [made]
  return more.length === 0 && isNode(only) ? only : undefined
}
