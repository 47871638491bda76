import { Buffer } from 'node:buffer'
import { type Block, CHAPTER_BYTES, lastPosition } from './block.ts'
import { BlockFile, BlockWalk } from './block-file.ts'
import { type DecodedEntry, EntryDecoder } from './decoder.ts'
import { noRecordAt, notThere, toJournalError } from './errors.ts'
import { Unreadable } from './packed.ts'

/** One entry with its place in the chain. */
export type StoredEntry = DecodedEntry & {
  readonly position: number
  /** The chain hash of the block it stands in, 32 bytes. */
  readonly hash: Uint8Array
}

/** Which entries to read. Positions are inclusive and start at 1. */
export type ReadOptions = {
  readonly from?: number
  readonly to?: number
  readonly session?: string
  /** False: entries come without their bind values, of which one may have 65,535. Default: true. */
  readonly values?: boolean
}

/** Entries taken at a time. */
const ENTRIES_PER_BATCH = 500

/** Bytes of the journal at which a batch ends as well: read, its entries take some four times as much. */
const BYTES_PER_BATCH = 16 * 1024 * 1024

/** Chapters that are looked through for a session's opening: 256 MiB. */
export const MOST_CHAPTERS_BACK = 64

/** A journal opened read-only, beside its writer or without one. Synchronous: meant for tools and worker threads. */
export class JournalReader {
  readonly #path: string
  readonly #file: BlockFile
  readonly #durable: () => number
  readonly #values: boolean
  #walk: BlockWalk
  #decoder: EntryDecoder
  /** Bytes of all blocks that were read. */
  #bytes = 0
  /** Read and not given yet. */
  #block: Block | undefined
  #entries: readonly StoredEntry[] = []
  #next = 1

  /**
   * Throws `JournalError` where there is no readable journal at `path`. `durable` is asked up to where its writer, if
   * it has one, knows it to be on disk; without it everything that is there is read. `values`: as in `ReadOptions`.
   */
  constructor(path: string, durable: () => number = () => Number.POSITIVE_INFINITY, values = true) {
    this.#path = path
    this.#durable = durable
    this.#values = values
    this.#decoder = new EntryDecoder(values)
    try {
      this.#file = new BlockFile(path)
    } catch (cause) {
      throw notThere(cause, path) ?? toJournalError(cause, path)
    }
    this.#walk = new BlockWalk(this.#file, 0)
  }

  /**
   * At most `limit` entries from `from` on, in order, and fewer where they are long; none at the end alone. Going on where
   * the last call ended costs only what is new.
   */
  batch(options: Omit<ReadOptions, 'values'> & { readonly limit: number }): StoredEntry[] {
    const { from = 1, to = Number.POSITIVE_INFINITY, session, limit } = options
    const taken: StoredEntry[] = []
    try {
      if (from !== this.#next) this.#seek(from)
      const most = this.#bytes + BYTES_PER_BATCH
      for (let entry = this.#peek(); entry !== undefined && taken.length < limit; entry = this.#peek()) {
        if (entry.position > to) break
        this.#next = entry.position + 1
        if (entry.position >= from && (session === undefined || sessionOf(entry) === session))
          taken.push(entry)
        if (this.#bytes >= most && taken.length > 0) break
      }
    } catch (cause) {
      throw toJournalError(cause, this.#path)
    }
    return taken
  }

  /** Where `batch` goes on: what it passed over is not read again. */
  get next(): number {
    return this.#next
  }

  /** The entry at a position, if it is there. */
  at(position: number): StoredEntry | undefined {
    return this.batch({ from: position, to: position, limit: 1 })[0]
  }

  /** The last position; 0 for an empty journal. */
  end(): number {
    let end = 0
    const walk = new BlockWalk(this.#file, this.#file.lastChapter() * CHAPTER_BYTES)
    for (let block = walk.next(); block !== undefined; block = walk.next()) end = lastPosition(block)
    return end
  }

  /**
   * The newest `session.opened` of a session before `position`, if one of the last `MOST_CHAPTERS_BACK` has it: a session
   * can be as old as a journal is long.
   */
  sessionBefore(session: string, position: number): StoredEntry | undefined {
    const last = this.#file.chapterOf(position)
    const bytes = Buffer.allocUnsafe(CHAPTER_BYTES)
    const mark = JSON.stringify({ type: 'session.opened', session }).slice(0, -1)
    for (let chapter = last; chapter >= 0 && chapter > last - MOST_CHAPTERS_BACK; chapter -= 1) {
      const length = this.#file.read(chapter * CHAPTER_BYTES, bytes)
      // To look for its bytes takes a hundredth of what reading the entries does.
      if (!bytes.subarray(0, length).includes(mark)) continue
      const found = this.#chapter(chapter).findLast(
        (stored) =>
          stored.entry.type === 'session.opened' &&
          stored.entry.session === session &&
          stored.position < position,
      )
      if (found !== undefined) return found
    }
    return undefined
  }

  close(): void {
    this.#file.close()
  }

  #seek(position: number): void {
    this.#walk = new BlockWalk(this.#file, this.#file.chapterOf(position) * CHAPTER_BYTES)
    this.#block = undefined
    this.#entries = []
    this.#next = position
  }

  /** The entry at `#next` or, where that is gone, the one after it. */
  #peek(): StoredEntry | undefined {
    for (;;) {
      const last = this.#entries.at(-1)
      if (last !== undefined && last.position >= this.#next) {
        const first = this.#entries[0]?.position ?? 0
        return this.#entries[Math.max(0, this.#next - first)]
      }
      this.#block ??= this.#walk.next()
      if (this.#block === undefined || lastPosition(this.#block) > this.#durable()) return undefined
      this.#entries = this.#decode(this.#block)
      this.#block = undefined
    }
  }

  #decode(block: Block): StoredEntry[] {
    this.#bytes += block.length
    if ((this.#walk.offset - block.length) % CHAPTER_BYTES === 0)
      this.#decoder = new EntryDecoder(this.#values)
    try {
      return placed(this.#decoder, block)
    } catch (cause) {
      throw noRecordAt(cause, this.#path, block.first)
    }
  }

  #chapter(chapter: number): StoredEntry[] {
    const reader = new JournalReader(this.#path, undefined, false)
    try {
      const first = this.#file.block(chapter * CHAPTER_BYTES)?.first
      const next = this.#file.block((chapter + 1) * CHAPTER_BYTES)?.first
      if (first === undefined) return []
      const to = next === undefined ? Number.POSITIVE_INFINITY : next - 1
      return reader.batch({ from: first, to, limit: Number.POSITIVE_INFINITY })
    } finally {
      reader.close()
    }
  }
}

/** INVARIANT (hostile-both-sides): behind a position that cannot be counted on from there is no next one to read. */
function placed(decoder: EntryDecoder, block: Block): StoredEntry[] {
  const { first, hash } = block
  if (!Number.isSafeInteger(lastPosition(block))) throw new Unreadable('its position is none a writer gives')
  return decoder
    .entries(block)
    .map(({ entry, who, shape, result }, i) => ({ position: first + i, hash, entry, who, shape, result }))
}

function sessionOf({ entry }: StoredEntry): string | undefined {
  return 'session' in entry ? entry.session : undefined
}

/** Reads entries in order, in memory bounded by one batch. Throws `JournalError`. */
export function* readEntries(path: string, options: ReadOptions = {}): Generator<StoredEntry, void, void> {
  const reader = new JournalReader(path, undefined, options.values)
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
  const reader = new JournalReader(path, undefined, options.values)
  try {
    let from = options.from ?? 1
    while (options.signal?.aborted !== true) {
      yield* readOn(reader, { ...options, from })
      from = reader.next
      await pause(options.pollEveryMs ?? 250, options.signal)
    }
  } finally {
    reader.close()
  }
}

function* readOn(reader: JournalReader, options: ReadOptions): Generator<StoredEntry, void, void> {
  let from = options.from ?? 1
  for (;;) {
    const batch = reader.batch({ ...options, from, limit: ENTRIES_PER_BATCH })
    yield* batch
    if (batch.length === 0) return
    from = reader.next
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
