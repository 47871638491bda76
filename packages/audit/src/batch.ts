import { Buffer } from 'node:buffer'
import type { Reach } from '@sluice/gateway/ports/audit-sink'
import { HASH_BYTES, HEADER_BYTES, writeHeader } from './block.ts'
import { PackedWriter } from './packed.ts'

/** Where a block goes in the file. */
export type Place = { readonly chapter: number; readonly offset: number }

type Waiter = { readonly promise: Promise<void>; resolve(): void; reject(cause: unknown): void }

/** The entries that become durable together: a block while it is filled, and who waits for it. */
export class Batch {
  /** Which of the shared buffers it fills. */
  readonly buffer: number
  readonly place: Place
  readonly first: number
  readonly baseUs: number
  readonly writer: PackedWriter
  count = 0
  /** How many of its entries somebody may wait for. */
  urgent = 0
  /** How far it must come before the next is written. */
  reach: Reach = 'file'
  readonly #waiters: { [reach in Reach]?: Waiter } = {}

  /** `room`: bytes that the block may have in its chapter. */
  constructor(bytes: Buffer, start: Pick<Batch, 'buffer' | 'place' | 'first' | 'baseUs'>, room: number) {
    this.buffer = start.buffer
    this.place = start.place
    this.first = start.first
    this.baseUs = start.baseUs
    this.writer = new PackedWriter(bytes)
    this.writer.at = HEADER_BYTES
    this.writer.limit = Math.min(bytes.length, room) - HASH_BYTES
  }

  /** Length of the block as it stands. */
  get length(): number {
    return this.writer.at + HASH_BYTES
  }

  get bodyBytes(): number {
    return this.writer.at - HEADER_BYTES
  }

  /** The last position in it; the one before `first` while it is empty. */
  get last(): number {
    return this.first + this.count - 1
  }

  /** Completes the header: the block can be handed over. */
  finish(): void {
    const { first, count, baseUs } = this
    writeHeader(this.writer.bytes, { first, count, atUs: baseUs }, this.writer.at - HEADER_BYTES)
  }

  /** Resolves when the block has come so far: one promise for all that wait for that. */
  until(reach: Reach): Promise<void> {
    let waiter = this.#waiters[reach]
    if (waiter === undefined) {
      waiter = this.#waiters[reach] = Promise.withResolvers<void>()
      // A session that ended while it waited must not bring the process down with an unhandled rejection.
      waiter.promise.catch(ignore)
    }
    return waiter.promise
  }

  /** Somebody waits for it. */
  get isAwaited(): boolean {
    return this.#waiters.file !== undefined || this.#waiters.disk !== undefined
  }

  /** It has come so far. */
  succeed(reach: Reach): void {
    this.#waiters[reach]?.resolve()
    delete this.#waiters[reach]
  }

  /** It comes no further, or not now: nobody waits for it any more. */
  fail(cause: unknown): void {
    for (const reach of ['file', 'disk'] as const) {
      this.#waiters[reach]?.reject(cause)
      delete this.#waiters[reach]
    }
  }
}

const ignore = (): void => {}
