import type { Writable } from 'node:stream'

/**
 * What is on its way out on one connection. INVARIANT (relay-by-slice): neighbouring slices of one received chunk
 * are joined to one slice again, so that untouched messages leave as they came, without a copy.
 *
 * A slice handed in must not change until it has been written: the sockets here read into fresh buffers.
 */
export class Outgoing {
  readonly #sink: Writable
  #waiting: Buffer[] = []
  #last: Buffer | undefined
  #bytes = 0

  constructor(sink: Writable) {
    this.#sink = sink
  }

  /** Bytes handed in and not written yet. */
  get waitingBytes(): number {
    return this.#bytes
  }

  /** The peer has not taken what was written: wait for `drained`. */
  get blocked(): boolean {
    return this.#sink.writableNeedDrain && !this.#sink.destroyed
  }

  /** Queues `bytes`; nothing is written before `flush`. */
  add(bytes: Buffer): void {
    this.#bytes += bytes.length
    const last = this.#last
    if (
      last !== undefined &&
      last.buffer === bytes.buffer &&
      last.byteOffset + last.length === bytes.byteOffset
    ) {
      const joined = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length)
      this.#waiting[this.#waiting.length - 1] = joined
      this.#last = joined
      return
    }
    this.#waiting.push(bytes)
    this.#last = bytes
  }

  /** Writes what waits. False: the peer is slow; wait for `drained` before producing more. */
  flush(): boolean {
    const waiting = this.#waiting
    if (waiting.length === 0) return !this.#sink.writableNeedDrain
    this.#waiting = []
    this.#last = undefined
    this.#bytes = 0
    if (this.#sink.destroyed || this.#sink.writableEnded) return true
    if (waiting.length === 1) return this.#sink.write(waiting[0])
    this.#sink.cork()
    for (const bytes of waiting) this.#sink.write(bytes)
    this.#sink.uncork()
    return !this.#sink.writableNeedDrain
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
