import { Worker } from 'node:worker_threads'
import type { AuditSink } from '@sluice/gateway/ports/audit-sink'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { CHAPTER_BYTES } from './block.ts'
import { BlockWriter } from './block-writer.ts'
import { detailOf, JournalError, toJournalError } from './errors.ts'
import type { JournalLimits } from './limits.ts'
import { DEFAULT_JOURNAL_LIMITS } from './limits.ts'
import { takeWriterLock } from './lock.ts'
import { CONTROL_WORDS, EndOfChain, type FromWorker, type JournalWorkerData, places } from './orders.ts'
import { type JournalObserver, JournalQueue, type JournalStatus } from './queue.ts'

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
  /** Begins with a `BigInt64`, the last position on disk, to be read with `Atomics` from any thread. */
  readonly durablePosition: SharedArrayBuffer
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

/** One is written, one is full, one fills. More than that waits only where something is wrong with the disk. */
const BUFFERS = 3

const start = async (options: JournalOptions): Promise<Running> => {
  const lock = takeWriterLock(options.path)
  try {
    return await startLocked(options, lock)
  } catch (cause) {
    lock.close()
    throw cause
  }
}

type Lock = { close(): void }

const startLocked = async (options: JournalOptions, lock: Lock): Promise<Running> => {
  const limits = { ...DEFAULT_JOURNAL_LIMITS, ...options.limits }
  const data: JournalWorkerData = {
    path: options.path,
    limits,
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    reached: new SharedArrayBuffer(Object.keys(places).length * BigInt64Array.BYTES_PER_ELEMENT),
    end: new SharedArrayBuffer(EndOfChain.bytes),
    buffers: Array.from({ length: BUFFERS }, () => new SharedArrayBuffer(CHAPTER_BYTES)),
  }
  const worker = spawn(data)
  const ready = await firstWord(worker).catch(async (cause: unknown) => {
    await worker.terminate()
    throw cause
  })
  const writer = new BlockWriter(data, ready, (cause) =>
    queue.fail(toJournalError(cause, options.path).message),
  )
  const queue = new JournalQueue(ready, limits, writer, options.observer)
  worker.on('message', (message: FromWorker) => {
    if (message === 'further') {
      writer.told()
      queue.told()
    } else if (message === 'room') {
      queue.goOn()
    } else if (message.type === 'full') {
      queue.pause(message.message)
    } else if (message.type === 'failed') {
      writer.abandon()
      queue.fail(message.message)
    }
  })
  worker.on('error', (cause) =>
    queue.fail(`the journal thread crashed (${detailOf(cause)}); restart the gateway`),
  )
  worker.on('exit', () => queue.ended('the journal thread ended; restart the gateway'))
  noteEnd(queue, ready)
  const journal: AuditSink & JournalControl = {
    publicKey: ready.publicKey,
    durablePosition: data.reached,
    append: (entry) => queue.append(entry),
    open: (opening, reach) => queue.open(opening, reach),
    close: (closing) => queue.close(closing),
    isDurable: (position) => queue.isDurable(position),
    durable: (position) => queue.durable(position),
    isWritten: (position) => queue.isWritten(position),
    written: (position) => queue.written(position),
    status: () => queue.status(),
  }
  const end = async (): Promise<void> => {
    await stop(worker, queue, limits.closeTimeoutMs)
    writer.release()
    lock.close()
  }
  return { journal, stop: end }
}

/** The process, or the power, ended in the middle of a write, or before a checkpoint: that is on the record too. */
const noteEnd = (queue: JournalQueue, { discardedBytes, unsignedEntries }: Ready): void => {
  const note = (action: string, detail: Readonly<Record<string, number>>): number =>
    queue.append({ type: 'control', at: Date.now(), action, detail })
  if (unsignedEntries > 0) note('journal.signed-late', { entries: unsignedEntries })
  if (discardedBytes > 0) note('journal.unfinished-block', { bytes: discardedBytes })
}

const spawn = (data: JournalWorkerData): Worker =>
  new Worker(
    new URL(import.meta.url.endsWith('.ts') ? './journal-worker.ts' : './journal-worker.js', import.meta.url),
    {
      workerData: data,
      name: 'sluice-journal',
    },
  )

type Ready = Extract<FromWorker, { type: 'ready' }>

const firstWord = (worker: Worker): Promise<Ready> =>
  new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the journal thread ended before it was ready')))
    worker.once('message', (message: FromWorker) => {
      if (typeof message === 'object' && message.type === 'ready') resolve(message)
      else if (typeof message === 'object' && message.type === 'refused') reject(new JournalError(message))
      else if (typeof message === 'object' && message.type === 'failed')
        reject(new JournalError({ problem: 'unusable', message: message.message }))
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
  queue.shutDown()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      queue.fail(`the disk did not take the last of the journal within ${timeoutMs} ms`)
      resolve()
    }, timeoutMs)
  })
  await Promise.race([ended, late])
  clearTimeout(timer)
  await worker.terminate()
}
