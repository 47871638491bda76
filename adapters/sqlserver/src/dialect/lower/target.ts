import type { FromItem, TableRef, With } from '@sluice/core/statement/query'
import type { Cursor } from './cursor.ts'

/** What is changed, the rest of the FROM, and whether the target stands in there. */
type Resolved = {
  readonly target: TableRef
  readonly from: readonly FromItem[]
  readonly targetInFrom?: boolean
}

/** The items of a FROM that are tables or queries, joins opened. */
const flat = (items: readonly FromItem[]): FromItem[] =>
  items.flatMap((item) => (item.kind === 'join' ? flat([item.left, item.right]) : [item]))

const isSame = (item: FromItem, { name }: TableRef): item is TableRef =>
  item.kind === 'table-ref' &&
  item.name.length === name.length &&
  item.name.every((part, index) => part === name[index])

/**
 * The item of FROM that the target is: the one of that alias, or else the one of that very name ("UPDATE", Arguments,
 * table_or_view_name): of several the one without an alias.
 */
const findInFrom = (c: Cursor, named: TableRef, items: readonly FromItem[]): FromItem | undefined => {
  const aliased = named.name.length === 1 ? items.filter((item) => item.alias === named.name[0]) : []
  const same = aliased.length > 0 ? aliased : items.filter((item) => isSame(item, named))
  const bareOnes = same.length > 1 ? same.filter((item) => item.alias === undefined) : same
  if (bareOnes.length > 1 || (same.length > 1 && bareOnes.length === 0)) c.fail('the target is ambiguous')
  return bareOnes[0]
}

const bare = (table: TableRef): TableRef => ({
  kind: 'table-ref',
  name: table.name,
  columnAliases: [],
  sample: [],
})

/**
 * The table that `UPDATE x` or `DELETE x` changes. `x` is an alias of the FROM, a table of the FROM, or a table by
 * itself; or a CTE, and then the one table that the CTE reads. What leads to none of these is not read.
 */
export const resolveTarget = (
  c: Cursor,
  named: TableRef,
  from: readonly FromItem[],
  ctes: With | undefined,
): Resolved => {
  const found = findInFrom(c, named, flat(from))
  // Whether `UPDATE t … FROM s.t` means one table or two hangs on what `t` leads to: then it is taken for two.
  if (found === undefined) return outsideFrom(c, named, from, ctes)
  if (found.kind !== 'table-ref') return c.fail('the target is no table')
  const base = baseOf(c, found, ctes)
  // Alone in its FROM it is named once: its columns need no telling apart.
  if (base === found && from.length === 1 && from[0] === found) return { target: found, from: [] }
  return { target: bare(base), from, targetInFrom: true }
}

const cteNamed = (ctes: With | undefined, name: string) => ctes?.ctes.find((cte) => cte.name === name)

/** The table behind a name that may be a CTE's. */
const baseOf = (c: Cursor, table: TableRef, ctes: With | undefined): TableRef => {
  const cte = table.name.length === 1 ? cteNamed(ctes, table.name[0] ?? '') : undefined
  if (cte === undefined) return table
  const { query } = cte
  const [source, ...more] = query.kind === 'select' ? query.from : []
  if (source?.kind !== 'table-ref' || more.length > 0)
    return c.fail('the target is a query of several tables')
  // One that leads on to another CTE, itself included, is rare.
  if (source.name.length === 1 && cteNamed(ctes, source.name[0] ?? '') !== undefined)
    return c.fail('the target is a query of a query')
  return source
}

const outsideFrom = (
  c: Cursor,
  named: TableRef,
  from: readonly FromItem[],
  ctes: With | undefined,
): Resolved => {
  const base = baseOf(c, named, ctes)
  if (base === named) return { target: named, from }
  // The columns of the CTE are what the rest of the statement names.
  return { target: bare(base), from: [...from, named], targetInFrom: true }
}
