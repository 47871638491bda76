import type { Statement } from '@sluice/core/statement/command'
import type { With } from '@sluice/core/statement/query'
import { type AnyNode, tablesIn, visit } from '@sluice/core/statement/walk'
import { Unreadable } from '@sluice/reading/unreadable'
import { foldName } from '../names.ts'

/** A query of WITH, its place in the list, and the statement or query that has the list. */
type Named = { readonly name: string; readonly place: number; readonly list: With; readonly owner: AnyNode }

/**
 * Refuses names of WITH that the servers look up differently. MariaDB finds them in any case, and an outer one before one of
 * the same name inside; with RECURSIVE it finds those behind as well, where MySQL finds a table. MySQL finds those of a
 * query in parentheses in what is united with it. INVARIANT (no-unproven-column). Throws Unreadable.
 */
export const checkWithNames = (root: Statement): void => {
  const all = namesOf(root)
  if (all.length === 0) return
  const folded = all.map(({ name }) => foldName(name))
  if (new Set(folded).size < all.length) throw new Unreadable('two queries of WITH have one name')
  for (const named of all) checkReferences(root, named)
}

const namesOf = (root: AnyNode): readonly Named[] => {
  const found: Named[] = []
  visit(root, (node) => {
    const list = 'with' in node ? node.with : undefined
    if (list?.kind !== 'with') return
    list.ctes.forEach(({ name }, place) => found.push({ name, place, list, owner: node }))
  })
  return found
}

const checkReferences = (root: AnyNode, { name, place, list, owner }: Named): void => {
  const folded = foldName(name)
  const referring = (under: AnyNode): ReadonlySet<AnyNode> =>
    new Set(tablesIn(under).filter((table) => table.name.length === 1 && foldName(table.name[0]!) === folded))
  const within = referring(owner)
  for (const table of referring(root)) if (!within.has(table)) throw ambiguous()
  const before = list.ctes.slice(0, place).flatMap(({ query }) => [...referring(query)])
  if (list.recursive && before.length > 0) throw ambiguous()
  // What stands before, or in the query itself, means a table of the name.
  const own = list.recursive ? [] : [...referring(list.ctes[place]!.query)]
  const tables = new Set([...before, ...own])
  for (const table of within)
    if (!tables.has(table) && table.kind === 'table-ref' && table.name[0] !== name) throw ambiguous()
}

const ambiguous = (): Unreadable =>
  new Unreadable('a name means a query of WITH to some servers and a table to others')
