import { isDeepStrictEqual } from 'node:util'
import type { Analysis } from '@sluice/core/analysis/context'
import type { Statement } from '@sluice/core/statement/command'
import type { Prepared } from './names.ts'
import type { Session } from './session.ts'

/** Where the names of a prepared statement led when it was read, and the search path then; undefined: it is not certain. */
export type NamesRead = { readonly path: readonly string[] | undefined; readonly names: ReadonlySet<string> }

/** Readings of a prepared statement that are remembered; with more nothing about it is certain. */
const MAX_READINGS = 100

/** Stands for a prepared statement of which it is not certain what the database planned. */
export const HIDDEN: Statement = {
  kind: 'opaque',
  reason:
    'a name in it leads to something newer by now, which hides what it led to when it was prepared; prepare it again',
}

/**
 * True where a name of a prepared statement leads elsewhere now than it once did under this search path, and what it led to is
 * still there, hidden. The database looks names up again when what a plan uses has changed, or the search path: a table that
 * is made before another on the same path is neither (PostgreSQL documentation, SQL Commands: PREPARE, "Notes"). INVARIANT
 * (no-unproven-column): then the plan may be the old one or a new one.
 */
export function isHidden(session: Session, prepared: Prepared, now: Analysis): boolean {
  if (prepared.analysis === now || prepared.lastRead === now) return false
  const path = pathOf(session)
  const names = namesOf(now)
  const readings = (prepared.readings ??= [{ path: prepared.path, names: namesOf(prepared.analysis) }])
  const alike = readings.filter((one) => one.path === undefined || isDeepStrictEqual(one.path, path))
  const hidden = readings.length > MAX_READINGS || alike.some((one) => hides(session, one.names, names))
  if (readings.length <= MAX_READINGS && !alike.some((one) => isDeepStrictEqual(one.names, names)))
    readings.push({ path, names })
  if (!hidden) prepared.lastRead = now
  return hidden
}

const TEMPORARY = /^pg_temp/

/** Where names are looked up. The schema of temporary tables comes into it unasked, with the first of them. */
export function pathOf({ context }: Session): readonly string[] {
  return context.searchPath.filter((schema) => !TEMPORARY.test(schema))
}

function namesOf({ facts }: Analysis): ReadonlySet<string> {
  return new Set(facts.tables.map(({ schema, name }) => `${schema}\0${name}`))
}

/** Whether something that the names led to then may be hidden by what they lead to now. */
function hides(session: Session, then: ReadonlySet<string>, now: ReadonlySet<string>): boolean {
  const newer = [...now].filter((key) => !then.has(key))
  return newer.length > 0 && [...then].some((old) => isHiddenBy(session, newer, old))
}

function isHiddenBy({ context, governance }: Session, newer: readonly string[], old: string): boolean {
  const [schema = '', name = ''] = old.split('\0')
  if (!context.searchPath.includes(schema) || !newer.some((key) => key.endsWith(`\0${name}`))) return false
  const catalog = governance.catalog.current()
  return catalog === undefined || schema === 'pg_catalog' || catalog.relation(schema, name) !== undefined
}
