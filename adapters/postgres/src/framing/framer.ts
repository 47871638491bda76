// PostgreSQL: Frontend/Backend Protocol, "Message Flow" / "Message Formats": type byte, then an Int32
// length that counts itself but not the type byte.
import { ChunkQueue } from '@sluice/wire/chunk-queue'
import { type Fault, ProtocolViolation } from '@sluice/wire/violation'
import { type Frame, type FrameBegin, type FramePiece, HEADER_BYTES, type MessageRun } from './frame-piece.ts'

/** What a framer lets through. */
type FramerOptions = {
  /** The peer whose bytes these are: who is at fault when they are malformed. */
  readonly fault: Fault
  /** The type bytes that may come. Any other is a violation. */
  readonly types: Iterable<number>
  /** Longest frame in bytes, header included. */
  readonly maxFrameBytes: number
  /** Types that may be handed on in pieces, and from which body length (in bytes) on. */
  readonly streamable?: Iterable<number>
  readonly streamThresholdBytes?: number
}

const ADMITTED = 1
const STREAMABLE = 2

/**
 * Cuts a byte stream into messages. `push` what arrives, then call `next` until it gives `undefined`.
 *
 * A frame that lies within one chunk is a view of that chunk; one that spans chunks is assembled in memory
 * that grows with the bytes received, not with the length announced. Every byte is looked at once.
 * After a ProtocolViolation the stream has no more readable position: every later call throws it again.
 */
export class Framer {
  readonly #fault: Fault
  readonly #types = new Uint8Array(256)
  readonly #chunks = new ChunkQueue()
  readonly #frame = new ReusedFrame()
  readonly #streamThresholdBytes: number
  #maxLength = 0
  #streamType = 0
  #streamLeft = 0
  #broken: ProtocolViolation | undefined

  constructor(options: FramerOptions) {
    this.#fault = options.fault
    this.#streamThresholdBytes = options.streamThresholdBytes ?? 64 * 1024
    this.admit(options.types, options.maxFrameBytes, options.streamable)
  }

  /**
   * Replaces what may come from here on, for instance after authentication. Bytes already pushed but not
   * yet taken fall under the new rule.
   */
  admit(types: Iterable<number>, maxFrameBytes: number, streamable: Iterable<number> = []): void {
    this.#types.fill(0)
    for (const type of types) this.#types[type] = ADMITTED
    for (const type of streamable) this.#types[type] = ADMITTED | STREAMABLE
    this.#maxLength = maxFrameBytes - 1
  }

  /** Bytes pushed and not yet taken. Stop reading from the peer while this is above your high-water mark. */
  get buffered(): number {
    return this.#chunks.buffered
  }

  /** True between a `begin` and its last `continue`. */
  get streaming(): boolean {
    return this.#streamLeft > 0
  }

  /** Hands over received bytes. The chunk belongs to the framer: the caller writes to it no more. */
  push(chunk: Buffer): void {
    if (this.#broken !== undefined) throw this.#broken
    this.#chunks.push(chunk)
  }

  /** The next piece, or `undefined` when more bytes are needed. Throws ProtocolViolation. */
  next(): FramePiece | undefined {
    if (this.#broken !== undefined) throw this.#broken
    if (this.#streamLeft > 0) return this.#continue()
    const chunks = this.#chunks
    if (!chunks.has(HEADER_BYTES)) return undefined
    const { bytes, at } = chunks
    const type = bytes[at] as number
    const length = this.#checkedLength(type, readLength(bytes, at))
    if (length - 4 > this.#streamThresholdBytes && (this.#types[type] as number) & STREAMABLE) {
      return this.#begin(type, length - 4)
    }
    if (!chunks.has(length + 1)) return undefined
    // `has` may have moved the bytes into an assembled buffer: read the position anew.
    const start = chunks.at
    this.#frame.set(type, chunks.bytes, start, start + length + 1)
    chunks.skip(length + 1)
    return this.#frame
  }

  /** Keeps nothing of the message that `next` gave: who has handled it may then wait for long. */
  release(): void {
    this.#frame.release()
  }

  /**
   * The longest run of whole `type` messages at the current position of the current chunk, as one slice, or
   * `undefined` when there is none (then call `next`). Each header is checked, and no body read. A message long
   * enough to be streamed ends the run, and so do `most` messages and `mostBytes` bytes.
   */
  run(
    type: number,
    most = Number.POSITIVE_INFINITY,
    mostBytes = Number.POSITIVE_INFINITY,
  ): MessageRun | undefined {
    if (this.#broken !== undefined) throw this.#broken
    if (this.#streamLeft > 0) return undefined
    const { bytes, at: start } = this.#chunks
    const streamed = (this.#types[type] as number) & STREAMABLE
    const longest = streamed ? this.#streamThresholdBytes + 4 : this.#maxLength
    const end = bytes.length
    let at = start
    let count = 0
    while (count < most && at + HEADER_BYTES <= end && bytes[at] === type) {
      const length = this.#checkedLength(type, readLength(bytes, at))
      const after = at + 1 + length
      if (after > end || length > longest || after - start > mostBytes) break
      at = after
      count += 1
    }
    if (count === 0) return undefined
    this.#chunks.skip(at - start)
    return { bytes: bytes.subarray(start, at), count }
  }

  /**
   * Begins to hand on the next message in pieces, as `next` does of a type that always comes so: undefined where it is no
   * `type`, not longer than those, or its first `headBytes` are not there. `next` gives the rest.
   */
  begin(type: number, headBytes: number): FrameBegin | undefined {
    if (this.#broken !== undefined) throw this.#broken
    const chunks = this.#chunks
    if (this.#streamLeft > 0 || !chunks.has(HEADER_BYTES) || chunks.bytes[chunks.at] !== type)
      return undefined
    const length = this.#checkedLength(type, readLength(chunks.bytes, chunks.at)) - 4
    if (length <= this.#streamThresholdBytes || !chunks.has(HEADER_BYTES + headBytes)) return undefined
    return this.#begin(type, length)
  }

  #begin(type: number, length: number): FrameBegin {
    this.#chunks.skip(HEADER_BYTES)
    const bytes = this.#chunks.takeUpTo(this.#streamThresholdBytes)
    this.#streamType = type
    this.#streamLeft = length - bytes.length
    return { kind: 'begin', type, length, bytes }
  }

  #continue(): FramePiece | undefined {
    const bytes = this.#chunks.takeUpTo(this.#streamLeft)
    if (bytes.length === 0) return undefined
    this.#streamLeft -= bytes.length
    return { kind: 'continue', type: this.#streamType, bytes, last: this.#streamLeft === 0 }
  }

  #checkedLength(type: number, length: number): number {
    if (this.#types[type] === 0) {
      throw this.#break('unexpected', `type byte 0x${type.toString(16).padStart(2, '0')} may not come here`)
    }
    if (length < 4) throw this.#break('malformed', `length ${length} is below the 4 bytes it counts itself`)
    if (length > this.#maxLength) {
      throw this.#break(
        'limit',
        `a message of ${length + 1} bytes exceeds \`maxFrameBytes\` (${this.#maxLength + 1}); send less or raise it`,
      )
    }
    return length
  }

  #break(reason: ProtocolViolation['reason'], message: string): ProtocolViolation {
    this.#broken = new ProtocolViolation(this.#fault, reason, message)
    return this.#broken
  }
}

// Unsigned, so that a length with the top bit set is too long rather than negative.
function readLength(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at + 1)
}

const NO_BYTES = Buffer.alloc(0)

// One per framer, refilled for each message: making two views for a message of which the caller needs one
// (or none) is most of the cost of framing.
class ReusedFrame implements Frame {
  readonly kind = 'frame'
  type = 0
  bytes: Buffer = NO_BYTES
  start = 0
  end = 0
  #payload: Buffer | undefined

  get payload(): Buffer {
    this.#payload ??= this.bytes.subarray(this.start + HEADER_BYTES, this.end)
    return this.#payload
  }

  get raw(): Buffer {
    return this.bytes.subarray(this.start, this.end)
  }

  set(type: number, bytes: Buffer, start: number, end: number): void {
    this.type = type
    this.bytes = bytes
    this.start = start
    this.end = end
    this.#payload = undefined
  }

  release(): void {
    this.bytes = NO_BYTES
    this.#payload = undefined
  }

  keep(): Frame {
    const kept = new ReusedFrame()
    kept.set(this.type, this.bytes, this.start, this.end)
    return kept
  }
}
