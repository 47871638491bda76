import type { Analysis } from '@sluice/core/analysis/context'
import type { Statement } from '@sluice/core/statement/command'
import type { Prepared } from './names.ts'
import type { Session } from './session.ts'

/** What the names of one prepared statement may have led to so far; with more nothing about it is certain. */
const MAX_MEANT = 10_000

/** Stands for a prepared statement of which it is not certain what the database planned. */
export const HIDDEN: Statement = {
  kind: 'opaque',
  reason:
    'a name in it leads to something newer by now, which hides what it led to when it was prepared; prepare it again',
}

/** Where the names of a statement lead: schema and name. Functions of the system are named without a schema. */
export function meantBy({ facts }: Analysis): Set<string> {
  const meant = new Set(facts.tables.map(({ schema, name }) => `${schema}\0${name}`))
  for (const { name } of facts.functions) {
    const dot = name.lastIndexOf('.')
    meant.add(dot < 0 ? `pg_catalog\0${name}` : `${name.slice(0, dot)}\0${name.slice(dot + 1)}`)
  }
  return meant
}

/**
 * True where a name of a prepared statement leads elsewhere now than it once did, and what it led to is still there, hidden.
 * The database looks names up again when what a plan uses has changed, or the search path: a table that is made before
 * another on the same path is neither (PostgreSQL documentation, SQL Commands: PREPARE, "Notes"). INVARIANT
 * (no-unproven-column): then the plan may be the old one or a new one.
 */
export function isHidden(session: Session, prepared: Prepared, now: Analysis): boolean {
  if (prepared.lastRead === now) return false
  const { meant } = prepared
  const names = meantBy(now)
  const hidden =
    meant.size > MAX_MEANT || [...meant].some((old) => !names.has(old) && hides(session, names, old))
  for (const name of names) meant.add(name)
  if (!hidden) prepared.lastRead = now
  return hidden
}

function hides({ context, governance }: Session, names: ReadonlySet<string>, old: string): boolean {
  const [schema = '', name = ''] = old.split('\0')
  if (!context.searchPath.includes(schema) || ![...names].some((key) => key.endsWith(`\0${name}`)))
    return false
  const catalog = governance.catalog.current()
  if (catalog === undefined || schema === 'pg_catalog') return true
  return catalog.relation(schema, name) !== undefined || catalog.routines(schema, name).length > 0
}
