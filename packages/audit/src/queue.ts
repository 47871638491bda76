import type { JournalEntry } from '@sluice/core/record/record'
import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import type { JournalLimits } from './limits.ts'
import type { ToWorker } from './orders.ts'
import { CLOSE } from './orders.ts'

/**
 * The position of an entry that was not taken. It is above every real one, so it is never durable, and neither is the
 * maximum of several positions among which it is.
 */
export const NEVER_DURABLE: number = Number.POSITIVE_INFINITY

/** Told of every commit and every refusal: for metrics. Must be cheap and must not throw. */
export type JournalObserver = {
  committed?(entries: number, commitMs: number): void
  refused?(): void
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

type Waiter = { readonly promise: Promise<void>; resolve(): void; reject(cause: unknown): void }
type Batch = { readonly position: number; readonly bytes: number }

/**
 * The main thread's side of the journal: numbers the entries, sends them to the writer in batches (one message per
 * turn of the event loop), and settles the promises. Work per entry is constant.
 *
 * INVARIANT (record-before-effect): a promise resolves only for positions the writer reported after its COMMIT.
 */
export class JournalQueue {
  readonly #limits: JournalLimits
  readonly #send: (message: ToWorker) => void
  readonly #observer: JournalObserver
  #appended: number
  #durable: number
  #lines: string[] = []
  #lineBytes = 0
  #waitingBytes = 0
  #sent: Batch[] = []
  #scheduled = false
  #refused = 0
  #unreported = 0
  #closing = false
  #failure: JournalUnavailable | undefined
  readonly #waiters = new Map<number, Waiter>()

  constructor(
    position: number,
    limits: JournalLimits,
    send: (message: ToWorker) => void,
    observer: JournalObserver = {},
  ) {
    this.#appended = position
    this.#durable = position
    this.#limits = limits
    this.#send = send
    this.#observer = observer
  }

  append(entry: JournalEntry): number {
    if (this.#failure !== undefined || this.#closing || this.#isFull()) return this.#refuse()
    let line: string
    try {
      line = JSON.stringify(entry)
    } catch {
      return this.#refuse()
    }
    this.#lines.push(line)
    this.#lineBytes += line.length
    this.#waitingBytes += line.length
    if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(this.#flush)
    }
    this.#appended += 1
    return this.#appended
  }

  isDurable(position: number): boolean {
    return position <= this.#durable
  }

  durable(position: number): Promise<void> {
    if (position <= this.#durable) return Promise.resolve()
    const known = this.#waiters.get(position)
    if (known !== undefined) return known.promise
    const waiter = Promise.withResolvers<void>()
    // A session that ended while it waited must not bring the process down with an unhandled rejection.
    waiter.promise.catch(ignore)
    if (this.#failure !== undefined) waiter.reject(this.#failure)
    else if (position === NEVER_DURABLE) waiter.reject(new JournalUnavailable(this.#closing ? CLOSED : FULL))
    else if (!(position <= this.#appended))
      waiter.reject(new JournalUnavailable(`position ${position} was never appended`))
    else this.#waiters.set(position, waiter)
    return waiter.promise
  }

  /** The writer reports that everything up to `position` is on disk. */
  committed(position: number, commitMs: number): void {
    const before = this.#durable
    if (this.#failure !== undefined || position <= before) return
    this.#durable = position
    while (this.#sent[0] !== undefined && this.#sent[0].position <= position) {
      this.#waitingBytes -= this.#sent.shift()?.bytes ?? 0
    }
    for (let at = before + 1; this.#waiters.size > 0 && at <= position; at += 1) {
      const waiter = this.#waiters.get(at)
      if (waiter === undefined) continue
      this.#waiters.delete(at)
      waiter.resolve()
    }
    this.#observer.committed?.(position - before, commitMs)
    if (this.#unreported > 0) this.#reportGap()
  }

  /** Nothing more will be written: rejects everything that waits and everything to come. The first reason stays. */
  fail(reason: string): void {
    if (this.#failure !== undefined) return
    this.#failure = new JournalUnavailable(this.#closing ? CLOSED : reason)
    this.#lines = []
    for (const waiter of this.#waiters.values()) waiter.reject(this.#failure)
    this.#waiters.clear()
  }

  /** Sends what waits and the order to close; the writer's exit then settles the rest. */
  close(): void {
    this.#flush()
    this.#closing = true
    this.#send(CLOSE)
  }

  status(): JournalStatus {
    return {
      appended: this.#appended,
      durable: this.#durable,
      refused: this.#refused,
      failure: this.#failure?.message,
    }
  }

  #isFull(): boolean {
    return (
      this.#appended - this.#durable >= this.#limits.maxWaitingEntries ||
      this.#waitingBytes >= this.#limits.maxWaitingBytes
    )
  }

  #refuse(): number {
    this.#refused += 1
    this.#unreported += 1
    this.#observer.refused?.()
    return NEVER_DURABLE
  }

  // An entry nobody waited for (the close of a statement) may have been refused: the journal says so itself.
  #reportGap(): void {
    if (this.#isFull()) return
    const count = this.#unreported
    this.#unreported = 0
    this.append({ type: 'control', at: Date.now(), action: 'journal.entries-refused', detail: { count } })
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    if (this.#lines.length === 0) return
    this.#sent.push({ position: this.#appended, bytes: this.#lineBytes })
    this.#send(this.#lines.length === 1 ? (this.#lines[0] as string) : this.#lines.join('\n'))
    this.#lines = []
    this.#lineBytes = 0
  }
}

const FULL = 'too many records wait for the disk; try again when it has caught up'

const CLOSED = 'the journal is closed'

const ignore = (): void => {}
