import type { JournalEntry } from '@sluice/core/record/record'
import type { Database, Statement } from 'better-sqlite3'
import { JournalError, toJournalError } from './errors.ts'
import type { EntryRow } from './store.ts'
import { openForReading } from './store.ts'

/** One entry with its place in the chain. */
export type StoredEntry = {
  readonly position: number
  /** The chain hash, 32 bytes. */
  readonly hash: Uint8Array
  readonly entry: JournalEntry
  /** The entry's JSON text, byte for byte as it is hashed. */
  readonly text: string
}

/** Which entries to read. Positions are inclusive and start at 1. */
export type ReadOptions = {
  readonly from?: number
  readonly to?: number
  readonly session?: string
}

/** Rows taken per query: a read transaction held long would keep SQLite from reusing its write-ahead log. */
const ROWS_PER_QUERY = 500

/** A journal opened read-only, beside its writer or without one. Synchronous: meant for tools and worker threads. */
export class JournalReader {
  readonly #path: string
  readonly #database: Database
  readonly #batch: Statement<[number, number, number], EntryRow>
  readonly #sessionBatch: Statement<[number, number, string, number], EntryRow>

  /** Throws `JournalError` where there is no readable journal at `path`. */
  constructor(path: string) {
    this.#path = path
    const where = 'SELECT position, entry, hash FROM entries WHERE position >= ? AND position <= ?'
    try {
      this.#database = openForReading(path)
      this.#batch = this.#database.prepare(`${where} ORDER BY position LIMIT ?`)
      this.#sessionBatch = this.#database.prepare(
        `${where} AND entry ->> '$.session' = ? ORDER BY position LIMIT ?`,
      )
    } catch (cause) {
      throw toJournalError(cause, path)
    }
  }

  /** At most `limit` entries from `from` on, in order. */
  batch(options: ReadOptions & { readonly limit: number }): StoredEntry[] {
    const from = options.from ?? 1
    const to = options.to ?? Number.MAX_SAFE_INTEGER
    try {
      const rows =
        options.session === undefined
          ? this.#batch.all(from, to, options.limit)
          : this.#sessionBatch.all(from, to, options.session, options.limit)
      return rows.map((row) => this.#parse(row))
    } catch (cause) {
      throw toJournalError(cause, this.#path)
    }
  }

  /** The entry at a position, if it is there. */
  at(position: number): StoredEntry | undefined {
    return this.batch({ from: position, to: position, limit: 1 })[0]
  }

  /** The last position; 0 for an empty journal. */
  end(): number {
    const row = this.#database.prepare('SELECT max(position) AS position FROM entries').get() as {
      position: number | null
    }
    return row.position ?? 0
  }

  /** The newest `session.opened` of a session before `position`, if the journal has it. */
  sessionBefore(session: string, position: number): StoredEntry | undefined {
    const row = this.#database
      .prepare<[number, string], EntryRow>(
        `SELECT position, entry, hash FROM entries WHERE position < ? AND entry ->> '$.type' = 'session.opened'
         AND entry ->> '$.session' = ? ORDER BY position DESC LIMIT 1`,
      )
      .get(position, session)
    return row === undefined ? undefined : this.#parse(row)
  }

  close(): void {
    this.#database.close()
  }

  #parse(row: EntryRow): StoredEntry {
    let entry: unknown
    try {
      entry = JSON.parse(row.entry)
    } catch {
      entry = undefined
    }
    if (typeof entry !== 'object' || entry === null || !('type' in entry)) {
      throw new JournalError({
        problem: 'damaged',
        message: `\`${this.#path}\` holds no record at position ${row.position}; run \`sluice audit verify\` to see what was changed`,
      })
    }
    return { position: row.position, hash: row.hash, entry: entry as JournalEntry, text: row.entry }
  }
}

/** Reads entries in order, in memory bounded by one batch. Throws `JournalError`. */
export function* readEntries(path: string, options: ReadOptions = {}): Generator<StoredEntry, void, void> {
  const reader = new JournalReader(path)
  try {
    yield* readOn(reader, options)
  } finally {
    reader.close()
  }
}

/** How to keep reading as the journal grows. */
export type FollowOptions = ReadOptions & {
  /** Default: 250. */
  readonly pollEveryMs?: number
  /** Ends the reading. */
  readonly signal?: AbortSignal
}

/** Reads entries in order and then waits for more, until `signal` is aborted. Throws `JournalError`. */
export async function* followEntries(
  path: string,
  options: FollowOptions = {},
): AsyncGenerator<StoredEntry, void, void> {
  const reader = new JournalReader(path)
  try {
    let from = options.from ?? 1
    while (options.signal?.aborted !== true) {
      for (const stored of readOn(reader, { ...options, from })) {
        from = stored.position + 1
        yield stored
      }
      await pause(options.pollEveryMs ?? 250, options.signal)
    }
  } finally {
    reader.close()
  }
}

function* readOn(reader: JournalReader, options: ReadOptions): Generator<StoredEntry, void, void> {
  let from = options.from ?? 1
  for (;;) {
    const batch = reader.batch({ ...options, from, limit: ROWS_PER_QUERY })
    yield* batch
    const last = batch.at(-1)
    if (last === undefined || batch.length < ROWS_PER_QUERY) return
    from = last.position + 1
  }
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
    if (signal?.aborted === true) done()
  })
