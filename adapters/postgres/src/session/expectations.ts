import type { ResultColumn } from '@sluice/core/mask/plan'
import type { UpstreamState } from '../states/upstream-leg.ts'
import type { Answer } from './ask.ts'
import type { Portal, Prepared } from './names.ts'
import type { Change } from './register.ts'
import type { Running } from './running.ts'

/** One entry per reply, or group of replies, that the database owes. In the order the messages were forwarded. */
export type Expectation =
  | {
      readonly kind: 'query'
      readonly runs: readonly Running[]
      at: number
      /** A pipeline stands in front of it that no Sync ended. */
      readonly endsPipeline: boolean
      state: UpstreamState
      /** What the client is told behind the runs: the text was cut there, and ends in what the database refuses. */
      readonly refusal?: Buffer
      settled?: () => void
    }
  | {
      readonly kind: 'parse'
      readonly change: Change
      readonly prepared: Prepared | undefined
      /** Where it was recorded before it was read. */
      readonly run: Running | undefined
      state: UpstreamState
    }
  | {
      readonly kind: 'bind'
      readonly change: Change
      readonly portal: Portal
      /** Where it was recorded before it was planned. */
      readonly run: Running | undefined
      state: UpstreamState
    }
  | {
      readonly kind: 'describe-statement'
      readonly prepared: Prepared | undefined
      /** Where it was recorded before it was read again. */
      readonly run: Running | undefined
      state: UpstreamState
    }
  | {
      readonly kind: 'describe-portal'
      readonly portal: Portal | undefined
      /** False for the gateway's own question. */
      readonly visible: boolean
      state: UpstreamState
    }
  | {
      readonly kind: 'execute'
      readonly run: Running
      readonly portal: Portal
      state: UpstreamState
      settled?: () => void
    }
  | {
      readonly kind: 'function-call'
      readonly run: Running
      /** The result, as a column. */
      readonly column: ResultColumn
      readonly endsPipeline: boolean
      state: UpstreamState
      settled?: () => void
    }
  | { readonly kind: 'replication'; readonly run: Running; state: UpstreamState }
  | { readonly kind: 'close'; readonly change: Change; state: UpstreamState }
  /** `own`: behind a question of the gateway's own, which the client knows nothing of. */
  | { readonly kind: 'sync'; readonly own?: true; state: UpstreamState; settled?: () => void }
  /** A message that the database is sure to refuse, sent so that the transaction fails there too. */
  | {
      readonly kind: 'refusal'
      readonly reply: Buffer
      readonly protocol: 'simple' | 'extended'
      /** The client knows nothing of it, and gets no ReadyForQuery for it. */
      readonly own: boolean
      state: UpstreamState
    }
  /** A question of the gateway's own. */
  | {
      readonly kind: 'ask'
      /** By Query: its CommandComplete ends it. */
      readonly simple: boolean
      readonly rows: (string | null)[][]
      readonly answered: (answer: Answer) => void
      /** CloseComplete messages that are owed: otherwise the last of them ends it. */
      closes: number
      state: UpstreamState
    }

/** Replies owed at which the client is not heard until half of them have come. INVARIANT (hostile-both-sides). */
const MAX_OWED = 8192

/** Answered entries at the front of the queue at which it is cut: one never empties under a steady pipeline. */
const MAX_ANSWERED = 1024

/** Answered up to a ReadyForQuery of their own, without a Sync. */
const endsByItself: ReadonlySet<Expectation['kind']> = new Set(['query', 'function-call', 'replication'])

/** The queue of what the database owes. */
export class Expectations {
  #queue: Expectation[] = []
  #head = 0
  #emptyWaiters: (() => void)[] = []
  #roomWaiters: (() => void)[] = []

  get head(): Expectation | undefined {
    return this.#queue[this.#head]
  }

  get size(): number {
    return this.#queue.length - this.#head
  }

  push(expectation: Expectation): void {
    this.#queue.push(expectation)
  }

  /** Takes the head, which has been answered in full. */
  shift(): void {
    this.#head += 1
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0
      this.#head = 0
      this.#wakeEmpty()
    } else if (this.#head >= MAX_ANSWERED) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
      if (this.#queue.length <= MAX_OWED / 2) this.#wakeRoom()
    }
  }

  /** True where the client must wait for `room`. */
  get full(): boolean {
    return this.size >= MAX_OWED
  }

  /** Resolves when half of the most that may be owed is free again. */
  room(): Promise<void> {
    return new Promise((resolve) => this.#roomWaiters.push(resolve))
  }

  /** Resolves when nothing is owed. */
  empty(): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#emptyWaiters.push(resolve))
  }

  /**
   * After an error in the extended protocol: takes everything up to the next Sync, newest first, so that
   * definitions can be undone in reverse. The Sync itself stays. True in `synced` when there is one.
   */
  takeSkipped(): { readonly skipped: readonly Expectation[]; readonly synced: boolean } {
    const rest = this.#queue.slice(this.#head)
    const sync = rest.findIndex(({ kind }) => kind === 'sync')
    const skipped = sync < 0 ? rest : rest.slice(0, sync)
    this.#queue = sync < 0 ? [] : rest.slice(sync)
    this.#head = 0
    if (sync < 0) this.#wakeEmpty()
    else if (this.size <= MAX_OWED / 2) this.#wakeRoom()
    return { skipped: skipped.toReversed(), synced: sync >= 0 }
  }

  /**
   * While COPY IN runs the database reads and ignores Sync: those that the client sent behind the head and before the
   * end of its data (`most`) will not be answered.
   */
  dropSyncsBehindHead(most: number): void {
    const next = this.#head + 1
    for (let dropped = 0; dropped < most; dropped += 1) {
      const sync = this.#queue[next]
      if (sync?.kind !== 'sync') return
      this.#queue.splice(next, 1)
      sync.settled?.()
    }
  }

  /** The first entry that satisfies `test`, and how many Syncs stand behind it. */
  findWithSyncs(
    test: (expectation: Expectation) => boolean,
  ): { readonly owed: Expectation; readonly syncsBehind: number } | undefined {
    for (let i = this.#head; i < this.#queue.length; i += 1) {
      const owed = this.#queue[i] as Expectation
      if (test(owed)) {
        return { owed, syncsBehind: this.#queue.slice(i).filter(({ kind }) => kind === 'sync').length }
      }
    }
    return undefined
  }

  /** True when something is owed that an error at the head does not skip: behind its Query, or behind its Sync. */
  owesBehindSync(): boolean {
    const { head } = this
    if (head !== undefined && endsByItself.has(head.kind)) return this.size > 1
    const sync = this.#queue.findIndex(({ kind }, i) => i >= this.#head && kind === 'sync')
    return sync >= 0 && sync < this.#queue.length - 1
  }

  /** Everything still owed, for closing the records when the session ends. */
  drain(): readonly Expectation[] {
    const rest = this.#queue.slice(this.#head)
    this.#queue = []
    this.#head = 0
    this.#wakeEmpty()
    return rest
  }

  /** True when something owed satisfies `test`. */
  some(test: (expectation: Expectation) => boolean): boolean {
    for (let i = this.#head; i < this.#queue.length; i += 1) {
      if (test(this.#queue[i] as Expectation)) return true
    }
    return false
  }

  #wakeEmpty(): void {
    if (this.#emptyWaiters.length === 0 && this.#roomWaiters.length === 0) return
    const waiters = this.#emptyWaiters
    this.#emptyWaiters = []
    for (const wake of waiters) wake()
    this.#wakeRoom()
  }

  #wakeRoom(): void {
    const waiters = this.#roomWaiters
    this.#roomWaiters = []
    for (const wake of waiters) wake()
  }
}
