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
  /** Two `BigInt64`, by `places`: how far the writer has come. */
  readonly reached: SharedArrayBuffer
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
  /** 1: the block must be on disk before it is dealt with; 0: the file will do for now. */
  sync: 5,
  /** How long the last block took, in microseconds. */
  tookUs: 6,
  /** 1: the queue wants to be told when the writer has come further. The writer takes it back when it tells. */
  wake: 7,
} as const

/** Number of `words`. */
export const CONTROL_WORDS = 8

/** Where the last position on disk, and the last one in the file, stand in `reached`. */
export const places = { disk: 0, file: 1 } as const

/** What the worker is to do. It goes back to `none` when it is done. */
export const orders = { none: 0, write: 1, close: 2 } as const

/** What the worker tells: it is ready, it never will be, it has come further, or it can write no more. */
export type FromWorker =
  | {
      readonly type: 'ready'
      readonly position: number
      readonly offset: number
      readonly discardedBytes: number
      readonly publicKey: string
    }
  | { readonly type: 'refused'; readonly problem: JournalProblem; readonly message: string }
  | 'further'
  | { readonly type: 'failed'; readonly message: string }
