import { Worker } from 'node:worker_threads'
import type { Statement } from '@sluice/core/statement/command'
import type { DialectLimits } from './limits.ts'
import type { ParseReply, ParseRequest } from './protocol.ts'

/** `lasting`: the same text would be read the same way again, so the answer may be kept. */
type Parsed = { readonly statement: Statement; readonly lasting: boolean }

const opaque = (reason: string, lasting = false): Parsed => ({
  statement: { kind: 'opaque', reason },
  lasting,
})

type Job<Source> = {
  readonly id: number
  readonly source: Source
  readonly resolve: (parsed: Parsed) => void
}

/** Stack of the parser's thread. A tree as deep as the limits allow needs a fraction of it. */
const stackSizeMb = 16
/** Heap of the parser's thread; past it the thread ends and the statement is Opaque. */
const maxOldGenerationSizeMb = 256
/** Workers that may fail in a row before they were ready; then the parser gives up. */
const startAttempts = 3

/** By the clock a parse may last so many times its limit: on a busy machine its thread has a part of a processor only. */
const clockTimes = 8

/** What the thread works on. `spent`: what it had spent of a processor before. `timer` ends it, or looks at what it spent. */
type Work<Source> = {
  readonly job: Job<Source>
  readonly startedAt: number
  readonly spent: Promise<number>
  timer: NodeJS.Timeout
}

/** Processor time that a thread has had, in milliseconds; it tells amid a parse, too. Of one that ended, 0. */
const spentMs = ({ worker }: Thread): Promise<number> =>
  worker.cpuUsage().then(
    ({ user, system }) => (user + system) / 1000,
    () => 0,
  )

/** `begun` settles when the thread is ready, or has ended before it was. */
type Thread = { readonly worker: Worker; readonly begun: Promise<void>; ready: boolean }

/** Node crashes where a thread is ended while it loads its modules, so that is waited for. */
const ended = async ({ worker, begun }: Thread): Promise<void> => {
  worker.ref()
  await begun
  await worker.terminate()
}

/**
 * Parses statements one at a time in a worker thread that is killed when a statement takes too long. A second
 * thread stands by, so that a kill does not stall the statements that wait.
 * INVARIANT (hostile-both-sides): the time of one parse and the number of waiting statements are bounded.
 */
export class Parser<Source> {
  readonly #limits: DialectLimits
  readonly #url: URL
  readonly #waiting: Job<Source>[] = []
  #active: Thread
  #spare: Thread
  #current: Work<Source> | undefined
  #ids = 0
  #failedStarts = 0
  #closed = false

  /** `url` names the worker's module, which calls `serveParser`. */
  constructor(limits: DialectLimits, url: URL) {
    this.#limits = limits
    this.#url = url
    this.#active = this.#start()
    this.#spare = this.#start()
  }

  /** Never rejects: what cannot be parsed is Opaque. */
  parse(source: Source): Promise<Parsed> {
    if (this.#closed) return Promise.resolve(opaque('the parser is closed'))
    if (this.#failedStarts >= startAttempts) return Promise.resolve(opaque('the parser could not be started'))
    if (this.#waiting.length >= this.#limits.parseQueue)
      return Promise.resolve(opaque('too many statements wait to be parsed; send it again'))
    return new Promise((resolve) => {
      this.#waiting.push({ id: this.#ids++, source, resolve })
      this.#active.worker.ref()
      this.#pump()
    })
  }

  /** Ends the threads; statements that still wait are Opaque. */
  async close(): Promise<void> {
    this.#closed = true
    this.#finish(opaque('the parser is closed'))
    this.#drain(opaque('the parser is closed'))
    await Promise.all([ended(this.#active), ended(this.#spare)])
  }

  #start(): Thread {
    const worker = new Worker(this.#url, { resourceLimits: { stackSizeMb, maxOldGenerationSizeMb } })
    const begun = new Promise<void>((resolve) => {
      worker.once('message', () => resolve())
      worker.once('exit', () => resolve())
    })
    const thread: Thread = { worker, begun, ready: false }
    worker.on('message', (reply: ParseReply) => this.#reply(thread, reply))
    worker.on('error', () => this.#lost(thread))
    worker.on('exit', () => this.#lost(thread))
    // An idle parser keeps no process alive; `parse` takes the reference while a statement waits. A listener for
    // messages takes it too, so this comes last.
    worker.unref()
    return thread
  }

  #pump(): void {
    if (this.#closed || this.#current !== undefined || !this.#active.ready) return
    const job = this.#waiting.shift()
    if (job === undefined) {
      this.#active.worker.unref()
      return
    }
    const { parseTimeoutMs, treeDepth } = this.#limits
    const work: Work<Source> = {
      job,
      startedAt: performance.now(),
      spent: spentMs(this.#active),
      timer: setTimeout(() => void this.#look(work), parseTimeoutMs),
    }
    this.#current = work
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    this.#active.worker.postMessage({
      id: job.id,
      source: job.source,
      treeDepth,
    } satisfies ParseRequest<Source>)
  }

  /** Its time is over by the clock. It goes on for what is left of it where the processor was elsewhere, or this thread late. */
  async #look(work: Work<Source>): Promise<void> {
    const { parseTimeoutMs } = this.#limits
    const mostLeft = work.startedAt + clockTimes * parseTimeoutMs - performance.now()
    // A thread that does not even say what it spent is not waited for longer.
    work.timer = setTimeout(() => this.#giveUp(work), mostLeft)
    const [before, now] = await Promise.all([work.spent, spentMs(this.#active)])
    if (this.#current !== work) return
    const left = before + parseTimeoutMs - now
    if (left <= 0) {
      this.#giveUp(work)
      return
    }
    clearTimeout(work.timer)
    work.timer = setTimeout(() => void this.#look(work), Math.min(left, mostLeft))
  }

  #giveUp(work: Work<Source>): void {
    if (this.#current !== work) return
    this.#finish(opaque(`parsing took longer than ${this.#limits.parseTimeoutMs} ms`))
    this.#replace()
  }

  #reply(thread: Thread, reply: ParseReply): void {
    if (reply.kind === 'ready') {
      thread.ready = true
      this.#failedStarts = 0
    } else if (reply.id === this.#current?.job.id) {
      if (reply.kind === 'tree') this.#finish({ statement: reply.statement, lasting: true })
      else {
        this.#finish(opaque(reply.reason, !reply.spoiled))
        if (reply.spoiled) this.#replace()
      }
    }
    this.#pump()
  }

  #finish(parsed: Parsed): void {
    if (this.#current === undefined) return
    clearTimeout(this.#current.timer)
    this.#current.job.resolve(parsed)
    this.#current = undefined
  }

  #drain(parsed: Parsed): void {
    for (const job of this.#waiting.splice(0)) job.resolve(parsed)
  }

  /** A thread ended by itself: out of memory, or it could not start. */
  #lost(thread: Thread): void {
    if (this.#closed || (thread !== this.#active && thread !== this.#spare)) return
    if (!thread.ready && ++this.#failedStarts >= startAttempts) {
      this.#drain(opaque('the parser could not be started'))
      return
    }
    if (thread === this.#spare) this.#spare = this.#start()
    else {
      this.#finish(opaque('the parser failed on it'))
      this.#replace()
    }
  }

  #replace(): void {
    const ended = this.#active
    this.#active = this.#spare
    this.#spare = this.#start()
    void ended.worker.terminate()
    if (this.#waiting.length > 0) this.#active.worker.ref()
    this.#pump()
  }
}
