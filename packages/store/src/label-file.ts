import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'

/** How long another process that writes is waited for. */
const BUSY_MS = 1_000

/** The layout of the file. An older one is brought up to it, a newer one is not opened. */
const LAYOUT = 2

const TABLES = `
CREATE TABLE place (
  id INTEGER PRIMARY KEY, database TEXT NOT NULL, "schema" TEXT NOT NULL, "table" TEXT NOT NULL, "column" TEXT,
  ordinal INTEGER, relation INTEGER, instead TEXT NOT NULL, since INTEGER NOT NULL
) STRICT;
CREATE TABLE edge (
  id INTEGER PRIMARY KEY, database TEXT NOT NULL,
  source INTEGER NOT NULL REFERENCES place (id) ON DELETE CASCADE,
  target INTEGER NOT NULL REFERENCES place (id) ON DELETE CASCADE,
  direct INTEGER NOT NULL, labels TEXT NOT NULL, "from" TEXT NOT NULL, relied INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX edge_by_source ON edge (source);
CREATE INDEX edge_by_target ON edge (target);
CREATE TABLE move (
  edge INTEGER NOT NULL REFERENCES edge (id) ON DELETE CASCADE, principal TEXT NOT NULL, verb TEXT NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (edge, principal, verb)
) STRICT, WITHOUT ROWID;
CREATE TABLE assignment (
  place INTEGER NOT NULL REFERENCES place (id) ON DELETE CASCADE, origin TEXT NOT NULL, labels TEXT NOT NULL,
  PRIMARY KEY (place, origin)
) STRICT, WITHOUT ROWID;
CREATE TABLE change (
  id INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL,
  origin TEXT NOT NULL, "schema" TEXT NOT NULL, "table" TEXT NOT NULL, "column" TEXT NOT NULL, old TEXT, new TEXT
) STRICT;
CREATE TABLE derived (
  database TEXT NOT NULL, "column" TEXT NOT NULL, labels TEXT NOT NULL, PRIMARY KEY (database, "column")
) STRICT, WITHOUT ROWID;
CREATE TABLE scanned (
  database TEXT NOT NULL, "column" TEXT NOT NULL, type TEXT NOT NULL, labels TEXT NOT NULL,
  PRIMARY KEY (database, "column")
) STRICT, WITHOUT ROWID;
CREATE TABLE known (
  database TEXT PRIMARY KEY, identity TEXT, scanned_at INTEGER
) STRICT, WITHOUT ROWID;
`

/** What a file of layout 1 lacks. */
const SINCE_1 = 'ALTER TABLE edge ADD COLUMN relied INTEGER NOT NULL DEFAULT 0'

/** The open file. */
export type LabelFile = Database.Database

/** The file cannot be used. The message says what to do. */
export class LabelFileError extends Error {
  override readonly name = 'LabelFileError'
}

/**
 * Opens the file, and makes it where there is none. Several processes may have it open: what one has written, the
 * others see by `PRAGMA data_version`. `made` is called where nothing was kept in it before. Throws `LabelFileError`.
 */
export const openLabelFile = (path: string, made: () => void = () => {}): LabelFile => {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // SQLite would make it for everybody to read, and gives the files beside it the mode of this one.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    const file = new Database(path, { timeout: BUSY_MS })
    // Durable before the statement is sent: INVARIANT (no-unproven-column).
    file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    const layout = file.transaction(() => prepare(file, path)).immediate()
    checkWhole(file, path)
    if (layout === 0) made()
    return file
  } catch (cause) {
    if (cause instanceof LabelFileError) throw cause
    const { message: why = 'unknown reason', code = '' } = cause as { message?: string; code?: string }
    if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) throw damaged(path, why)
    throw new LabelFileError(
      `\`${path}\` cannot be opened (${why}); check the folder, or choose another \`store.path\``,
    )
  }
}

/** Gives the layout that the file had; 0: none. */
const prepare = (file: LabelFile, path: string): number => {
  const layout = file.pragma('user_version', { simple: true })
  if (layout === LAYOUT) return layout
  if (layout !== 0 && layout !== 1)
    throw new LabelFileError(
      `\`${path}\` is of another version of sluice; give this one a \`store.path\` of its own`,
    )
  file.exec(layout === 0 ? TABLES : SINCE_1)
  file.pragma(`user_version = ${LAYOUT}`)
  return layout
}

/** INVARIANT (no-unproven-column): labels are not read from what is left of a damaged file, which may lack some. */
const checkWhole = (file: LabelFile, path: string): void => {
  const found = file.pragma('quick_check(1)', { simple: true })
  if (found !== 'ok') throw damaged(path, String(found).replaceAll('\n', ' '))
}

const damaged = (path: string, why: string): LabelFileError =>
  new LabelFileError(
    `\`${path}\` is damaged (${why}); put a copy of it back: what was set by hand or followed values is nowhere else, and begins anew with another \`store.path\``,
  )
