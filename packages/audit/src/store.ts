import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { SignedCheckpoint } from './chain.ts'

/** The layout of the journal file, kept in SQLite's `user_version`. */
export const LAYOUT_VERSION = 1

const LAYOUT = `
  CREATE TABLE entries (position INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash BLOB NOT NULL);
  CREATE TABLE checkpoints (number INTEGER PRIMARY KEY, position INTEGER NOT NULL, at INTEGER NOT NULL,
    hash BLOB NOT NULL, signature BLOB NOT NULL);
  PRAGMA user_version = ${LAYOUT_VERSION};`

/** One line of the chain as it lies on disk. */
export type EntryRow = { readonly position: number; readonly entry: string; readonly hash: Uint8Array }

/**
 * Creates the file empty with mode 0600 (and its directory with 0700), so that nothing SQLite makes beside it is
 * readable by others: SQLite gives the `-wal` and `-shm` files the mode of the database.
 *
 * An existing file is not opened here: closing any descriptor of a file drops this process's POSIX locks on it.
 */
export const createPrivately = (path: string): void => {
  if (existsSync(path)) return
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'wx', 0o600))
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Opens the journal for its one writer. Commits are on disk when COMMIT returns (WAL, `synchronous=FULL`). */
export const openForWriting = (path: string, maxBytes: number): Database.Database => {
  createPrivately(path)
  const database = new Database(path, { timeout: 2_000 })
  try {
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    const pageBytes = database.pragma('page_size', { simple: true }) as number
    database.pragma(`max_page_count = ${Math.max(16, Math.floor(maxBytes / pageBytes))}`)
    if (layoutOf(database) === 0 && countTables(database) === 0) database.exec(`BEGIN; ${LAYOUT} COMMIT;`)
    requireLayout(database)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Opens the journal read-only, beside a running writer or without one. The file must exist. */
export const openForReading = (path: string): Database.Database => {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 2_000 })
  try {
    requireLayout(database)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** The last entry, or undefined where nothing was written yet. */
export const lastEntry = (database: Database.Database): EntryRow | undefined =>
  database.prepare('SELECT position, entry, hash FROM entries ORDER BY position DESC LIMIT 1').get() as
    | EntryRow
    | undefined

/** The newest checkpoint, or undefined where none was signed yet. */
export const lastCheckpoint = (database: Database.Database): SignedCheckpoint | undefined =>
  database.prepare('SELECT * FROM checkpoints ORDER BY number DESC LIMIT 1').get() as
    | SignedCheckpoint
    | undefined

const layoutOf = (database: Database.Database): number =>
  database.pragma('user_version', { simple: true }) as number

const countTables = (database: Database.Database): number =>
  (database.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number }).n

const requireLayout = (database: Database.Database): void => {
  const found = layoutOf(database)
  if (found !== LAYOUT_VERSION) throw new Error(`journal layout ${found}, expected ${LAYOUT_VERSION}`)
}
