import type { JournalProblem } from './errors.ts'
import type { JournalLimits } from './limits.ts'

/**
 * What the journal shares with its worker. Blocks are handed over in shared memory, one at a time, and the worker waits
 * for them asleep: waking it is one system call, and nothing is copied or serialised.
 */
export type JournalWorkerData = {
  readonly path: string
  readonly limits: JournalLimits
  /** An `Int32Array` of `words`. */
  readonly control: SharedArrayBuffer
  /** One `BigInt64`: the last position on disk. */
  readonly durable: SharedArrayBuffer
  /** Room for a whole block each. */
  readonly buffers: readonly SharedArrayBuffer[]
}

/** Where each word of the control block stands. */
export const words = {
  /** One of `orders`. */
  order: 0,
  /** The block to write: which buffer it begins, its length in bytes, and where it goes in the file. */
  buffer: 1,
  length: 2,
  chapter: 3,
  offset: 4,
} as const

/** Number of `words`. */
export const CONTROL_WORDS = 5

/** What the worker is to do. It goes back to `none` when it is done. */
export const orders = { none: 0, write: 1, close: 2 } as const

/** What the worker tells: it is ready, it never will be, a block is on disk, or it can write no more. */
export type FromWorker =
  | {
      readonly type: 'ready'
      readonly position: number
      readonly offset: number
      readonly discardedBytes: number
      readonly publicKey: string
    }
  | { readonly type: 'refused'; readonly problem: JournalProblem; readonly message: string }
  /** The block is on disk; how long that took in milliseconds. */
  | number
  | { readonly type: 'failed'; readonly message: string }
