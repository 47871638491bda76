import type { Writable } from 'node:stream'

/** A part of received memory: what to write, without a view made of it before it is written. */
export type Slice = { readonly bytes: Buffer; readonly start: number; readonly end: number }

/**
 * What is on its way out on one connection. INVARIANT (relay-by-slice): neighbouring slices of one received chunk
 * are joined to one slice again, so that untouched messages leave as they came, without a copy.
 *
 * A slice handed in must not change until it has been written: the sockets here read into fresh buffers.
 */
export class Outgoing {
  readonly #sink: Writable
  #waiting: Buffer[] = []
  /** The slice that grows, behind those that wait. */
  #bytes: Buffer | undefined
  #start = 0
  #end = 0
  #waitingBytes = 0

  constructor(sink: Writable) {
    this.#sink = sink
  }

  /** Bytes handed in and not written yet. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** The peer has not taken what was written: wait for `drained`. */
  get blocked(): boolean {
    return this.#sink.writableNeedDrain && !this.#sink.destroyed
  }

  /** Queues `bytes`; nothing is written before `flush`. */
  add(bytes: Buffer): void {
    this.#waitingBytes += bytes.length
    const last = this.#bytes
    if (last !== undefined && last.buffer === bytes.buffer) {
      // Both are views of the same memory: `start` and `end` count from where `last` begins in it.
      const start = bytes.byteOffset - last.byteOffset
      if (start === this.#end) {
        this.#end += bytes.length
        if (this.#end > last.length) this.#bytes = Buffer.from(last.buffer, last.byteOffset, this.#end)
        return
      }
    }
    this.#begin(bytes, 0, bytes.length)
  }

  /** Queues part of received memory, which joins what was queued before it where it follows that. */
  addSlice({ bytes, start, end }: Slice): void {
    this.#waitingBytes += end - start
    if (bytes === this.#bytes && start === this.#end) this.#end = end
    else this.#begin(bytes, start, end)
  }

  /** Writes what waits. False: the peer is slow; wait for `drained` before producing more. */
  flush(): boolean {
    const last = this.#grown()
    if (last === undefined) return !this.#sink.writableNeedDrain
    const waiting = this.#waiting
    this.#bytes = undefined
    this.#waitingBytes = 0
    if (waiting.length > 0) this.#waiting = []
    if (this.#sink.destroyed || this.#sink.writableEnded) return true
    if (waiting.length === 0) return this.#sink.write(last)
    this.#sink.cork()
    for (const bytes of waiting) this.#sink.write(bytes)
    this.#sink.write(last)
    this.#sink.uncork()
    return !this.#sink.writableNeedDrain
  }

  #begin(bytes: Buffer, start: number, end: number): void {
    const last = this.#grown()
    if (last !== undefined) this.#waiting.push(last)
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  /** The slice that grows, as a view. */
  #grown(): Buffer | undefined {
    const bytes = this.#bytes
    if (bytes === undefined) return undefined
    return this.#start === 0 && this.#end === bytes.length ? bytes : bytes.subarray(this.#start, this.#end)
  }

  /** Resolves when the peer has taken what was written, or the connection is gone. */
  drained(): Promise<void> {
    const sink = this.#sink
    if (!sink.writableNeedDrain || sink.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        sink.off('drain', done)
        sink.off('close', done)
        resolve()
      }
      sink.on('drain', done)
      sink.on('close', done)
    })
  }
}
