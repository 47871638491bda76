import Database from 'better-sqlite3'
import { createPrivately } from '../private-file.ts'

/** Where the exporter's cursor of a journal lies. */
const cursorPath = (journal: string): string => `${journal}.cursor`

/**
 * How far the journal was exported, and which openings before that point still wait for their close: with these a
 * restart goes on where it was, without reading the journal from its beginning.
 *
 * The file has one user (SQLite's exclusive locking mode); a second exporter of the same journal fails to open it.
 */
export class Cursor {
  readonly #database: Database.Database
  readonly #write: (step: Step) => void
  /** The openings that the file has. */
  readonly #kept: Set<number>
  /** The last position whose spans the collector accepted. */
  position: number
  /** The chain hash there: tells when the journal was replaced by another one. */
  hash: Uint8Array

  constructor(journal: string) {
    createPrivately(cursorPath(journal))
    this.#database = new Database(cursorPath(journal), { timeout: 0 })
    this.#database.pragma('locking_mode = EXCLUSIVE')
    this.#database.pragma('journal_mode = WAL')
    // Not FULL: a cursor that falls back a little only sends the same spans again, under the same ids.
    this.#database.pragma('synchronous = NORMAL')
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS cursor (id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, hash BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS openings (position INTEGER PRIMARY KEY);`)
    const row = this.#database.prepare('SELECT position, hash FROM cursor').get() as
      | { position: number; hash: Uint8Array }
      | undefined
    this.position = row?.position ?? 0
    this.hash = row?.hash ?? new Uint8Array()
    const openings = this.#database.prepare('SELECT position FROM openings').all() as { position: number }[]
    this.#kept = new Set(openings.map(({ position }) => position))
    this.#write = writer(this.#database)
  }

  /** Positions of the openings that wait for their close, in order. */
  openings(): number[] {
    return [...this.#kept].toSorted((a, b) => a - b)
  }

  /** Moves on to `position`, in one transaction with the openings that now wait. */
  advance(position: number, hash: Uint8Array, openings: Iterable<number>): void {
    const wanted = new Set(openings)
    const gone = [...this.#kept].filter((opening) => !wanted.has(opening))
    const come = [...wanted].filter((opening) => !this.#kept.has(opening))
    this.#write({ position, hash, come, gone })
    for (const opening of gone) this.#kept.delete(opening)
    for (const opening of come) this.#kept.add(opening)
    this.position = position
    this.hash = hash
  }

  close(): void {
    this.#database.close()
  }
}

/** One step of the cursor. */
type Step = {
  readonly position: number
  readonly hash: Uint8Array
  readonly come: readonly number[]
  readonly gone: readonly number[]
}

/** The statements of a step, prepared once: that takes longer than to run them. */
const writer = (database: Database.Database): ((step: Step) => void) => {
  const insert = database.prepare('INSERT INTO openings (position) VALUES (?)')
  const remove = database.prepare('DELETE FROM openings WHERE position = ?')
  const move = database.prepare('INSERT OR REPLACE INTO cursor (id, position, hash) VALUES (1, ?, ?)')
  return database.transaction(({ position, hash, come, gone }: Step): void => {
    for (const opening of come) insert.run(opening)
    for (const opening of gone) remove.run(opening)
    move.run(position, hash)
  })
}
