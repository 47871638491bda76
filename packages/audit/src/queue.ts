import type { JournalEntry } from '@sluice/core/record/record'
import type { StatementClosing, StatementOpening } from '@sluice/core/record/statement'
import { JournalUnavailable, type Reach } from '@sluice/gateway/ports/audit-sink'
import { Alarm } from './alarm.ts'
import { Batch } from './batch.ts'
import { CHAPTER_BYTES, HASH_BYTES, HEADER_BYTES } from './block.ts'
import { EntryEncoder, microseconds } from './encoder.ts'
import { Gap } from './gap.ts'
import type { JournalLimits } from './limits.ts'
import type { JournalTransport } from './transport.ts'

/**
 * The position of an entry that was not taken. It is above every real one, so it is never durable, and neither is the
 * maximum of several positions among which it is.
 */
export const NEVER_DURABLE: number = Number.POSITIVE_INFINITY

/** Told of every commit and every refusal: for metrics. Must be cheap and must not throw. */
export type JournalObserver = {
  committed?(entries: number, commitMs: number): void
  refused?(): void
  /** Told once, with the reason, where nothing more can be written; not of a journal that is closed. */
  failed?(reason: string): void
  /** Told, with the reason, when the disk has become full: what waits for it is refused. */
  full?(reason: string): void
  /** There is room again. */
  goesOn?(): void
}

/** Where the journal stands. */
export type JournalStatus = {
  /** The last position given out. */
  readonly appended: number
  /** The last position known to be on disk. */
  readonly durable: number
  /** Entries not taken because too many waited or the journal had failed. */
  readonly refused: number
  /** Why the journal can write no more; undefined while it can. */
  readonly failure: string | undefined
}

/** Where the writer found the end of the journal. */
export type QueueStart = { readonly position: number; readonly offset: number }

/**
 * Numbers the entries, encodes them into blocks and hands these to the writer. While the disk is busy with one block the
 * next fills, so that what arrives together becomes durable together. A block in which nothing needs the disk, or a disk that
 * is quick, is written at the end of the turn or, where many statements run, when the first of their results wants to leave.
 *
 * How far the disk has come stands in shared memory. It is looked at whenever somebody asks, and the thread that waits
 * for the disk tells only a queue for which somebody waits: a read whose result comes later than its record wakes nobody.
 *
 * INVARIANT (record-before-effect): a promise resolves only for positions the writer reported after its write.
 */
export class JournalQueue {
  readonly #limits: JournalLimits
  readonly #transport: JournalTransport
  readonly #observer: JournalObserver
  readonly #encoder = new EntryEncoder()
  readonly #free: number[]
  #chapter: number
  /** Bytes of the chapter that are taken, by blocks that were finished. */
  #used: number
  #appended: number
  #durable: number
  #written: number
  /** In the file, and not yet on disk as far as was seen. */
  #unsynced: Batch[] = []
  /** The writer will tell when it has come further. */
  #listens = false
  #filling: Batch | undefined
  /** Full before the writer was free: in this order. */
  #finished: Batch[] = []
  #writing: Batch | undefined
  #waitingBytes = 0
  #scheduled = false
  readonly #linger = new Alarm(MOST_LINGERING_MS, () => this.#flush())
  readonly #gather = new Alarm(MOST_GATHERING_MS, () => this.#flush())
  /** Entries that somebody waits for in the block that was written last. */
  #urgentBefore = 0
  /** Statements that were opened and not closed. */
  #running = 0
  #refused = 0
  readonly #gap = new Gap()
  #closing = false
  /** Nothing waits any more but what is said of what was refused. */
  #isEnding = false
  /** The writer has the order to close: nothing is taken any more. */
  #isClosed = false
  #failure: JournalUnavailable | undefined
  /** The disk is full: what is recorded waits for room, and nobody waits for it. */
  #full: JournalUnavailable | undefined

  constructor(
    start: QueueStart,
    limits: JournalLimits,
    transport: JournalTransport,
    observer: JournalObserver = {},
  ) {
    this.#appended = start.position
    this.#durable = start.position
    this.#written = start.position
    this.#chapter = Math.floor(start.offset / CHAPTER_BYTES)
    this.#used = start.offset % CHAPTER_BYTES
    this.#limits = limits
    this.#transport = transport
    this.#observer = observer
    this.#free = transport.buffers.map((_, i) => i)
  }

  append(entry: JournalEntry): number {
    const position = this.#take('entry', entry, 'disk')
    if (position === NEVER_DURABLE) this.#gap.withhold(entry)
    return position
  }

  open(opening: StatementOpening, reach: Reach = 'disk'): number {
    this.#running += 1
    return this.#take('opened', opening, reach)
  }

  close(closing: StatementClosing): number {
    if (this.#running > 0) this.#running -= 1
    return this.#take('closed', closing, 'file')
  }

  /** Whoever asks is about to let a result go: what it waits for is brought to disk now, where that is quick. */
  isDurable(position: number): boolean {
    if (position > this.#durable) this.#look()
    if (position > this.#durable && this.#transport.isQuick()) this.#writeUpTo(position)
    return position <= this.#durable
  }

  durable(position: number): Promise<void> {
    if (position > this.#durable) this.#look()
    return position <= this.#durable ? Promise.resolve() : this.#until(position, 'disk')
  }

  /** Likewise: it is written now, if the writer is free. */
  isWritten(position: number): boolean {
    if (position > this.#written) this.#look()
    if (position > this.#written) this.#writeUpTo(position)
    return position <= this.#written
  }

  written(position: number): Promise<void> {
    return this.isWritten(position) ? Promise.resolve() : this.#until(position, 'file')
  }

  /** The writer has come further, as it was asked to tell. */
  told(): void {
    this.#listens = false
    this.#look()
    if (this.#isAwaited()) this.#listen()
  }

  /** The disk is full: rejects everything that waits and everything to come, until `goOn`. What was taken is written then. */
  pause(reason: string): void {
    this.#look()
    this.#full = new JournalUnavailable(reason)
    for (const batch of this.#waiting()) batch.fail(this.#full)
    this.#observer.full?.(reason)
  }

  /** There is room again. */
  goOn(): void {
    this.#full = undefined
    this.#observer.goesOn?.()
    this.told()
  }

  /** Nothing more will be written: rejects everything that waits and everything to come. The first reason stays. */
  fail(reason: string): void {
    if (this.#failure !== undefined) return
    this.#end(this.#closing ? CLOSED : reason)
    // While it closes too: then the last that happened is not on the record.
    this.#observer.failed?.(reason)
  }

  /** The writer is gone, as it was told to, and has written everything; else that is a failure. */
  ended(reason: string): void {
    if (!this.#closing) this.fail(reason)
    else if (this.#failure === undefined) this.#end(CLOSED)
  }

  #end(reason: string): void {
    this.#failure = new JournalUnavailable(reason)
    for (const batch of this.#waiting()) batch.fail(this.#failure)
    this.#unsynced = []
    this.#finished = []
    this.#filling = undefined
    this.#writing = undefined
  }

  /** Sends what waits and, behind it, the order to close; the writer's exit then settles the rest. */
  shutDown(): void {
    if (this.#closing) return
    this.#closing = true
    this.#linger.stop()
    this.#gather.stop()
    if (this.#writing === undefined) this.#writeNext()
    else this.#listen()
  }

  status(): JournalStatus {
    this.#look()
    return {
      appended: this.#appended,
      durable: this.#durable,
      refused: this.#refused,
      failure: this.#failure?.message,
    }
  }

  #until(position: number, reach: Reach): Promise<void> {
    const unavailable = this.#failure ?? this.#full
    if (unavailable !== undefined) return rejected(unavailable)
    if (position === NEVER_DURABLE) return rejected(new JournalUnavailable(this.#closing ? CLOSED : FULL))
    const batch = this.#waiting().find((one) => position <= one.last)
    if (batch === undefined)
      return rejected(new JournalUnavailable(`position ${position} was never appended`))
    const promise = batch.until(reach)
    if (batch === this.#filling && this.#writing === undefined) this.#schedule(batch)
    this.#listen()
    return promise
  }

  /** Has the writer tell. What it did while it was asked is seen at once. */
  #listen(): void {
    if (this.#listens) return
    this.#listens = true
    this.#transport.wake()
    this.#look()
  }

  /** True while something goes on only when the writer has come further. */
  #isAwaited(): boolean {
    if (this.#unsynced.some((batch) => batch.isAwaited)) return true
    if (this.#writing === undefined) return false
    const { isAwaited } = this.#writing
    return isAwaited || this.#closing || this.#finished.length > 0 || (this.#filling?.count ?? 0) > 0
  }

  /** Looks how far the writer has come, and gives it its next block where it is free. */
  #look(): void {
    if (this.#failure !== undefined) return
    this.#written = this.#transport.reached('file')
    this.#durable = this.#transport.reached('disk')
    const batch = this.#writing
    if (batch !== undefined && this.#written >= batch.last && this.#transport.isFree()) this.#done(batch)
    for (let first = this.#unsynced[0]; first !== undefined; first = this.#unsynced[0]) {
      if (first.last > this.#durable) return
      this.#unsynced.shift()
      first.succeed('disk')
    }
  }

  #done(batch: Batch): void {
    this.#writing = undefined
    this.#waitingBytes -= batch.bodyBytes
    this.#free.push(batch.buffer)
    this.#urgentBefore = batch.urgent
    this.#unsynced.push(batch)
    // First the disk gets its next work, then the sessions that waited go on.
    this.#writeWhatIsRipe()
    batch.succeed('file')
    this.#observer.committed?.(batch.count, this.#transport.tookMs())
    if (this.#gap.isOpen) this.#reportGap()
  }

  #take<K extends keyof Records>(kind: K, record: Records[K], reach: Reach): number {
    // At the end of a chapter the first attempt finds no room, and the second begins the next.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (this.#isFull()) return this.#refuse()
      const batch = this.#filling ?? this.#begin(record.at)
      if (batch === undefined) return this.#refuse()
      const start = batch.writer.at
      try {
        this.#encode(kind, record, batch)
      } catch {
        this.#takeBack(batch, start)
        return this.#refuse()
      }
      if (!batch.writer.overflowed) {
        this.#waitingBytes += batch.writer.at - start
        return this.#taken(batch, kind !== 'closed', reach)
      }
      this.#takeBack(batch, start)
      if (batch.count === 0 && batch.place.offset === 0) return this.#refuse()
      this.#turnOver(batch)
    }
    return this.#refuse()
  }

  #encode<K extends keyof Records>(kind: K, record: Records[K], { writer, baseUs }: Batch): void {
    if (kind === 'opened') this.#encoder.opened(writer, record as StatementOpening, baseUs)
    else if (kind === 'closed') this.#encoder.closed(writer, record as StatementClosing, baseUs)
    else this.#encoder.entry(writer, record as JournalEntry, baseUs)
  }

  #taken(batch: Batch, urgent: boolean, reach: Reach): number {
    batch.count += 1
    if (urgent) batch.urgent += 1
    if (reach === 'disk') batch.reach = 'disk'
    this.#appended += 1
    const position = this.#appended
    if (this.#writing === undefined) this.#schedule(batch)
    else if (urgent) this.#listen()
    else this.#linger.set()
    return position
  }

  /**
   * The writer is free: it gets the block at once where all have come that it was gathered for, at the end of this turn
   * where few come, and later where nobody waits for it yet.
   */
  #schedule(batch: Batch): void {
    if (this.#scheduled) return
    if (!this.#isRipe(batch)) {
      const alarm = batch.urgent > 0 ? this.#gather : this.#linger
      alarm.set()
    } else if (batch.reach === 'disk' && this.#urgentBefore >= MIN_GATHERED && !this.#transport.isQuick()) {
      this.#flush()
    } else {
      this.#scheduled = true
      setImmediate(this.#endTurn)
    }
  }

  /**
   * Nobody waits for the close of a statement: it goes with the next opening. And under load a block is worth its
   * write once as many wait for it as were released by the last: with clients that wait for their answers the same
   * number is then on its way around while this one is written. Fewer, larger blocks: fewer waits for the disk.
   * Where nothing waits for the disk, or the disk is quick, the results that want to leave say when (`isWritten`).
   */
  #isRipe(batch: Batch): boolean {
    if (batch.urgent === 0) return false
    if (batch.reach === 'file' || this.#transport.isQuick())
      return batch.isAwaited || this.#running < MIN_GATHERED
    return this.#urgentBefore < MIN_GATHERED || batch.urgent >= this.#urgentBefore
  }

  #writeWhatIsRipe(): void {
    const filling = this.#filling
    if (this.#closing || this.#finished.length > 0 || filling === undefined || this.#isRipe(filling))
      this.#writeNext()
    else if (filling.count > 0) this.#schedule(filling)
  }

  /** Constants that were written with it are not there any more: all are forgotten, and given anew where they are used. */
  #takeBack({ writer }: Batch, start: number): void {
    writer.at = start
    writer.overflowed = false
    this.#encoder.reset()
  }

  /** The next entry begins a new chapter. */
  #turnOver(batch: Batch): void {
    this.#filling = undefined
    if (batch.count === 0) this.#free.push(batch.buffer)
    else this.#finished.push(this.#finish(batch))
    this.#chapter += 1
    this.#used = 0
    if (this.#writing !== undefined) this.#listen()
  }

  #begin(at: number): Batch | undefined {
    if (this.#failure !== undefined || this.#isClosed) return undefined
    const buffer = this.#free.pop()
    const bytes = buffer === undefined ? undefined : this.#transport.buffers[buffer]
    if (buffer === undefined || bytes === undefined) return undefined
    if (CHAPTER_BYTES - this.#used < HEADER_BYTES + HASH_BYTES) {
      this.#chapter += 1
      this.#used = 0
      this.#encoder.reset()
    }
    const place = { chapter: this.#chapter, offset: this.#used }
    const baseUs = Math.max(0, microseconds(at))
    const start = { buffer, place, first: this.#appended + 1, baseUs }
    this.#filling = new Batch(bytes, start, CHAPTER_BYTES - this.#used)
    return this.#filling
  }

  #finish(batch: Batch): Batch {
    batch.finish()
    this.#used = batch.place.offset + batch.length
    return batch
  }

  #writeNext(): void {
    let next = this.#finished.shift()
    if (next === undefined && this.#filling !== undefined && this.#filling.count > 0) {
      next = this.#finish(this.#filling)
      this.#filling = undefined
    }
    this.#writing = next
    this.#linger.cancel()
    this.#gather.cancel()
    if (next !== undefined) {
      this.#transport.write(next)
      this.#look()
      if (this.#isAwaited()) this.#listen()
    } else if (this.#closing) this.#endWriting()
  }

  /** What was refused is said first. */
  #endWriting(): void {
    if (this.#isClosed) return
    this.#isEnding = true
    if (this.#gap.isOpen) this.#reportGap()
    if (this.#writing !== undefined) return
    if (this.#filling !== undefined && this.#filling.count > 0) {
      this.#writeNext()
      return
    }
    this.#isClosed = true
    this.#filling = undefined
    this.#transport.close()
  }

  #writeUpTo(position: number): void {
    const isTaken = position <= this.#appended
    if (isTaken && this.#failure === undefined && this.#writing === undefined) this.#writeNext()
  }

  #waiting(): Batch[] {
    return [...this.#unsynced, this.#writing, ...this.#finished, this.#filling].filter(
      (batch) => batch !== undefined,
    )
  }

  #isFull(): boolean {
    if (!this.#isOverLimit()) return false
    this.#look()
    return this.#isOverLimit() && !this.#isEnding
  }

  #isOverLimit(): boolean {
    return (
      this.#appended - this.#durable >= this.#limits.maxWaitingEntries ||
      this.#waitingBytes >= this.#limits.maxWaitingBytes
    )
  }

  #refuse(): number {
    this.#refused += 1
    this.#gap.widen()
    this.#observer.refused?.()
    return NEVER_DURABLE
  }

  // An entry nobody waited for (the close of a statement) may have been refused: the journal says so itself.
  #reportGap(): void {
    if (!this.#isFull()) this.#gap.report((entry) => this.#take('entry', entry, 'disk') !== NEVER_DURABLE)
  }

  /** A result may have had the block written before. */
  readonly #endTurn = (): void => {
    this.#scheduled = false
    this.#look()
    if (this.#failure !== undefined) return
    if (this.#writing === undefined) this.#writeWhatIsRipe()
    else this.#listen()
  }

  #flush(): void {
    this.#look()
    if (this.#failure !== undefined) return
    if (this.#writing === undefined) this.#writeNext()
    else this.#listen()
  }
}

/** Nobody waits for the close of a statement, but others read the journal too. */
const MOST_LINGERING_MS = 5

/** Who waits in a small block while others are on their way waits no longer than this. */
const MOST_GATHERING_MS = 1

/** Blocks for which fewer than this many waited are not gathered for: a few clients wait for nobody. */
const MIN_GATHERED = 4

type Records = {
  readonly entry: JournalEntry
  readonly opened: StatementOpening
  readonly closed: StatementClosing
}

const FULL = 'too many records wait for the disk; try again when it has caught up'

const CLOSED = 'the journal is closed'

/** A session that ended while it waited must not bring the process down with an unhandled rejection. */
const rejected = (cause: unknown): Promise<void> => {
  const promise = Promise.reject(cause)
  promise.catch(() => {})
  return promise
}
