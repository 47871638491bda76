import { Buffer } from 'node:buffer'

/** Bytes that do not read as what they should be. The reader of the journal says where. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/**
 * Writes numbers and texts one after the other into a buffer of fixed size. What does not fit is not written and sets
 * `overflowed`; whoever writes looks at it once, behind a whole entry.
 */
export class PackedWriter {
  readonly bytes: Buffer
  /** Where the next byte goes. */
  at = 0
  /** The first byte that may not be written. */
  limit = 0
  overflowed = false

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  byte(value: number): void {
    if (this.#room(1)) this.bytes[this.at++] = value
  }

  /** A whole number from 0 to 2^53 - 1: seven bits a byte, the lowest first; the highest bit says that more follow. */
  count(value: number): void {
    if (!this.#room(MAX_COUNT_BYTES)) return
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest % 0x80) | 0x80
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80)
    }
    this.bytes[this.at++] = rest
  }

  /** UTF-8 behind its length in bytes. */
  text(value: string): void {
    const length = Buffer.byteLength(value, 'utf8')
    this.count(length)
    if (!this.#room(length)) return
    this.bytes.write(value, this.at, length, 'utf8')
    this.at += length
  }

  /** Lower-case hex digits as half as many bytes; false, and nothing written, where the text is anything else. */
  hex(value: string, bytes: number): boolean {
    if (value.length !== bytes * 2 || !this.#room(bytes)) return false
    for (let i = 0; i < bytes; i += 1) {
      const high = HEX[value.charCodeAt(2 * i)] ?? -1
      const low = HEX[value.charCodeAt(2 * i + 1)] ?? -1
      if (high < 0 || low < 0) return false
      this.bytes[this.at + i] = (high << 4) | low
    }
    this.at += bytes
    return true
  }

  #room(bytes: number): boolean {
    if (this.at + bytes <= this.limit) return true
    this.overflowed = true
    return false
  }
}

/** Reads them back. Every method throws `Unreadable` where the bytes do not suffice or say more than they may. */
export class PackedReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw new Unreadable('it ends in the middle')
    this.#at += 1
    return value
  }

  count(): number {
    let value = 0
    for (let scale = 1; scale <= MAX_SCALE; scale *= 0x80) {
      const next = this.byte()
      value += (next & 0x7f) * scale
      if (next < 0x80) {
        if (!Number.isSafeInteger(value)) break
        return value
      }
    }
    throw new Unreadable('it holds a number that is too large')
  }

  text(): string {
    const length = this.count()
    return length === 0 ? '' : this.#take(length, 'utf8')
  }

  hex(bytes: number): string {
    return this.#take(bytes, 'hex')
  }

  /** Passes over so many bytes. */
  skip(length: number): void {
    if (this.#at + length > this.#bytes.length) throw new Unreadable('it ends in the middle')
    this.#at += length
  }

  #take(length: number, encoding: 'utf8' | 'hex'): string {
    const start = this.#at
    this.skip(length)
    return this.#bytes.toString(encoding, start, this.#at)
  }
}

/** 2^53 - 1 in groups of seven bits. */
const MAX_COUNT_BYTES = 8
const MAX_SCALE = 0x80 ** (MAX_COUNT_BYTES - 1)

const HEX: Int8Array = new Int8Array(128).fill(-1)
for (let digit = 0; digit < 16; digit += 1) HEX[digit.toString(16).charCodeAt(0)] = digit
