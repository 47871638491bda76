import type { Assembled } from '../assemble.ts'
import { Assembler } from '../assemble.ts'
import type { JournalReader } from '../read.ts'
import type { Cursor } from './cursor.ts'

/** Records that a stretch of the journal completes. They are exported before `accepted` is called. */
export type FeedBatch = {
  readonly records: readonly Assembled[]
  readonly position: number
  accepted(): void
}

/** Entries per batch; also about how many spans go out in one request. */
export const ENTRIES_PER_BATCH = 2048

/** The journal as a sequence of batches of whole records, from the cursor on. */
export class Feed {
  readonly #reader: JournalReader
  readonly #cursor: Cursor
  readonly #assembler = new Assembler()
  #position: number
  /** Up to where spans were exported of what the journal does not hold any more: it was put aside, cut or replaced. */
  readonly missing: number | undefined

  /** Takes up the openings the cursor remembers. A cursor of another journal starts over. */
  constructor(reader: JournalReader, cursor: Cursor) {
    this.#reader = reader
    this.#cursor = cursor
    this.#position = this.#belongs() ? cursor.position : 0
    this.missing = this.#position < cursor.position ? cursor.position : undefined
    if (this.#position === 0) return
    for (const opening of cursor.openings()) {
      const stored = reader.at(opening)
      if (stored !== undefined) this.#assembler.push(stored)
    }
  }

  /** The next batch, or undefined where the journal has nothing new. */
  next(): FeedBatch | undefined {
    const entries = this.#reader.batch({ from: this.#position + 1, limit: ENTRIES_PER_BATCH })
    const last = entries.at(-1)
    if (last === undefined) return undefined
    this.#position = last.position
    const records = entries.flatMap((entry) => this.#assembler.push(entry))
    return {
      records,
      position: last.position,
      accepted: () => this.#cursor.advance(last.position, last.hash, this.#assembler.openPositions()),
    }
  }

  #belongs(): boolean {
    const stored = this.#reader.at(this.#cursor.position)
    return stored !== undefined && Buffer.compare(stored.hash, this.#cursor.hash) === 0
  }
}
