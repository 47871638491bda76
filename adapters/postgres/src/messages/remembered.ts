import type { TextEncoding } from '@sluice/wire/text'
import { type Frame, HEADER_BYTES } from '../framing/frame-piece.ts'

/** Longest message that is remembered, in bytes. */
const MOST_BYTES = 64

/**
 * Decodes messages of one type. One that is byte for byte the last one means the same: it is not decoded again, and no
 * view of it is made. Drivers say Execute, Sync and their like in the same bytes each time, and so does the database say
 * how it went. The values are shared: none may be changed.
 */
export class Remembered<T> {
  readonly #decode: (payload: Buffer, encoding: TextEncoding) => T
  readonly #bytes = new Uint8Array(MOST_BYTES)
  /** Of the body that `#bytes` holds; -1: none. */
  #length = -1
  #encoding: TextEncoding | undefined
  #value: T | undefined

  /** `decode` hangs on nothing but what it is given. */
  constructor(decode: (payload: Buffer, encoding: TextEncoding) => T) {
    this.#decode = decode
  }

  /** What a whole message says. Throws what `decode` throws. */
  read(frame: Pick<Frame, 'payload' | 'bytes' | 'start' | 'end'>, encoding: TextEncoding = 'utf8'): T {
    if (this.#isLast(frame, encoding)) return this.#value as T
    const { payload } = frame
    const value = this.#decode(payload, encoding)
    if (payload.length <= MOST_BYTES) {
      this.#bytes.set(payload)
      this.#length = payload.length
      this.#encoding = encoding
      this.#value = value
    }
    return value
  }

  #isLast({ bytes, start, end }: Pick<Frame, 'bytes' | 'start' | 'end'>, encoding: TextEncoding): boolean {
    const body = start + HEADER_BYTES
    if (end - body !== this.#length || encoding !== this.#encoding) return false
    for (let i = 0; i < this.#length; i += 1) if (bytes[body + i] !== this.#bytes[i]) return false
    return true
  }
}
