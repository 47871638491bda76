const EMPTY = Buffer.alloc(0)

/** First size of an assembly buffer, in bytes. Beyond it memory grows with what has arrived. */
const FIRST_ASSEMBLY_BYTES = 64 * 1024

/**
 * Received chunks in order, and a position in the first of them.
 *
 * `has(n)` makes the next `n` bytes contiguous at `bytes[at]` when that many have arrived. Bytes inside one
 * chunk are never copied; bytes that span chunks are copied into an assembly buffer that doubles as they
 * arrive, so each is copied at most twice and a peer cannot reserve memory it does not fill. Assembly
 * copies no more than was asked for: what follows in the last chunk stays a view of it.
 */
export class ChunkQueue {
  /** The current chunk, or the assembly buffer's filled part. */
  bytes: Buffer = EMPTY
  /** Position of the next byte in `bytes`. */
  at = 0
  #waiting: Buffer[] = []
  #head = 0
  #waitingBytes = 0
  #assembly: Buffer | undefined

  /** Bytes pushed and not yet skipped. */
  get buffered(): number {
    return this.bytes.length - this.at + this.#waitingBytes
  }

  /** Appends a chunk. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    if (this.at === this.bytes.length && this.#waitingBytes === 0) {
      this.#use(chunk)
      return
    }
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
  }

  /** True when `count` bytes have arrived; then they lie contiguously at `bytes[at]`. */
  has(count: number): boolean {
    if (this.bytes.length - this.at >= count) return true
    // Gathering as bytes arrive frees each chunk at once: a frame sent in tiny chunks would otherwise hold
    // one small object per chunk, many times the memory of the bytes themselves.
    while (this.#waitingBytes > 0 && this.bytes.length - this.at < count) this.#gather(count)
    return this.bytes.length - this.at >= count
  }

  /** Moves past `count` bytes of `bytes`. */
  skip(count: number): void {
    this.at += count
    if (this.at === this.bytes.length) this.#use(this.#shift() ?? EMPTY)
  }

  /** The next bytes of the current chunk, at most `count`, as a view; empty when none have arrived. */
  takeUpTo(count: number): Buffer {
    const end = Math.min(this.at + count, this.bytes.length)
    const taken = this.bytes.subarray(this.at, end)
    this.skip(end - this.at)
    return taken
  }

  #use(chunk: Buffer): void {
    this.bytes = chunk
    this.at = 0
    this.#assembly = undefined
  }

  // Copies from the first waiting chunk until `count` bytes are together, and leaves the rest of it waiting.
  #gather(count: number): void {
    const chunk = this.#shift() as Buffer
    const filled = this.bytes.length - this.at
    const taken = Math.min(count - filled, chunk.length)
    const assembly = this.#roomFor(filled, filled + taken, count)
    chunk.copy(assembly, filled, 0, taken)
    this.bytes = assembly.subarray(0, filled + taken)
    if (taken < chunk.length) this.#unshift(chunk.subarray(taken))
  }

  #roomFor(filled: number, needed: number, wanted: number): Buffer {
    const current = this.#assembly
    // An assembly is only ever read from its start; a position inside it means it is being left behind.
    if (current !== undefined && this.at === 0 && needed <= current.length) return current
    const size = Math.max(needed, Math.min(wanted, Math.max(FIRST_ASSEMBLY_BYTES, filled * 2)))
    const grown = Buffer.allocUnsafeSlow(size)
    this.bytes.copy(grown, 0, this.at, this.at + filled)
    this.at = 0
    this.#assembly = grown
    return grown
  }

  #shift(): Buffer | undefined {
    const chunk = this.#waiting[this.#head]
    if (chunk === undefined) return undefined
    // The slot may stay for a while; the chunk's memory must not.
    this.#waiting[this.#head] = EMPTY
    this.#head += 1
    this.#waitingBytes -= chunk.length
    if (this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
    return chunk
  }

  #unshift(chunk: Buffer): void {
    this.#waitingBytes += chunk.length
    if (this.#head > 0) {
      this.#head -= 1
      this.#waiting[this.#head] = chunk
    } else {
      this.#waiting.unshift(chunk)
    }
  }
}
