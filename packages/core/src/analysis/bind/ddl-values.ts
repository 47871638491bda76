import type { Ddl, Leaving } from '../../statement/command.ts'
import type { Name } from '../../statement/node.ts'
import { type Feed, NOTHING } from '../feed.ts'
import type { Item, Scope } from '../scope.ts'
import { columnAt, newPlace } from './assignment.ts'
import type { Binder } from './binder.ts'
import { fromElsewhere, madeTable, namesIn } from './made-table.ts'
import { type FoundTable, findTable } from './names.ts'

/** What a definition computes for columns, which may be there for rows that are there, and may stop being computed. */
export const bindAssignments = (b: Binder, node: Ddl, scope: Scope, defined?: Item): void => {
  const { names, assignments = [] } = node
  const [name] = names
  // A cast has four names, and none of a table.
  if (name === undefined || assignments.length === 0) return
  const found = findTable(b, name)
  const made = node.verb === 'create' ? madeTable(b, node, name) : undefined
  const table = made ? { ...found, relation: undefined } : found
  for (const assignment of assignments) {
    b.findings.seen.add(assignment)
    const value = b.expression(assignment.value, scope)
    const feed = defined ? computedIn(b, value, defined) : value
    const from = namesIn(assignment.value, table.relation).map((column) => newPlace(table, column))
    for (const column of assignment.columns) {
      const place = made
        ? { schema: made.schema, table: made.name, column, made: true }
        : newPlace(table, column)
      b.findings.flow(feed, columnAt(table, column), place, from)
    }
  }
}

/** Whether it fails, and whether it fits, will tell what comes into the columns that it is computed of. */
const computedIn = (b: Binder, value: Feed, defined: Item): Feed => {
  b.findings.shows(value)
  b.findings.stores(value)
  return fromElsewhere(value, defined)
}

/** A column that the catalog does not have is known by its name alone. */
export const bindNewName = (b: Binder, name: Name, [from, to]: readonly [from: string, to: string]): void => {
  const table = findTable(b, name)
  if (columnAt(table, from)) return
  b.findings.relabelled(NOTHING, newPlace(table, to), undefined, [newPlace(table, from)])
}

/**
 * Rows of a part came by its parent, and stay in it. What else they may have come to by its parent the labels say at that
 * moment; of a part that the catalog does not know as one nothing does.
 */
export const bindLeaving = (b: Binder, { part, parent }: Leaving): void => {
  const [own, whole] = [findTable(b, part), findTable(b, parent)]
  bring(b, whole, own)
  if (whole.relation === undefined || own.relation?.parents?.includes(whole.relation.id) !== true)
    bring(b, own, whole)
}

/** The columns of one table are those of the other, by their names. */
const bring = (b: Binder, from: FoundTable, to: FoundTable): void => {
  for (const { name } of (from.relation ?? to.relation)?.columns ?? []) {
    const source = columnAt(from, name)
    const target = columnAt(to, name)
    const place = newPlace(to, name)
    if (source) b.findings.relabelled({ ...NOTHING, sources: [source], direct: true }, place, target)
    else b.findings.flow(NOTHING, target, place, [newPlace(from, name)])
  }
}
