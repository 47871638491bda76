import type { Client } from 'pg'
import { ask } from './ask.ts'
import { columns, OPERATORS, type Printed, relations, routines, shapes, TYPES } from './queries.ts'
import { type Standing, standing, standingOf } from './read-standing.ts'
import type {
  ColumnFound,
  RelationFound,
  RoutineFound,
  Running,
  ShapeFound,
  Snapshot,
  TypeFound,
} from './rows.ts'
import { changedTypes, changedViews, type Stamp, TYPE_IDS } from './stamp.ts'

/** What a snapshot holds of the users' own objects. */
export type Users = Pick<Snapshot, 'relations' | 'columns' | 'routines' | 'operators' | 'types' | 'shapes'> &
  Standing

/** What there is to keep from: a snapshot since which nothing has changed that names of others hang on. */
type Before = {
  readonly users: Users
  readonly stamp: Stamp
  /** Ids of the relations that may have other columns since. */
  readonly changed: readonly number[]
}

/** How and when is read. */
type Now = { readonly version: number; readonly printed: Printed; readonly stamp: Stamp }

/**
 * Reads what has changed, and keeps the rest: rows that are as they were are the very same, so that what was made of
 * them can be used again.
 */
export const readChanged = async (client: Client, before: Before, now: Now): Promise<Users> => {
  const { users, stamp } = before
  const { version, printed } = now
  const sameCode = now.stamp.code === stamp.code
  // Generated columns are printed with the names of functions.
  const computed = sameCode ? [] : users.columns.filter((column) => column.computed)
  const changed = new Set([...before.changed, ...computed.map(({ relation }) => relation)])
  const partly = sameCode && printed === 'all'
  const parsed = sameCode ? users.routines.filter(({ body }) => body !== null) : []
  const [found, types, typeIds, fresh, bodies, ...moving] = await ask(client, [
    relations('users', printed, partly ? changedViews(stamp) : undefined),
    shapes(version, changedTypes(stamp, [...changed])),
    TYPE_IDS,
    columns('users', printed, [...changed]),
    routines(version, printed, idsOf(parsed)),
    // What a default is printed with are names of functions and of types.
    ...standing(printed, partly ? [...changed] : undefined, now.stamp.attached !== stamp.attached),
  ])
  const seen = found as readonly RelationFound[]
  const read = fresh as readonly ColumnFound[]
  const printedAnew = partly && hasViews(users) && renamed(users, seen, changed, read)
  return {
    relations: stay(
      users.relations,
      printedAnew
        ? await readRelations(client, printed)
        : partly
          ? withDefinitions(users.relations, seen)
          : seen,
    ),
    columns: columnsOf(users.columns, seen, changed, read),
    // A body that the server keeps parsed is printed anew: tables in it may have new names.
    ...(sameCode && textOf(bodies) === textOf(parsed)
      ? codeOf(users)
      : await readCode(client, version, printed)),
    shapes: shapesOf(users.shapes, typeIds as readonly Identified[], types as readonly ShapeFound[]),
    ...withDefaults(users, seen, partly ? changed : undefined, standingOf(moving, users.attached)),
  }
}

type Identified = { readonly id: number }

const idsOf = (rows: readonly Identified[]): readonly number[] => rows.map(({ id }) => id)

const hasViews = ({ relations }: Users): boolean => relations.some(({ definition }) => definition !== null)

/** Whether a name that a definition may have in it is another one: of a relation that there was, or of its columns. */
const renamed = (
  users: Users,
  now: readonly RelationFound[],
  changed: ReadonlySet<number>,
  fresh: readonly ColumnFound[],
): boolean => {
  const before = new Map(users.relations.map((row) => [row.id, row]))
  const still = new Set<number>()
  for (const { id, schema, name } of now) {
    const known = before.get(id)
    if (known === undefined) continue
    if (known.schema !== schema || known.name !== name) return true
    if (changed.has(id)) still.add(id)
  }
  const there = ({ relation }: ColumnFound): boolean => still.has(relation)
  return textOf(users.columns.filter(there)) !== textOf(fresh.filter(there))
}

/** Definitions that were not printed, since the views are as they were. */
const withDefinitions = (
  before: readonly RelationFound[],
  now: readonly RelationFound[],
): readonly RelationFound[] => {
  const known = new Map(before.map(({ id, definition }) => [id, definition]))
  return now.map((row) => ({ ...row, definition: row.definition ?? known.get(row.id) ?? null }))
}

const stay = <Row extends Identified | ColumnFound>(
  before: readonly Row[],
  now: readonly Row[],
): readonly Row[] => {
  const known = new Map(before.map((row) => [keyOf(row), row]))
  return now.map((row) => {
    const last = known.get(keyOf(row))
    return last !== undefined && textOf(last) === textOf(row) ? last : row
  })
}

const keyOf = (row: Identified | ColumnFound): number | string =>
  'id' in row ? row.id : `${row.relation}.${row.ordinal}`

/** All was read anew: rows that are as they were are the very same still. */
export const sameRows = (before: Users, now: Users): Users => ({
  ...now,
  relations: stay(before.relations, now.relations),
  columns: stay(before.columns, now.columns),
  shapes: stay(before.shapes, now.shapes),
  ...(textOf(codeOf(before)) === textOf(codeOf(now)) ? codeOf(before) : {}),
})

/** With the defaults of relations that are as they were, where the others' alone were read. */
const withDefaults = (
  before: Users,
  relations: readonly RelationFound[],
  changed: ReadonlySet<number> | undefined,
  now: Standing,
): Standing => {
  if (changed === undefined) return now
  const same = new Set(idsOf(relations))
  for (const id of changed) same.delete(id)
  const unchanged = before.defaults.filter(({ relation }) => same.has(relation))
  const defaults = [...unchanged, ...now.defaults]
  return { ...now, defaults: defaults.sort((a, b) => a.relation - b.relation || a.ordinal - b.ordinal) }
}

const columnsOf = (
  before: readonly ColumnFound[],
  relations: readonly RelationFound[],
  changed: ReadonlySet<number>,
  fresh: readonly ColumnFound[],
): readonly ColumnFound[] => {
  const same = new Set(idsOf(relations))
  for (const id of changed) same.delete(id)
  const unchanged = before.filter(({ relation }) => same.has(relation))
  return [...unchanged, ...fresh].sort((a, b) => a.relation - b.relation || a.ordinal - b.ordinal)
}

/** A type has changed where its row has, or the columns of the relation whose rows it describes. */
const shapesOf = (
  before: readonly ShapeFound[],
  ids: readonly Identified[],
  fresh: readonly ShapeFound[],
): readonly ShapeFound[] => {
  const same = new Set(idsOf(ids))
  for (const { id } of fresh) same.delete(id)
  return [...before.filter(({ id }) => same.has(id)), ...fresh].sort((a, b) => a.id - b.id)
}

/** What is made of functions. */
type Code = Pick<Users, 'routines' | 'operators' | 'types'>

const codeOf = ({ routines, operators, types }: Users): Code => ({ routines, operators, types })

const readCode = async (client: Client, version: number, printed: Printed): Promise<Code> => {
  const found = await ask(client, [routines(version, printed), OPERATORS, TYPES])
  return {
    routines: found[0] as readonly RoutineFound[],
    operators: found[1] as readonly Running[],
    types: found[2] as readonly TypeFound[],
  }
}

const readRelations = async (client: Client, printed: Printed): Promise<readonly RelationFound[]> => {
  const [found] = await ask(client, [relations('users', printed)])
  return found as readonly RelationFound[]
}

const textOf = (found: unknown): string => JSON.stringify(found)
