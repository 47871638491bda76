import { HASH_BYTES } from './block.ts'
import type { JournalProblem } from './errors.ts'
import type { JournalLimits } from './limits.ts'

/**
 * What the journal shares with its worker. The gateway's thread writes blocks where the disk may lag, and where it is quick;
 * the worker writes the others, brings to disk and signs. It waits for its orders asleep: waking it is one
 * system call, and nothing is copied or serialised.
 */
export type JournalWorkerData = {
  readonly path: string
  readonly limits: JournalLimits
  /** An `Int32Array` of `words`. */
  readonly control: SharedArrayBuffer
  /** A `BigInt64` for each of `places`: how far the worker has come. */
  readonly reached: SharedArrayBuffer
  /** The end of the chain that an order is about: see `EndOfChain`. */
  readonly end: SharedArrayBuffer
  /** Room for a whole block each. */
  readonly buffers: readonly SharedArrayBuffer[]
}

/** Where each word of the control block stands. */
export const words = {
  /** One of `orders`. The worker sets it back to `none` when it has carried it out, and takes what `end` says before. */
  order: 0,
  /** How long the disk took last, in microseconds. */
  tookUs: 1,
  /** 1: the queue wants to be told when the worker has come further. The worker takes it back when it tells. */
  wake: 2,
} as const

/** Number of `words`. */
export const CONTROL_WORDS = 3

/** Where the last position on disk, the offset up to which the file has room, and the last signed position stand in `reached`. */
export const places = { disk: 0, room: 1, signed: 2 } as const

/** What the worker is to do: bring to disk what was written, or do that and end. */
export const orders = { none: 0, sync: 1, close: 2 } as const

/**
 * How far the file was written when an order was given, in memory that both threads see. Only one of them touches it at
 * a time: the queue's while no order stands, the worker's until it has taken the order.
 */
export class EndOfChain {
  /** Bytes of shared memory that it takes. */
  static readonly bytes: number = 5 * Float64Array.BYTES_PER_ELEMENT + HASH_BYTES
  readonly #numbers: Float64Array
  readonly #hash: Uint8Array

  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Float64Array(memory, 0, 5)
    this.#hash = new Uint8Array(memory, 5 * Float64Array.BYTES_PER_ELEMENT, HASH_BYTES)
  }

  /** `offset`: where the next block goes. `wanted`: the offset up to which it needs room. */
  set(position: number, offset: number, wanted: number, hash: Uint8Array): void {
    this.#numbers[0] = position
    this.#numbers[1] = offset
    this.#numbers[2] = wanted
    this.#numbers[4] = 0
    this.#hash.set(hash)
  }

  /** The last block was not written yet: `length` bytes of one of the buffers, which end at `offset` in the file. */
  setBlock(buffer: number, length: number): void {
    this.#numbers[3] = buffer
    this.#numbers[4] = length
  }

  get buffer(): number {
    return this.#numbers[3] as number
  }

  /** Bytes of the block that the worker is to write; 0: none. */
  get length(): number {
    return this.#numbers[4] as number
  }

  get position(): number {
    return this.#numbers[0] as number
  }

  get offset(): number {
    return this.#numbers[1] as number
  }

  get wanted(): number {
    return this.#numbers[2] as number
  }

  /** A copy. */
  get hash(): Uint8Array {
    return Uint8Array.from(this.#hash)
  }
}

/** What the worker tells: it is ready, it never will be, it has come further, it waits for room or no more, or it can do no more. */
export type FromWorker =
  | {
      readonly type: 'ready'
      readonly position: number
      readonly offset: number
      readonly hash: Uint8Array
      readonly discardedBytes: number
      readonly unsignedEntries: number
      readonly publicKey: string
    }
  | { readonly type: 'refused'; readonly problem: JournalProblem; readonly message: string }
  | 'further'
  | { readonly type: 'full'; readonly message: string }
  | 'room'
  | { readonly type: 'failed'; readonly message: string }
