import { decodeText, type TextEncoding } from './text.ts'
import { type Fault, ProtocolViolation } from './violation.ts'

/** A string up to this length is looked at byte by byte. */
const SHORT_BYTES = 64

/**
 * Reads fields from one complete message body, front to back: big-endian, or little-endian where the name says so.
 *
 * Every method throws ProtocolViolation when the bytes do not suffice; none reads outside the body.
 * Buffers it returns are views of the body: they stay valid exactly as long as the body's memory does,
 * and are not copies.
 */
export class ByteReader {
  readonly #bytes: Buffer
  readonly #fault: Fault
  readonly #what: string
  #at = 0

  /** `what` names the message in errors; `fault` is the side that sent it. */
  constructor(bytes: Uint8Array, fault: Fault, what: string) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#fault = fault
    this.#what = what
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** The next byte, which stays unread; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#at]
  }

  /** One unsigned byte. */
  u8(): number {
    return this.#bytes[this.#take(1)] as number
  }

  /** Two bytes, unsigned. */
  u16(): number {
    const at = this.#take(2)
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number)
  }

  /** Two bytes, signed. */
  i16(): number {
    return (this.u16() << 16) >> 16
  }

  /** Four bytes, unsigned. */
  u32(): number {
    return this.i32() >>> 0
  }

  /** Four bytes, signed. */
  i32(): number {
    const at = this.#take(4)
    const bytes = this.#bytes
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    )
  }

  /** Two bytes, unsigned, the low one first. */
  u16le(): number {
    const at = this.#take(2)
    return (this.#bytes[at] as number) | ((this.#bytes[at + 1] as number) << 8)
  }

  /** Three bytes, unsigned, the lowest first. */
  u24le(): number {
    return this.#bytes.readUIntLE(this.#take(3), 3)
  }

  /** Four bytes, unsigned, the lowest first. */
  u32le(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  /** Eight bytes, unsigned, the lowest first. */
  u64le(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8))
  }

  /** Text up to a zero byte, which is consumed. The zero must lie inside the body. */
  cstring(encoding: TextEncoding = 'utf8'): string {
    const short = this.#shortAscii()
    if (short !== undefined) return short
    return decodeText(this.cbytes(), encoding, this.#fault, this.#what)
  }

  /** The undecoded bytes up to a zero byte, which is consumed and not part of the result. */
  cbytes(): Buffer {
    const from = this.#at
    const end = this.#bytes.indexOf(0, from)
    if (end < 0) throw this.violation('has a string without its terminating zero')
    this.#at = end + 1
    return this.#bytes.subarray(from, end)
  }

  /** The next `count` bytes as a view. */
  bytes(count: number): Buffer {
    const at = this.#take(count)
    return this.#bytes.subarray(at, at + count)
  }

  /** The next `count` bytes as text. */
  text(count: number, encoding: TextEncoding = 'utf8'): string {
    return decodeText(this.bytes(count), encoding, this.#fault, this.#what)
  }

  /** Everything not read yet, as a view. */
  rest(): Buffer {
    return this.bytes(this.remaining)
  }

  /**
   * A two-byte unsigned count of items of at least `minItemBytes` each. Throws when the body cannot hold
   * that many, so that no list is allocated on a peer's word alone.
   */
  count16(minItemBytes: number): number {
    const count = this.u16()
    if (count * minItemBytes > this.remaining) throw this.violation(`counts ${count} items but is too short`)
    return count
  }

  /** Ends the reading. Throws when bytes are left: nobody looked at them, so nobody may forward them. */
  end(): void {
    if (this.remaining !== 0) throw this.violation(`has ${this.remaining} bytes too many`)
  }

  /** A `malformed` violation that names this message: `` message `Bind` <problem> ``. Not thrown here. */
  violation(problem: string): ProtocolViolation {
    return new ProtocolViolation(
      this.#fault,
      'malformed',
      `message \`${this.#what}\` ${problem}; check the software that sent it`,
    )
  }

  /** Names and tags are short and ASCII, which is the same text in every encoding here: then nothing is searched twice. */
  #shortAscii(): string | undefined {
    const bytes = this.#bytes
    const from = this.#at
    const most = Math.min(bytes.length, from + SHORT_BYTES)
    let at = from
    while (at < most && isAsciiText(bytes[at] as number)) at += 1
    if (at === most || bytes[at] !== 0) return undefined
    this.#at = at + 1
    return at === from ? '' : bytes.toString('latin1', from, at)
  }

  #take(count: number): number {
    const at = this.#at
    if (!(count >= 0 && count <= this.#bytes.length - at)) {
      throw this.violation(`ends where ${count} more bytes were due`)
    }
    this.#at = at + count
    return at
  }
}

/** ASCII without the zero that ends a text. */
function isAsciiText(byte: number): boolean {
  return byte > 0 && byte < 0x80
}
