import type { JournalProblem } from './errors.ts'
import type { JournalLimits } from './limits.ts'

/** What the journal gives its worker. */
export type JournalWorkerData = { readonly path: string; readonly limits: JournalLimits }

/** The order that ends the worker. No batch looks like it: a batch is JSON objects. */
export const CLOSE = 'close'

/**
 * What the journal sends its worker: entries as JSON texts joined by `\n` (JSON text never holds a raw newline), or
 * `CLOSE`. One string is the cheapest thing to post: 1.3 µs to serialise an entry of 670 bytes against 4–5 µs for
 * a structured clone of the object.
 */
export type ToWorker = string

/** What the worker tells: it is ready, it never will be, entries are on disk, or it can write no more. */
export type FromWorker =
  | { readonly type: 'ready'; readonly position: number; readonly publicKey: string }
  | { readonly type: 'refused'; readonly problem: JournalProblem; readonly message: string }
  | { readonly type: 'durable'; readonly position: number; readonly commitMs: number }
  | { readonly type: 'failed'; readonly message: string }
