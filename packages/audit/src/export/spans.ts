import { Worker } from 'node:worker_threads'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { detailOf } from '../errors.ts'
import type { FromSpanWorker, SpanWorkerData, ToSpanWorker } from './span-messages.ts'

/** Where audit spans go. The journal must exist: open it first. */
export type SpanExportOptions = {
  /** The journal. */
  readonly path: string
  /** `durablePosition` of the journal that this process writes: what may yet be lost in a crash is not exported. */
  readonly durable?: SharedArrayBuffer
  /** Base address of an OTLP/HTTP collector, e.g. `http://localhost:4318`. */
  readonly endpoint: string
  readonly serviceName: string
  readonly headers?: Readonly<Record<string, string>>
  /** Asked for the headers anew where the collector does not take them (HTTP 401 and 403). Must not reject. */
  readonly renewHeaders?: () => Promise<Readonly<Record<string, string>>>
  /** How often to look for new entries. Default: 500. */
  readonly pollEveryMs?: number
  /** How long one request may take; longer, up to a minute, where the collector takes longer. Default: 5,000. */
  readonly requestTimeoutMs?: number
  /** The first pause after a failure; it doubles up to `maxRetryMs`. Defaults: 250 and 30,000. */
  readonly firstRetryMs?: number
  readonly maxRetryMs?: number
  /** Told once when spans cannot be sent, and once, with undefined, when they can again. Must not throw. */
  readonly onProblem?: (problem: string | undefined) => void
  /**
   * Told the last position that spans were exported of, where the journal does not hold what was there: it was put aside,
   * cut or replaced. All that it holds is exported then. Must not throw.
   */
  readonly onMissing?: (position: number) => void
  /** Told, once a minute at most, how many spans the collector has rejected for good since the start. Must not throw. */
  readonly onRejected?: (spans: number) => void
}

/** Where the export stands. */
export type SpanExportStatus = {
  /** The last journal position this process exported; undefined before the first. */
  readonly position: number | undefined
  /** Spans the collector accepted from this process. */
  readonly spans: number
  /** Why the last attempt failed; undefined after a success. */
  readonly problem: string | undefined
}

/** A running export. */
export type SpanExport = { status(): SpanExportStatus }

/**
 * Exports a span per session and per statement from the journal, in a thread of its own, from a durable cursor.
 * A collector that is down delays no statement and loses no span; the export goes on when it is back. The scope's
 * end stops the thread; what was not accepted is sent at the next start.
 */
export const startSpanExport = (options: SpanExportOptions): Effect.Effect<SpanExport, never, Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new RunningExport(options)),
    (running) => Effect.promise(() => running.stop()),
  )

const STOP_TIMEOUT_MS = 1_000

const REJECTED_EVERY_MS = 60_000

class RunningExport implements SpanExport {
  #data: SpanWorkerData
  readonly #renewHeaders: SpanExportOptions['renewHeaders']
  readonly #onProblem: (problem: string | undefined) => void
  readonly #onRejected: (spans: number) => void
  readonly #onMissing: (position: number) => void
  #isRenewing = false
  #rejected = 0
  #toldAt = Number.NEGATIVE_INFINITY
  /** Tells of what was rejected within a minute of the last time. */
  #untold: NodeJS.Timeout | undefined
  #worker: Worker | undefined
  #restart: NodeJS.Timeout | undefined
  #stopped = false
  #position: number | undefined
  #spans = 0
  #problem: string | undefined
  #backoffMs: number

  constructor(options: SpanExportOptions) {
    this.#data = {
      path: options.path,
      durable: options.durable,
      url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
      headers: { ...options.headers },
      serviceName: options.serviceName,
      pollEveryMs: options.pollEveryMs ?? 500,
      requestTimeoutMs: options.requestTimeoutMs ?? 5_000,
      firstRetryMs: options.firstRetryMs ?? 250,
      maxRetryMs: options.maxRetryMs ?? 30_000,
    }
    this.#renewHeaders = options.renewHeaders
    this.#onProblem = options.onProblem ?? (() => {})
    this.#onRejected = options.onRejected ?? (() => {})
    this.#onMissing = options.onMissing ?? (() => {})
    this.#backoffMs = this.#data.firstRetryMs
    this.#start()
  }

  status(): SpanExportStatus {
    return { position: this.#position, spans: this.#spans, problem: this.#problem }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#untold !== undefined) this.#tellRejected()
    clearTimeout(this.#restart)
    const worker = this.#worker
    if (worker === undefined) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
      timer = setTimeout(resolve, STOP_TIMEOUT_MS)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
      worker.postMessage('stop' satisfies ToSpanWorker)
    })
    clearTimeout(timer)
    await worker.terminate()
  }

  #start(): void {
    const file = import.meta.url.endsWith('.ts') ? './span-worker.ts' : './span-worker.js'
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: this.#data,
      name: 'sluice-spans',
    })
    this.#worker = worker
    worker.on('message', (message: FromSpanWorker) => this.#note(message))
    worker.on('error', (cause) => this.#failing(detailOf(cause)))
    worker.on('exit', () => {
      this.#worker = undefined
      if (this.#stopped) return
      // The journal holds everything, so a crashed exporter is simply started again, ever more patiently.
      this.#restart = setTimeout(() => this.#start(), this.#backoffMs)
      this.#backoffMs = Math.min(this.#backoffMs * 2, this.#data.maxRetryMs)
    })
  }

  #note(message: FromSpanWorker): void {
    if (message.type === 'retrying') {
      this.#failing(message.problem)
      if (message.unauthorized) void this.#renew()
      return
    }
    if (message.type === 'missing') {
      this.#onMissing(message.position)
      return
    }
    if (message.type === 'rejected') {
      this.#noteRejected(message.spans)
      return
    }
    this.#position = message.position
    this.#spans += message.spans
    this.#backoffMs = this.#data.firstRetryMs
    if (this.#problem !== undefined) this.#onProblem(undefined)
    this.#problem = undefined
  }

  /** What proves that spans may be sent may have been changed since. */
  async #renew(): Promise<void> {
    if (this.#renewHeaders === undefined || this.#isRenewing) return
    this.#isRenewing = true
    const headers = { ...(await this.#renewHeaders()) }
    this.#isRenewing = false
    this.#data = { ...this.#data, headers }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    this.#worker?.postMessage({ headers } satisfies ToSpanWorker)
  }

  #noteRejected(spans: number): void {
    this.#rejected += spans
    const waitMs = this.#toldAt + REJECTED_EVERY_MS - performance.now()
    if (waitMs <= 0) this.#tellRejected()
    else this.#untold ??= setTimeout(() => this.#tellRejected(), waitMs).unref()
  }

  #tellRejected(): void {
    clearTimeout(this.#untold)
    this.#untold = undefined
    this.#toldAt = performance.now()
    this.#onRejected(this.#rejected)
  }

  #failing(problem: string): void {
    if (this.#problem === undefined && !this.#stopped) this.#onProblem(problem)
    this.#problem = problem
  }
}
