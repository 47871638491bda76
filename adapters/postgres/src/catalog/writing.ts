import type { Catalog, KeyAction, RowChange, Speech, Writing } from '@sluice/core/catalog/catalog'
import { rememberedOf } from '@sluice/gateway/catalog/remembering'
import { FIRST_USER_OID } from './queries.ts'
import type { RoutineFound, Snapshot } from './rows.ts'

/** What the database does by itself when somebody writes, as far as errors tell of it. */
export const writingOf = (catalog: Catalog, found: Snapshot): Writing => {
  const speech: Speech = found.routines.every(isTraced) ? 'traced' : 'anything'
  const isOwn = isOwnIn(found)
  const planned = plannedTables(catalog, found, speech, isOwn)
  const running = new Map(planned)
  // A rule's word stands, whatever triggers its table has.
  for (const { relation, routine } of found.triggers)
    if (isOwn(routine) && !running.has(relation)) running.set(relation, speech)
  return {
    running,
    planned: new Set(planned.keys()),
    speech,
    keys: keysOf(found),
    codes: new Set(found.routines.flatMap(codesIn)),
  }
}

/**
 * Languages whose errors and notices all have a CONTEXT (pl_exec.c, `plpgsql_exec_error_callback`; functions.c,
 * `sql_exec_error_callback`). What C code says, its author wrote, and an administrator brought it here.
 */
const isTraced = ({ language, extension }: RoutineFound): boolean =>
  language === 'plpgsql' || language === 'sql' || isC(language, extension)

const isC = (language: string, extension: string | null): boolean =>
  language === 'internal' || (language === 'c' && extension !== null)

type IsOwn = (routine: number) => boolean

const isOwnIn = ({ routines }: Snapshot): IsOwn => {
  const byId = new Map(routines.map((routine) => [routine.id, routine]))
  return (id) => {
    const routine = byId.get(id)
    return routine !== undefined && !isC(routine.language, routine.extension)
  }
}

/** Tables that run code of the users' own beside their triggers, which no planner runs. */
const plannedTables = (
  catalog: Catalog,
  found: Snapshot,
  speech: Speech,
  isOwn: IsOwn,
): ReadonlyMap<number, Speech> => {
  const running = new Map<number, Speech>()
  const types = catalog.running ?? new Map<string, unknown>()
  for (const { relation, type, computed } of found.columns)
    if ((computed && relation >= FIRST_USER_OID) || types.has(type)) running.set(relation, speech)
  for (const { relation } of found.defaults) running.set(relation, speech)
  for (const { relation, routines: called } of found.checks)
    if (called.some(isOwn)) running.set(relation, speech)
  // What a rule runs is a statement like any other, of which nothing is added.
  for (const { relation } of found.rules) running.set(relation, 'anything')
  return running
}

const keysOf = ({ references }: Snapshot): ReadonlyMap<number, readonly KeyAction[]> => {
  const keys = new Map<number, KeyAction[]>()
  for (const { relation, target, updates, deletes } of references) {
    const on = new Set<RowChange>(['truncate'])
    if (updates) on.add('update')
    if (deletes) on.add('delete')
    const known = keys.get(target)
    if (known) known.push({ relation, on })
    else keys.set(target, [{ relation, on }])
  }
  return keys
}

/** Texts in a body that can be an SQLSTATE, and are no value of a row. */
const codesIn = rememberedOf(({ definition, body, source }: RoutineFound): readonly string[] =>
  Array.from(`${definition ?? ''}${body ?? ''}${source}`.matchAll(CODE), ([, code = '']) => code),
)

const CODE = /['"]([0-9A-Z]{5})['"]/g
