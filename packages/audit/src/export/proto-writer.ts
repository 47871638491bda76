// Protocol Buffers, "Encoding": varints, fixed-width numbers, length-delimited fields.
import { Buffer } from 'node:buffer'

const LENGTH_DELIMITED = 2
const FIXED_64 = 1
const FIXED_32 = 5

/** Bytes kept for a message's length before the message is known: 128 MiB at most. */
const LENGTH_BYTES = 4

const TWO_32 = 0x1_0000_0000

/** Bytes of a number written at full length: 2^53 - 1 in groups of seven bits. */
const WIDE_BYTES = 8

/** Writes one protobuf message, and messages in it, into a buffer that grows. Field numbers up to 31. */
export class ProtoWriter {
  #bytes: Buffer
  #at = 0

  constructor(capacityBytes = 1024) {
    this.#bytes = Buffer.allocUnsafe(capacityBytes)
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at))
  }

  /** The same without a copy: a view that holds until the next `clear`. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /** Begins anew, in the same memory. */
  clear(): void {
    this.#at = 0
  }

  /** A message of the field's own, which `write` fills. Its length takes four bytes, whatever it is. */
  message(field: number, write: () => void): void {
    this.#tag(field, LENGTH_DELIMITED)
    this.#reserve(LENGTH_BYTES)
    const start = this.#at
    write()
    // A varint may have more bytes than it needs: so nothing has to be moved once the length is known.
    const length = this.#at - start
    for (let i = 0; i < LENGTH_BYTES; i += 1) {
      const more = i < LENGTH_BYTES - 1 ? 0x80 : 0
      this.#bytes[start - LENGTH_BYTES + i] = ((length >>> (7 * i)) & 0x7f) | more
    }
  }

  text(field: number, value: string): void {
    this.#tag(field, LENGTH_DELIMITED)
    const length = Buffer.byteLength(value, 'utf8')
    this.#varint(length)
    const at = this.#reserve(length)
    this.#bytes.write(value, at, length, 'utf8')
  }

  /** Bytes, given as hex digits. */
  hex(field: number, value: string): void {
    this.#tag(field, LENGTH_DELIMITED)
    this.#varint(value.length / 2)
    const at = this.#reserve(value.length / 2)
    this.#bytes.write(value, at, 'hex')
  }

  /** A whole number from 0 to 2^53 - 1, a flag, an enumeration. */
  count(field: number, value: number): void {
    this.#tag(field, 0)
    this.#varint(value)
  }

  /** The same in eight bytes, whatever it is: so that what stands around it can be written before it is known. */
  wideCount(field: number, value: number): void {
    this.#tag(field, 0)
    this.#wide(value)
  }

  /** What another writer wrote, as fields of this message, but with another number in the `wideCount` that it ends in. */
  fieldsWithCount(written: Uint8Array, value: number): void {
    this.fields(written)
    this.#at -= WIDE_BYTES
    this.#wide(value)
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED_64)
    const at = this.#reserve(8)
    this.#bytes.writeDoubleLE(value, at)
  }

  /** Eight bytes: the product of the two, which may be more than a number can hold. `times` has at most 20 bits. */
  fixed64(field: number, value: number, times: number): void {
    this.#tag(field, FIXED_64)
    const at = this.#reserve(8)
    const low = (value % TWO_32) * times
    this.#bytes.writeUInt32LE(low % TWO_32, at)
    this.#bytes.writeUInt32LE(
      (Math.floor(value / TWO_32) * times + Math.floor(low / TWO_32)) % TWO_32,
      at + 4,
    )
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, FIXED_32)
    const at = this.#reserve(4)
    this.#bytes.writeUInt32LE(value, at)
  }

  /** What another writer wrote, as fields of this message. */
  fields(written: Uint8Array): void {
    const at = this.#reserve(written.length)
    this.#bytes.set(written, at)
  }

  #tag(field: number, type: number): void {
    this.#varint((field << 3) | type)
  }

  #varint(value: number): void {
    let at = this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[at] = (rest % 0x80) | 0x80
      at += 1
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80)
    }
    this.#bytes[at] = rest
    this.#at = at + 1
  }

  #wide(value: number): void {
    const at = this.#reserve(WIDE_BYTES)
    let rest = value
    for (let i = 0; i < WIDE_BYTES - 1; i += 1) {
      this.#bytes[at + i] = (rest % 0x80) | 0x80
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80)
    }
    this.#bytes[at + WIDE_BYTES - 1] = rest
  }

  #reserve(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(at + count, this.#bytes.length * 2))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
    }
    this.#at = at + count
    return at
  }
}
