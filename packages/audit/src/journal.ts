import { Worker } from 'node:worker_threads'
import type { JournalEntry } from '@sluice/core/record/record'
import type { AuditSink } from '@sluice/gateway/ports/audit-sink'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { JournalError, toJournalError } from './errors.ts'
import type { JournalLimits } from './limits.ts'
import { DEFAULT_JOURNAL_LIMITS } from './limits.ts'
import type { FromWorker, JournalWorkerData } from './orders.ts'
import type { JournalObserver, JournalStatus } from './queue.ts'
import { JournalQueue } from './queue.ts'

/** How to open a journal. */
export type JournalOptions = {
  /** The journal file; its lock, key and public key lie beside it. */
  readonly path: string
  readonly limits?: Partial<JournalLimits>
  readonly observer?: JournalObserver
}

/** What the owner of the journal can see beyond the sink. */
export type JournalControl = {
  /** SPKI PEM of the key that signs the checkpoints. */
  readonly publicKey: string
  status(): JournalStatus
}

/**
 * Opens (or makes) the journal and its writing thread. The scope's end writes what waits, signs a checkpoint and
 * closes the file. Fails with `JournalError` where another process writes it, where it was tampered with since the
 * last checkpoint, or where the file cannot be used.
 */
export const openJournal = (
  options: JournalOptions,
): Effect.Effect<AuditSink & JournalControl, JournalError, Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.tryPromise({
        try: () => start(options),
        catch: (cause) => toJournalError(cause, options.path),
      }),
      (running) => Effect.promise(() => running.stop()),
    ),
    (running) => running.journal,
  )

type Running = { readonly journal: AuditSink & JournalControl; stop(): Promise<void> }

const start = async (options: JournalOptions): Promise<Running> => {
  const limits = { ...DEFAULT_JOURNAL_LIMITS, ...options.limits }
  const worker = spawn({ path: options.path, limits })
  const ready = await firstWord(worker)
  const queue = new JournalQueue(
    ready.position,
    limits,
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    (batch) => worker.postMessage(batch),
    options.observer,
  )
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'durable') queue.committed(message.position, message.commitMs)
    else if (message.type === 'failed') queue.fail(message.message)
  })
  worker.on('error', (cause) =>
    queue.fail(`the journal thread crashed (${describe(cause)}); restart the gateway`),
  )
  worker.on('exit', () => queue.fail('the journal thread ended; restart the gateway'))
  const journal = {
    publicKey: ready.publicKey,
    append: (entry: JournalEntry) => queue.append(entry),
    isDurable: (position: number) => queue.isDurable(position),
    durable: (position: number) => queue.durable(position),
    status: () => queue.status(),
  }
  return { journal, stop: () => stop(worker, queue, limits.closeTimeoutMs) }
}

const spawn = (data: JournalWorkerData): Worker =>
  new Worker(
    new URL(import.meta.url.endsWith('.ts') ? './journal-worker.ts' : './journal-worker.js', import.meta.url),
    {
      workerData: data,
      name: 'sluice-journal',
    },
  )

const firstWord = (worker: Worker): Promise<Extract<FromWorker, { type: 'ready' }>> =>
  new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the journal thread ended before it was ready')))
    worker.once('message', (message: FromWorker) => {
      if (message.type === 'ready') resolve(message)
      else if (message.type === 'refused') reject(new JournalError(message))
      else reject(new Error('the journal thread spoke out of turn'))
    })
  })

/** Ends the writer after everything queued is on disk; a disk that hangs is waited for `timeoutMs` and no longer. */
const stop = async (worker: Worker, queue: JournalQueue, timeoutMs: number): Promise<void> => {
  const ended = new Promise<void>((resolve) => {
    // A thread that is gone already has the id -1 and says goodbye no second time.
    if (worker.threadId === -1) resolve()
    worker.once('exit', () => resolve())
  })
  queue.close()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([ended, late])
  clearTimeout(timer)
  queue.fail('the journal is closed')
  await worker.terminate()
}

const describe = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
