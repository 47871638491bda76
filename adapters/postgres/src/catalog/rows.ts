import { hash } from 'node:crypto'
import type { Client } from 'pg'
import { ABOUT, columns, OPERATORS, type Printed, relations, routines, shapes, TYPES } from './queries.ts'
import { changedRelations, changedTypes, STAMP, type Stamp, TYPE_IDS } from './stamp.ts'

/** A table, view or sequence as pg_class has it. `definition` is a user's view's query. */
export type RelationFound = {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f' | 'S'
  readonly system: boolean
  readonly definition: string | null
  /** What it is a part of or inherits from. */
  readonly parents: readonly number[]
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
  /** The CREATE FUNCTION or CREATE PROCEDURE of one in PL/pgSQL. */
  readonly definition: string | null
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
  /** The cluster's identifier and the database's id: a copy that was dumped and restored has others. */
  readonly identity: string
  readonly relations: readonly RelationFound[]
  readonly columns: readonly ColumnFound[]
  readonly routines: readonly RoutineFound[]
  readonly operators: readonly Running[]
  readonly types: readonly Running[]
  readonly shapes: readonly ShapeFound[]
  /** SHA-256 over all of the above: two snapshots with equal hashes are equal. */
  readonly hash: string
  /** The versions of the rows it was read from; undefined where locks kept something from being read. */
  readonly stamp: Stamp | undefined
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
 * Reads a snapshot, or returns `base` where the rows that it was read from are the same still; of `base` is kept what
 * did not change since. Definitions over tables that another session has locked are left out, and so prove nothing
 * until the next reading: that session's own next statement may be waiting for the catalog, and would never let go.
 */
export const readSnapshot = async (
  client: Client,
  system: SystemPart,
  base?: Snapshot,
): Promise<Snapshot> => {
  try {
    return await snapshot(client, system, 'all', base)
  } catch (error) {
    // Locked between the look at the locks and the printing.
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error
    return await snapshot(client, system, 'unlocked', base)
  }
}

const snapshot = (
  client: Client,
  system: SystemPart,
  wanted: Printed,
  base: Snapshot | undefined,
): Promise<Snapshot> =>
  inSnapshot(client, async () => {
    const [about] = await all<{ version: number; database: string; identity: string; locked: boolean }>(
      client,
      ABOUT,
    )
    const [seen] = await all<{ shared: string; tables: string; horizon: string }>(client, STAMP)
    if (!about || !seen) throw new Error('the database did not say which version it is')
    const printed = about.locked ? 'unlocked' : wanted
    const shared = `${system.hash} ${about.database} ${seen.shared}`
    const stamp: Stamp = { shared, all: `${shared} ${seen.tables}`, horizon: seen.horizon }
    if (printed === 'all' && stamp.all === base?.stamp?.all) return base
    const kept = shared === base?.stamp?.shared ? base : undefined
    const found = stay(kept?.relations ?? [], await all<RelationFound>(client, relations('users', printed)))
    const changed = kept?.stamp && (await idsOf(client, changedRelations(kept.stamp)))
    const users = {
      database: about.database,
      identity: about.identity,
      relations: found,
      columns: await usersColumns(client, system, printed, found, kept, changed),
      ...(await code(client, about.version, printed, kept)),
      shapes: await usersShapes(client, about.version, kept, changed),
    }
    return {
      ...users,
      relations: [...system.relations, ...users.relations],
      columns: [...system.columns, ...users.columns],
      hash: hashOf([system.hash, users]),
      stamp: printed === 'all' ? stamp : undefined,
    }
  })

/** Rows that are as they were are the very same: what was made of them can be used again. */
const stay = (before: readonly RelationFound[], now: readonly RelationFound[]): readonly RelationFound[] => {
  const known = new Map(before.map((row) => [row.id, row]))
  return now.map((row) => {
    const last = known.get(row.id)
    return last !== undefined && textOf(last) === textOf(row) ? last : row
  })
}

const idsOf = async (client: Client, sql: string): Promise<readonly number[]> =>
  (await all<{ id: number }>(client, sql)).map(({ id }) => id)

/** The columns of relations that did not change are the ones of `kept`. */
const usersColumns = async (
  client: Client,
  system: SystemPart,
  printed: Printed,
  relations: readonly RelationFound[],
  kept: Snapshot | undefined,
  changed: readonly number[] | undefined,
): Promise<readonly ColumnFound[]> => {
  if (!kept || !changed) return all<ColumnFound>(client, columns('users', printed))
  const fresh = changed.length === 0 ? [] : await all<ColumnFound>(client, columns('users', printed, changed))
  const same = new Set(relations.map(({ id }) => id))
  for (const id of changed) same.delete(id)
  const unchanged = kept.columns.slice(system.columns.length).filter(({ relation }) => same.has(relation))
  return [...unchanged, ...fresh].sort((a, b) => a.relation - b.relation || a.ordinal - b.ordinal)
}

/** The same for types: one has changed where its row has, or the columns of the relation whose rows it describes. */
const usersShapes = async (
  client: Client,
  version: number,
  kept: Snapshot | undefined,
  changed: readonly number[] | undefined,
): Promise<readonly ShapeFound[]> => {
  if (!kept?.stamp || !changed) return all<ShapeFound>(client, shapes(version))
  const fresh = await all<ShapeFound>(client, shapes(version, changedTypes(kept.stamp, changed)))
  const same = new Set(await idsOf(client, TYPE_IDS))
  for (const { id } of fresh) same.delete(id)
  return [...kept.shapes.filter(({ id }) => same.has(id)), ...fresh].sort((a, b) => a.id - b.id)
}

/** What is made of functions. A body that the server keeps parsed is printed anew: tables in it may have new names. */
const code = async (
  client: Client,
  version: number,
  printed: Printed,
  kept: Snapshot | undefined,
): Promise<Pick<Snapshot, 'routines' | 'operators' | 'types'>> => {
  if (kept !== undefined && (await printsTheSame(client, version, printed, kept.routines))) {
    return { routines: kept.routines, operators: kept.operators, types: kept.types }
  }
  return {
    routines: await all<RoutineFound>(client, routines(version, printed)),
    operators: await all<Running>(client, OPERATORS),
    types: await all<Running>(client, TYPES),
  }
}

const printsTheSame = async (
  client: Client,
  version: number,
  printed: Printed,
  kept: readonly RoutineFound[],
): Promise<boolean> => {
  const parsed = kept.filter(({ body }) => body !== null)
  if (parsed.length === 0) return true
  const ids = parsed.map(({ id }) => id)
  return textOf(await all<RoutineFound>(client, routines(version, printed, ids))) === textOf(parsed)
}

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

const hashOf = (found: unknown): string => hash('sha256', textOf(found), 'hex')

const textOf = (found: unknown): string => JSON.stringify(found)

const all = async <Row>(client: Client, sql: string): Promise<readonly Row[]> => {
  const { rows } = await client.query(`${sql} LIMIT ${MAX_ROWS + 1}`)
  if (rows.length > MAX_ROWS)
    throw new CatalogTooLarge(`the database has more than ${MAX_ROWS} objects of a kind`)
  return rows as Row[]
}
