import { hash } from 'node:crypto'
import type { Client } from 'pg'
import { ask, inSnapshot } from './ask.ts'
import { ABOUT, columns, OPERATORS, type Printed, relations, routines, shapes, TYPES } from './queries.ts'
import { readChanged, sameRows, type Users } from './read-changed.ts'
import { standing, standingOf } from './read-standing.ts'
import type {
  ColumnFound,
  RelationFound,
  RoutineFound,
  Running,
  ShapeFound,
  Snapshot,
  TypeFound,
} from './rows.ts'
import { changedRelations, STAMP, type Stamp } from './stamp.ts'
import { readDefinitionsOf } from './written.ts'

/** SQLSTATE of a wait for a lock that was given up. */
const LOCK_NOT_AVAILABLE = '55P03'

/** What came with the server: thousands of columns, which need not be read again at every change of the users'. */
export type SystemPart = {
  readonly relations: readonly RelationFound[]
  readonly columns: readonly ColumnFound[]
  readonly hash: string
}

/** Reads the relations that came with the server. */
export const readSystemPart = (client: Client): Promise<SystemPart> =>
  inSnapshot(client, [relations('system', 'all'), columns('system', 'all')], (rows) => {
    const found = { relations: rows[0] as RelationFound[], columns: rows[1] as ColumnFound[] }
    return Promise.resolve({ ...found, hash: hashOf(found) })
  })

/**
 * Reads a snapshot, or returns `base` where the rows that it was read from are the same still; of `base` is kept what
 * did not change since. Definitions over tables that another session has locked are left out, and so prove nothing
 * until the next reading: that session's own next statement may be waiting for the catalog, and would never let go.
 * `blessed` are the signatures of functions whose definitions are wanted.
 */
export const readSnapshot = async (
  client: Client,
  system: SystemPart,
  base?: Snapshot,
  blessed: readonly string[] = [],
): Promise<Snapshot> => {
  try {
    return await snapshot(client, system, 'all', base, blessed)
  } catch (error) {
    // Locked between the look at the locks and the printing.
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error
    return await snapshot(client, system, 'unlocked', base, blessed)
  }
}

type About = {
  readonly version: number
  readonly database: string
  readonly identity: string
  readonly encoding: string
  readonly locked: boolean
  readonly definitionsRun: boolean
}
type Seen = Pick<Stamp, 'names' | 'code' | 'attached' | 'horizon'> & {
  readonly tables: string
  readonly schemas: string
}

const snapshot = (
  client: Client,
  system: SystemPart,
  wanted: Printed,
  base: Snapshot | undefined,
  signatures: readonly string[],
): Promise<Snapshot> => {
  const changes = base?.stamp === undefined ? [] : [changedRelations(base.stamp)]
  return inSnapshot(client, [ABOUT, STAMP, ...changes], async ([abouts, stamps, changed]) => {
    const [about] = abouts as readonly About[]
    const [seen] = stamps as readonly Seen[]
    if (!about || !seen) throw new Error('the database did not say which version it is')
    const { version, database, identity, encoding, locked, definitionsRun } = about
    const printed = locked ? 'unlocked' : wanted
    const stamp = stampOf(`${system.hash} ${database} ${version}`, seen)
    if (printed === 'all' && stamp.all === base?.stamp?.all) return base
    const kept = stamp.names === base?.stamp?.names ? base : undefined
    const ids = ((changed ?? []) as readonly { id: number }[]).map(({ id }) => id)
    const users = kept?.stamp
      ? await readChanged(
          client,
          { users: usersOf(kept, system), stamp: kept.stamp, changed: ids },
          { version, printed, stamp },
        )
      : await readAnew(client, version, printed, base && usersOf(base, system))
    const blessed = await readDefinitionsOf(client, printed, signatures)
    return {
      database,
      version,
      identity,
      schemas: seen.schemas,
      encoding,
      definitionsRun,
      ...users,
      blessed,
      relations: [...system.relations, ...users.relations],
      columns: [...system.columns, ...users.columns],
      hash: hashOf([system.hash, database, version, identity, seen.schemas, definitionsRun, users, blessed]),
      stamp: printed === 'all' ? stamp : undefined,
    }
  })
}

const stampOf = (system: string, { names, code, tables, attached, schemas, horizon }: Seen): Stamp => ({
  names: `${system} ${names}`,
  code,
  attached,
  all: `${system} ${names} ${code} ${tables} ${attached} ${schemas}`,
  horizon,
})

const usersOf = (found: Snapshot, system: SystemPart): Users => ({
  ...found,
  relations: found.relations.slice(system.relations.length),
  columns: found.columns.slice(system.columns.length),
})

const readAnew = async (
  client: Client,
  version: number,
  printed: Printed,
  before: Users | undefined,
): Promise<Users> => {
  const now = await readAll(client, version, printed)
  return before ? sameRows(before, now) : now
}

const readAll = async (client: Client, version: number, printed: Printed): Promise<Users> => {
  const found = await ask(client, [
    relations('users', printed),
    columns('users', printed),
    routines(version, printed),
    OPERATORS,
    TYPES,
    shapes(version),
    ...standing(printed),
  ])
  return {
    relations: found[0] as readonly RelationFound[],
    columns: found[1] as readonly ColumnFound[],
    routines: found[2] as readonly RoutineFound[],
    operators: found[3] as readonly Running[],
    types: found[4] as readonly TypeFound[],
    shapes: found[5] as readonly ShapeFound[],
    ...standingOf(found.slice(6)),
  }
}

const hashOf = (found: unknown): string => hash('sha256', JSON.stringify(found), 'hex')
