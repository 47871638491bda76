import type { Catalog, KeyAction, RowChange, Speech, Writing } from '@sluice/core/catalog/catalog'
import { rememberedOf } from '@sluice/gateway/catalog/remembering'
import { FIRST_USER_OID } from './queries.ts'
import type { ColumnFound, RoutineFound, Snapshot } from './rows.ts'
import { TypesWithin } from './types-within.ts'

/** What the database does by itself when somebody writes, as far as errors tell of it. */
export const writingOf = (catalog: Catalog, found: Snapshot): Writing => {
  const speech: Speech = found.routines.every(isTraced) ? 'traced' : 'anything'
  const isOwn = isOwnIn(found)
  const planned = plannedTables(catalog, found, speech, isOwn)
  const running = new Map(planned)
  for (const { relation, routine } of found.triggers) if (isOwn(routine)) say(running, relation, speech)
  return {
    running,
    planned: new Set(planned.keys()),
    speech,
    unknown: speech,
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

/** What `anything` is said of stays so: it is the worst, and a rule's word, whatever else its table has. */
const say = (running: Map<number, Speech>, relation: number, speech: Speech): void => {
  if (running.get(relation) !== 'anything') running.set(relation, speech)
}

/** What a default or a generated column runs. */
type Runs = Pick<ColumnFound, 'routines' | 'types'>

type Own = {
  /** Whether it runs code of the users' own, its own calls and those of its types' checks. */
  readonly inRuns: (runs: Runs) => boolean
  /** The same of making a value of a type, by the name that columns give it. */
  readonly inType: (type: string) => boolean
}

const ownIn = (found: Snapshot, isOwn: IsOwn): Own => {
  const checked = new TypesWithin(found).around(
    found.types.flatMap(({ id, parts }) => (parts.some(isOwn) ? [id] : [])),
  )
  const byName = new Map(found.shapes.map(({ id, name }) => [name, checked.has(id)]))
  return {
    inRuns: ({ routines, types }) =>
      routines === null || types === null || routines.some(isOwn) || types.some((id) => checked.has(id)),
    inType: (type) => byName.get(type) ?? true,
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
  const own = ownIn(found, isOwn)
  // What functions of the server's run, a statement in a text, has a context.
  const speechOf = (isOwned: boolean): Speech => (isOwned ? speech : 'traced')
  for (const column of found.columns) {
    const { relation, type, computed } = column
    if (types.has(type)) say(running, relation, speechOf(own.inType(type)))
    if (computed && relation >= FIRST_USER_OID) say(running, relation, speechOf(own.inRuns(column)))
  }
  for (const one of found.defaults) say(running, one.relation, speechOf(own.inRuns(one)))
  for (const { relation, routines: called } of found.checks)
    if (called.some(isOwn)) say(running, relation, speech)
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
