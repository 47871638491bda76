import { checkText, type TextEncoding } from './text.ts'
import { ProtocolViolation } from './violation.ts'

const LENGTH_BYTES = 4

/**
 * Grows a buffer of fields, big-endian, or little-endian where the name says so, with length-prefixed messages in it.
 *
 * The length word of a message is four bytes, big-endian, and counts itself but not the type byte before
 * it. Values that do not fit their field throw ProtocolViolation (fault `gateway`) instead of wrapping.
 */
export class ByteWriter {
  #bytes: Buffer
  #at = 0
  #lengthAt = -1

  /** `capacityBytes` is a first guess; the buffer doubles when it runs out. */
  constructor(capacityBytes = 64) {
    this.#bytes = Buffer.allocUnsafe(Math.max(capacityBytes, 16))
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at
  }

  /** Starts a message: the type byte (none when omitted) and room for the length. Messages do not nest. */
  beginMessage(type?: number): this {
    if (this.#lengthAt >= 0) throw gatewayFault('a message was begun inside another; end the first one')
    if (type !== undefined) this.u8(type)
    this.#lengthAt = this.#reserve(LENGTH_BYTES)
    return this
  }

  /** Ends the message and fills in its length. */
  endMessage(): this {
    if (this.#lengthAt < 0) throw gatewayFault('a message was ended that never began')
    this.#bytes.writeInt32BE(this.#at - this.#lengthAt, this.#lengthAt)
    this.#lengthAt = -1
    return this
  }

  /** One unsigned byte. */
  u8(value: number): this {
    checkRange(value, 0, 0xff)
    const at = this.#reserve(1)
    this.#bytes[at] = value
    return this
  }

  /** Two bytes, unsigned. */
  u16(value: number): this {
    checkRange(value, 0, 0xffff)
    const at = this.#reserve(2)
    this.#bytes.writeUInt16BE(value, at)
    return this
  }

  /** Two bytes, signed. */
  i16(value: number): this {
    checkRange(value, -0x8000, 0x7fff)
    const at = this.#reserve(2)
    this.#bytes.writeInt16BE(value, at)
    return this
  }

  /** Four bytes, unsigned. */
  u32(value: number): this {
    checkRange(value, 0, 0xffff_ffff)
    const at = this.#reserve(4)
    this.#bytes.writeUInt32BE(value, at)
    return this
  }

  /** Four bytes, signed. */
  i32(value: number): this {
    checkRange(value, -0x8000_0000, 0x7fff_ffff)
    const at = this.#reserve(4)
    this.#bytes.writeInt32BE(value, at)
    return this
  }

  /** Two bytes, unsigned, the low one first. */
  u16le(value: number): this {
    checkRange(value, 0, 0xffff)
    const at = this.#reserve(2)
    this.#bytes.writeUInt16LE(value, at)
    return this
  }

  /** Three bytes, unsigned, the lowest first. */
  u24le(value: number): this {
    checkRange(value, 0, 0xff_ffff)
    const at = this.#reserve(3)
    this.#bytes.writeUIntLE(value, at, 3)
    return this
  }

  /** Four bytes, unsigned, the lowest first. */
  u32le(value: number): this {
    checkRange(value, 0, 0xffff_ffff)
    const at = this.#reserve(4)
    this.#bytes.writeUInt32LE(value, at)
    return this
  }

  /** Eight bytes, unsigned, the lowest first. */
  u64le(value: bigint): this {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) {
      throw gatewayFault(`a field takes whole numbers of 64 bits, not ${value}`)
    }
    const at = this.#reserve(8)
    this.#bytes.writeBigUInt64LE(value, at)
    return this
  }

  /** Text and its terminating zero. Throws when the text holds a zero or does not fit the encoding. */
  cstring(text: string, encoding: TextEncoding = 'utf8'): this {
    checkText(text, encoding, 'string field')
    const at = this.#reserve(Buffer.byteLength(text, encoding) + 1)
    this.#bytes.write(text, at, encoding)
    this.#bytes[this.#at - 1] = 0
    return this
  }

  /** Bytes as they are, copied. */
  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** What was written, as a view of this writer's buffer: write nothing more afterwards. */
  finish(): Buffer {
    if (this.#lengthAt >= 0) throw gatewayFault('a message was begun and never ended')
    return this.#bytes.subarray(0, this.#at)
  }

  // May replace `#bytes`: call it before naming the buffer to write to.
  #reserve(count: number): number {
    const at = this.#at
    const end = at + count
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
    }
    this.#at = end
    return at
  }
}

function checkRange(value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw gatewayFault(`a field takes whole numbers from ${min} to ${max}, not ${value}`)
  }
}

function gatewayFault(message: string): ProtocolViolation {
  return new ProtocolViolation('gateway', 'malformed', message)
}
