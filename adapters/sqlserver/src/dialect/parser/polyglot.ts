import { Dialect, parse } from '@polyglot-sql/sdk'
import { type Sets, tableKey } from './sets.ts'

type Json = { readonly [key: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

const nameOf = (value: unknown): string | undefined =>
  isObject(value) && typeof value.name === 'string' ? value.name : undefined

const queries: ReadonlySet<string> = new Set(['select', 'union', 'intersect', 'except', 'values', 'subquery'])
const changes: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge'])

class Collector {
  readonly tables = new Set<string>()
  readonly columns = new Set<string>()
  readonly others = new Set<string>()
  readonly #ctes = new Set<string>()

  /** Without recursion, so that no tree is too deep. */
  collect(root: unknown): void {
    const open: unknown[] = [root]
    while (open.length > 0) {
      const value = open.pop()
      if (Array.isArray(value)) for (const item of value as unknown[]) open.push(item)
      else if (isObject(value))
        for (const [key, inner] of Object.entries(value)) {
          this.#entry(key, inner)
          open.push(inner)
        }
    }
    for (const cte of this.#ctes) this.tables.delete(cte)
  }

  #entry(key: string, value: unknown): void {
    if (!isObject(value)) return
    const name = nameOf(value.name)
    if (key === 'table' && name !== undefined)
      this.tables.add(tableKey([nameOf(value.catalog), nameOf(value.schema), name]))
    else if (key === 'column' && name !== undefined) this.columns.add(name.toLowerCase())
    else if (key === 'with' && Array.isArray(value.ctes))
      for (const cte of value.ctes as unknown[]) this.#cte(cte)
    const own =
      typeof value.name === 'string' ? value.name : typeof value.this === 'string' ? value.this : undefined
    if (own !== undefined) this.others.add(own.toLowerCase())
  }

  #cte(cte: unknown): void {
    const name = isObject(cte) ? nameOf(cte.alias) : undefined
    if (name !== undefined) this.#ctes.add(name.toLowerCase())
  }
}

/** The kind of write that a root is; undefined for a query, empty for what is neither. */
const writing = (kind: string): string | undefined => {
  if (queries.has(kind)) return undefined
  return changes.has(kind) ? kind : ''
}

/**
 * What @polyglot-sql/sdk reads; undefined where it refuses, or finds another number of statements than one, or another
 * kind of statement. `writes` is the kind of write, absent for a query.
 */
export const setsOfPolyglot = (text: string, writes: string | undefined): Sets | undefined => {
  const parsed = parse(text, Dialect.TSQL)
  if (!parsed.success || !Array.isArray(parsed.ast) || parsed.ast.length !== 1) return undefined
  const [root] = parsed.ast as unknown[]
  const kind = isObject(root) ? Object.keys(root)[0] : undefined
  // Unknown statements come out as `alias`, `column`, `command` or `raw`.
  if (kind === undefined || writing(kind) !== writes) return undefined
  const collector = new Collector()
  collector.collect(parsed.ast)
  return collector
}
