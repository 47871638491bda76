import type { Expression } from '../../statement/expression.ts'
import type { Name } from '../../statement/node.ts'
import type { FromItem, Query, TableRef } from '../../statement/query.ts'

/** What a table, as FROM names it, is to the condition that is looked at. */
type Seen = {
  readonly alias: string
  /** The table's own name, by which two of the same table are told; undefined for what is no stored table. */
  readonly table: string | undefined
  /** Undefined: its columns are not known. */
  readonly columns: ReadonlySet<string> | undefined
  /** True for a table whose rows are to be restricted. */
  readonly target: boolean
}

/** The tables that a condition can name, the innermost query's first. */
export type Sight = { readonly seen: readonly Seen[]; readonly outer: Sight | undefined }

/** A column that a condition uses: `key` is equal for the same column of the same table, however often it is named. */
type Used = { readonly key: string; readonly target: boolean }

/** The columns of a stored table; undefined where the catalog does not have it. */
export type Columns = (table: Name) => ReadonlySet<string> | undefined

/** Counts what is looked at; throws where that is too much. */
export type Spend = (amount: number) => void

/** Whether a FROM item is one of those whose rows are to be restricted. */
export type IsTarget = (item: Exclude<FromItem, { kind: 'join' }>) => boolean

/** What FROM items bring into sight. */
export const look = (
  items: readonly FromItem[],
  outer: Sight | undefined,
  columns: Columns,
  isTarget: IsTarget,
): Sight => ({ seen: items.flatMap((item) => seenIn(item, columns, isTarget)), outer })

const seenIn = (node: FromItem, columns: Columns, isTarget: IsTarget): readonly Seen[] => {
  if (node.kind === 'join') {
    const inside = [...seenIn(node.left, columns, isTarget), ...seenIn(node.right, columns, isTarget)]
    if (node.alias === undefined) return inside
    return [{ alias: node.alias, table: undefined, columns: undefined, target: inside.some((s) => s.target) }]
  }
  const target = isTarget(node)
  if (node.kind === 'table-ref') return [seenTable(node, columns, target)]
  const named = node.columnAliases.length > 0 ? new Set(node.columnAliases) : undefined
  const width = node.kind === 'derived' ? widthOf(node.query) : 1
  const all = width === node.columnAliases.length ? named : undefined
  return [{ alias: node.alias ?? '', table: undefined, columns: all, target }]
}

const seenTable = ({ name, alias, columnAliases }: TableRef, columns: Columns, target: boolean): Seen => {
  const table = name.at(-1) ?? ''
  const known = columnAliases.length > 0 ? undefined : columns(name)
  return { alias: alias ?? table, table, columns: known, target }
}

const widthOf = (node: Query): number | undefined => {
  if (node.kind === 'values') return node.rows[0]?.length
  if (node.kind === 'set-operation') return widthOf(node.left)
  return node.targets.some(({ expression }) => expression.kind === 'star') ? undefined : node.targets.length
}

/** Where a column comes from. INVARIANT (deny-by-default): one that may be of several tables is of no target. */
const resolve = (name: Name, sight: Sight): Used => {
  const column = name.at(-1) ?? ''
  const qualifier = name.at(-2)
  for (let at: Sight | undefined = sight; at; at = at.outer) {
    const found = qualifier === undefined ? bare(column, at) : qualified(qualifier, at)
    if (found === 'unclear') break
    if (found) return { key: `${found.table ?? `(${found.alias})`}\u0000${column}`, target: found.target }
  }
  return { key: name.join('\u0000'), target: false }
}

const qualified = (qualifier: string, { seen }: Sight): Seen | undefined =>
  seen.find(({ alias }) => alias === qualifier)

const bare = (column: string, { seen, outer }: Sight): Seen | 'unclear' | undefined => {
  const having = seen.find(({ columns }) => columns?.has(column))
  if (having) return having
  const [unknown, ...others] = seen.filter(({ columns }) => columns === undefined)
  if (!unknown) return undefined
  // With nothing else in sight it can be of no other table.
  return others.length === 0 && (outer === undefined || !unknown.target) ? unknown : 'unclear'
}

/** The columns in an expression, those of its subqueries left out. `spend` is told of each node, and of each entry of a list. */
export const usedIn = (node: Expression, sight: Sight, spend: Spend): readonly Used[] => {
  const found: Used[] = []
  const open: unknown[] = [node]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    spend(1)
    if (Array.isArray(value)) {
      spend(value.length)
      open.push(...(value as unknown[]))
      continue
    }
    const { kind } = value as { kind?: unknown }
    if (kind === 'select' || kind === 'set-operation' || kind === 'values') continue
    if (kind === 'column-ref') found.push(resolve((value as { name: Name }).name, sight))
    else open.push(...Object.values(value))
  }
  return found
}
