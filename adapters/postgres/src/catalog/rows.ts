import { hash } from 'node:crypto'
import type { Client } from 'pg'
import {
  ABOUT,
  columns,
  OPERATORS,
  type Printed,
  relations,
  routines,
  STAMP,
  shapes,
  TYPES,
} from './queries.ts'

/** A table, view or sequence as pg_class has it. `definition` is a user's view's query. */
export type RelationFound = {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f' | 'S'
  readonly system: boolean
  readonly definition: string | null
}

/** A column as pg_attribute has it. `expression` is a generated column's. */
export type ColumnFound = {
  readonly relation: number
  readonly name: string
  readonly ordinal: number
  readonly type: string
  readonly comment: string | null
  readonly expression: string | null
  readonly computed: boolean
}

/** A user's function as pg_proc has it. */
export type RoutineFound = {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly language: string
  readonly trusted: boolean
  readonly volatility: 'i' | 's' | 'v'
  readonly kind: 'f' | 'p' | 'a' | 'w'
  readonly extension: string | null
  readonly source: string
  readonly body: string | null
  readonly parts: readonly number[]
  /** Parts that are the system's own: `name volatility`. */
  readonly system: readonly string[]
}

/** An operator or a type, and the functions that using it runs. */
export type Running = {
  readonly schema: string
  readonly name: string
  readonly parts: readonly number[]
  /** Functions of the system among them: `name volatility`. */
  readonly system: readonly string[]
  /** For a domain: its checks, as the server prints them. */
  readonly calls?: string | null
}

/** A user's type as pg_type has it; what its kind does not have is null. */
export type ShapeFound = {
  readonly id: number
  readonly name: string
  readonly kind: 'base' | 'array' | 'enum' | 'domain' | 'composite' | 'range' | 'multirange'
  readonly extension: string | null
  readonly element: number | null
  readonly delimiter: string | null
  readonly base: number | null
  readonly required: boolean
  readonly labels: readonly string[] | null
  readonly fields: readonly number[] | null
  readonly subtype: number | null
  readonly range: number | null
}

/** Everything read of one database at one moment. */
export type Snapshot = {
  readonly database: string
  readonly relations: readonly RelationFound[]
  readonly columns: readonly ColumnFound[]
  readonly routines: readonly RoutineFound[]
  readonly operators: readonly Running[]
  readonly types: readonly Running[]
  readonly shapes: readonly ShapeFound[]
  /** SHA-256 over all of the above: two snapshots with equal hashes are equal. */
  readonly hash: string
  /** The versions of the rows it was read from; undefined where locks kept something from being read. */
  readonly stamp: string | undefined
}

/** The most rows that one query of a snapshot may return. A database with more of them is refused. */
export const MAX_ROWS = 2_000_000

/** The database holds more objects than the gateway keeps in mind. Fault: upstream. */
export class CatalogTooLarge extends Error {
  override readonly name = 'CatalogTooLarge'
}

/** How long printing definitions may wait for another session's lock on a table in them. */
const LOCK_TIMEOUT_MS = 100

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
  inSnapshot(client, async () => {
    const found = {
      relations: await all<RelationFound>(client, relations('system', 'all')),
      columns: await all<ColumnFound>(client, columns('system', 'all')),
    }
    return { ...found, hash: hashOf(found) }
  })

/**
 * Reads a snapshot, or returns `last` where the rows that it was read from are the same still. Definitions over tables
 * that another session has locked are left out, and so prove nothing until the next reading: that session's own next
 * statement may be waiting for the catalog, and would never let go.
 */
export const readSnapshot = async (
  client: Client,
  system: SystemPart,
  last?: Snapshot,
): Promise<Snapshot> => {
  try {
    return await snapshot(client, system, 'all', last)
  } catch (error) {
    // Locked between the look at the locks and the printing.
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error
    return await snapshot(client, system, 'unlocked', last)
  }
}

const snapshot = (
  client: Client,
  system: SystemPart,
  wanted: Printed,
  last: Snapshot | undefined,
): Promise<Snapshot> =>
  inSnapshot(client, async () => {
    const [about] = await all<{ version: number; database: string; locked: boolean }>(client, ABOUT)
    const [seen] = await all<{ stamp: string }>(client, STAMP)
    if (!about || !seen) throw new Error('the database did not say which version it is')
    const printed = about.locked ? 'unlocked' : wanted
    const stamp = printed === 'all' ? `${system.hash} ${about.database} ${seen.stamp}` : undefined
    if (stamp !== undefined && stamp === last?.stamp) return last
    const users = {
      database: about.database,
      relations: await all<RelationFound>(client, relations('users', printed)),
      columns: await all<ColumnFound>(client, columns('users', printed)),
      routines: await all<RoutineFound>(client, routines(about.version, printed)),
      operators: await all<Running>(client, OPERATORS),
      types: await all<Running>(client, TYPES),
      shapes: await all<ShapeFound>(client, shapes(about.version)),
    }
    return {
      ...users,
      relations: [...system.relations, ...users.relations],
      columns: [...system.columns, ...users.columns],
      hash: hashOf([system.hash, users]),
      stamp,
    }
  })

/** Reads in one transaction that sees one state. Leaves the connection as it was. */
const inSnapshot = async <Found>(client: Client, read: () => Promise<Found>): Promise<Found> => {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    // With an empty path every name in a definition is printed with its schema. Compiling takes longer than reading.
    await client.query(
      `SET LOCAL search_path = ''; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL jit = off`,
    )
    return await read()
  } finally {
    await client.query('ROLLBACK')
  }
}

const hashOf = (found: unknown): string => hash('sha256', JSON.stringify(found), 'hex')

const all = async <Row>(client: Client, sql: string): Promise<readonly Row[]> => {
  const { rows } = await client.query(`${sql} LIMIT ${MAX_ROWS + 1}`)
  if (rows.length > MAX_ROWS)
    throw new CatalogTooLarge(`the database has more than ${MAX_ROWS} objects of a kind`)
  return rows as Row[]
}
