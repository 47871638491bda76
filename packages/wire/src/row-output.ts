/** How many bytes a chunk of output holds. One socket write's worth; a longer row gets a chunk of its own. */
export const OUTPUT_CHUNK_BYTES = 64 * 1024

/** Output at which a run of rows is cut: what a mask makes of short values may be many times as long. */
export const MOST_OUTPUT_BYTES: number = 4 * OUTPUT_CHUNK_BYTES

/** Up to so many bytes are copied one by one, which takes less than making a view of them (Node 24.21). */
const LOOP_BYTES = 32

/** A chunk that is longer holds a long row, and nothing else: that may wait for a slow client. */
const LONG_CHUNK_BYTES = 4 * MOST_OUTPUT_BYTES

/** Room for so many bytes and some more. */
const roomFor = (count: number): number =>
  Math.max(OUTPUT_CHUNK_BYTES, count > LONG_CHUNK_BYTES ? Math.ceil(count * 1.125) : count * 2)

const NO_BYTES = Buffer.alloc(0)

/**
 * Where masked rows are written. Chunks are handed out in slices and never written to again where they were taken
 * from, so that a slice may wait on a socket for as long as it likes; slices of one chunk are neighbours.
 */
export class RowOutput {
  #chunk: Buffer = NO_BYTES
  #taken = 0
  #end = 0

  /** Where the next byte goes, counted from the first byte not yet taken. */
  get length(): number {
    return this.#end - this.#taken
  }

  /** Forgets everything written since `length` was that. */
  truncate(length: number): void {
    this.#end = this.#taken + length
  }

  /** Copies `source[from, to)`. */
  copy(source: Uint8Array, from: number, to: number): void {
    const count = to - from
    this.#ensure(count)
    const chunk = this.#chunk
    let end = this.#end
    if (count <= LOOP_BYTES) for (let at = from; at < to; at++) chunk[end++] = source[at] as number
    else chunk.set(from === 0 && to === source.length ? source : source.subarray(from, to), end)
    this.#end += count
  }

  /** Writes one byte. */
  u8(value: number): void {
    this.#ensure(1)
    this.#chunk[this.#end] = value
    this.#end += 1
  }

  /** Writes a big-endian signed 32-bit integer. */
  i32(value: number): void {
    this.#ensure(4)
    this.#write(value, this.#end)
    this.#end += 4
  }

  /** Overwrites one byte at an offset that `length` gave. */
  patchU8(at: number, value: number): void {
    this.#chunk[this.#taken + at] = value
  }

  /** The byte at an offset that `length` gave. */
  byteAt(at: number): number {
    return this.#chunk[this.#taken + at] ?? 0
  }

  /** A copy of everything written since `length` was that. */
  since(length: number): Buffer {
    return Buffer.from(this.#chunk.subarray(this.#taken + length, this.#end))
  }

  /** Overwrites four bytes at an offset that `length` gave. */
  patchI32(at: number, value: number): void {
    this.#write(value, this.#taken + at)
  }

  /** Everything written since the last call. */
  take(): Buffer {
    const bytes = this.#chunk.subarray(this.#taken, this.#end)
    if (this.#chunk.length > LONG_CHUNK_BYTES) {
      this.#chunk = NO_BYTES
      this.#end = 0
    }
    this.#taken = this.#end
    return bytes
  }

  #write(value: number, at: number): void {
    const chunk = this.#chunk
    chunk[at] = value >>> 24
    chunk[at + 1] = value >>> 16
    chunk[at + 2] = value >>> 8
    chunk[at + 3] = value
  }

  #ensure(count: number): void {
    if (this.#end + count <= this.#chunk.length) return
    const kept = this.length
    const grown = Buffer.allocUnsafeSlow(roomFor(kept + count))
    this.#chunk.copy(grown, 0, this.#taken, this.#end)
    this.#chunk = grown
    this.#taken = 0
    this.#end = kept
  }
}
