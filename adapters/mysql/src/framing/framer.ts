// MySQL: Client/Server Protocol, "MySQL Packets" and "Sending More Than 16Mb".
import { ChunkQueue } from '@sluice/wire/chunk-queue'
import { type Fault, ProtocolViolation } from '@sluice/wire/violation'
import { type Frame, type FramePiece, HEAD_BYTES, type MessageRun } from './frame-piece.ts'
import { HEADER_BYTES, MAX_PACKET_PAYLOAD_BYTES, payloadLength } from './packets.ts'
import { ReusedFrame } from './reused-frame.ts'

/** What a framer lets through. */
type FramerOptions = {
  /** The peer whose bytes these are: who is at fault when they are malformed. */
  readonly fault: Fault
  /** Longest message that is held whole, in bytes, headers included. */
  readonly maxFrameBytes: number
  /** Payload length from which on a message may come in pieces, where pieces are wanted at all. */
  readonly streamThresholdBytes?: number
}

/** Longest message handed on in pieces, in bytes: the most that `max_allowed_packet` can be set to. */
export const MAX_STREAMED_BYTES: number = 1024 * 1024 * 1024

/** Whether a whole packet, whose payload is `bytes` from `start` to `end`, belongs to a run. */
type Accepts = (bytes: Buffer, start: number, end: number) => boolean

/**
 * Cuts a byte stream into messages. `push` what arrives, then call `next` until it gives `undefined`.
 *
 * A message that lies within one chunk is a view of that chunk; one that spans chunks is assembled in memory that grows
 * with the bytes received, not with the length announced. Every byte is looked at once. The sequence ids must count up
 * from what `expect` said. After a ProtocolViolation the stream has no more readable position: every later call throws
 * it again.
 */
export class Framer {
  readonly #fault: Fault
  readonly #chunks = new ChunkQueue()
  readonly #frame = new ReusedFrame()
  readonly #streamThresholdBytes: number
  #maxFrameBytes: number
  #inPieces = false
  #sequence = 0
  /** Of the packet under way: bytes not handed on yet. */
  #streamLeft = 0
  /** Another packet of the message under way follows. */
  #streamMore = false
  #streamed = 0
  #broken: ProtocolViolation | undefined

  constructor(options: FramerOptions) {
    this.#fault = options.fault
    this.#maxFrameBytes = options.maxFrameBytes
    this.#streamThresholdBytes = Math.max(HEAD_BYTES, options.streamThresholdBytes ?? 64 * 1024)
  }

  /** Replaces the longest message from here on, for instance after authentication. */
  admit(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes
  }

  /** The sequence id that the next packet must have: 0 for a command, else the one behind the last that was sent. */
  expect(sequence: number): void {
    this.#sequence = sequence & 0xff
  }

  /** The sequence id that the next packet must have. */
  get sequence(): number {
    return this.#sequence
  }

  /** Whether long messages come in pieces from the next one on: where nothing in them needs to be changed. */
  inPieces(wanted: boolean): void {
    this.#inPieces = wanted
  }

  /** Bytes pushed and not yet taken. Stop reading from the peer while this is above your high-water mark. */
  get buffered(): number {
    return this.#chunks.buffered
  }

  /** Takes the bytes behind the messages read so far, for whoever reads them otherwise: TLS begins among them. */
  takeRemainder(): Buffer {
    const rest = this.#chunks.buffered
    // Bytes of several chunks are taken as one.
    return rest > 0 && this.#chunks.has(rest) ? this.#chunks.takeUpTo(rest) : Buffer.alloc(0)
  }

  /** True between a `begin` and its last `continue`. */
  get streaming(): boolean {
    return this.#streamLeft > 0 || this.#streamMore
  }

  /** Hands over received bytes. The chunk belongs to the framer: the caller writes to it no more. */
  push(chunk: Buffer): void {
    if (this.#broken !== undefined) throw this.#broken
    this.#chunks.push(chunk)
  }

  /** The next piece, or `undefined` when more bytes are needed. Throws ProtocolViolation. */
  next(): FramePiece | undefined {
    if (this.#broken !== undefined) throw this.#broken
    if (this.streaming) return this.#continue()
    const chunks = this.#chunks
    if (!chunks.has(HEADER_BYTES)) return undefined
    const length = this.#header(0, 0)
    if (this.#inPieces && length > this.#streamThresholdBytes) return this.#begin(length)
    if (length === MAX_PACKET_PAYLOAD_BYTES) return this.#joined()
    this.#checkLength(HEADER_BYTES + length)
    if (!chunks.has(HEADER_BYTES + length)) return undefined
    return this.#whole(HEADER_BYTES + length, 1)
  }

  /** Keeps nothing of the message that `next` gave: who has handled it may then wait for long. */
  release(): void {
    this.#frame.release()
  }

  /**
   * The longest run of whole packets at the current position of the current chunk that `accepts` takes, as one slice,
   * or `undefined` when there is none (then call `next`). Each header is checked. A message that would come in pieces or
   * in several packets ends the run, and so do `most` packets.
   */
  run(accepts: Accepts, most = Number.POSITIVE_INFINITY): MessageRun | undefined {
    if (this.#broken !== undefined) throw this.#broken
    if (this.streaming) return undefined
    const { bytes, at: start } = this.#chunks
    const held = this.#inPieces ? this.#streamThresholdBytes : this.#maxFrameBytes - HEADER_BYTES
    const longest = Math.min(held, MAX_PACKET_PAYLOAD_BYTES - 1)
    const end = bytes.length
    let at = start
    let count = 0
    while (count < most && at + HEADER_BYTES <= end) {
      const length = payloadLength(bytes, at)
      const after = at + HEADER_BYTES + length
      if (after > end || length > longest) break
      if (bytes[at + 3] !== this.#sequence) this.#checkSequence(bytes[at + 3], 0)
      if (!accepts(bytes, at + HEADER_BYTES, after)) break
      this.#sequence = (this.#sequence + 1) & 0xff
      at = after
      count += 1
    }
    if (count === 0) return undefined
    this.#chunks.skip(at - start)
    return { bytes: bytes.subarray(start, at), count }
  }

  /** Checks the header `offset` bytes on, of the packet `ahead` of the next, and gives its payload's length. */
  #header(offset: number, ahead: number): number {
    const { bytes, at } = this.#chunks
    this.#checkSequence(bytes[at + offset + 3], ahead)
    return payloadLength(bytes, at + offset)
  }

  #whole(length: number, packets: number): Frame {
    // `has` may have moved the bytes into an assembled buffer: the position is read anew.
    const { bytes, at } = this.#chunks
    this.#frame.set(bytes, at, at + length, packets)
    this.#chunks.skip(length)
    this.#sequence = (this.#sequence + packets) & 0xff
    return this.#frame
  }

  /** A message of several packets, once all of them are there. */
  #joined(): Frame | undefined {
    let total = 0
    let packets = 0
    for (let length = MAX_PACKET_PAYLOAD_BYTES; length === MAX_PACKET_PAYLOAD_BYTES; packets += 1) {
      if (!this.#chunks.has(total + HEADER_BYTES)) return undefined
      length = this.#header(total, packets)
      total += HEADER_BYTES + length
      this.#checkLength(total)
      if (!this.#chunks.has(total)) return undefined
    }
    return this.#whole(total, packets)
  }

  #begin(length: number): FramePiece | undefined {
    const chunks = this.#chunks
    if (!chunks.has(HEADER_BYTES + HEAD_BYTES)) return undefined
    const sequence = this.#sequence
    this.#streamed = 0
    const bytes = this.#packetStart(length)
    const head = bytes.subarray(HEADER_BYTES, HEADER_BYTES + HEAD_BYTES)
    const payloadBytes = bytes.length - HEADER_BYTES
    return { kind: 'begin', type: head[0] as number, sequence, head, bytes, payloadBytes }
  }

  #continue(): FramePiece | undefined {
    const chunks = this.#chunks
    if (this.#streamLeft > 0) {
      const bytes = chunks.takeUpTo(this.#streamLeft)
      if (bytes.length === 0) return undefined
      this.#streamLeft -= bytes.length
      return { kind: 'continue', bytes, payloadBytes: bytes.length, last: !this.streaming }
    }
    if (!chunks.has(HEADER_BYTES)) return undefined
    const bytes = this.#packetStart(this.#header(0, 0))
    return { kind: 'continue', bytes, payloadBytes: bytes.length - HEADER_BYTES, last: !this.streaming }
  }

  /** The head of a packet as far as it is there in one piece, header included. */
  #packetStart(length: number): Buffer {
    this.#streamed += length
    if (this.#streamed > MAX_STREAMED_BYTES) {
      throw this.#break('limit', `a message exceeds ${MAX_STREAMED_BYTES} bytes; send less`)
    }
    this.#sequence = (this.#sequence + 1) & 0xff
    const bytes = this.#chunks.takeUpTo(HEADER_BYTES + Math.min(length, this.#streamThresholdBytes))
    this.#streamLeft = HEADER_BYTES + length - bytes.length
    this.#streamMore = length === MAX_PACKET_PAYLOAD_BYTES
    return bytes
  }

  #checkSequence(found: number | undefined, ahead: number): void {
    const due = (this.#sequence + ahead) & 0xff
    if (found === due) return
    throw this.#break(
      'unexpected',
      `a packet has the sequence id ${found} where ${due} was due; connect again`,
    )
  }

  #checkLength(length: number): void {
    if (length <= this.#maxFrameBytes) return
    throw this.#break(
      'limit',
      `a message of ${length} bytes exceeds \`maxFrameBytes\` (${this.#maxFrameBytes}); send less or raise it`,
    )
  }

  #break(reason: ProtocolViolation['reason'], message: string): ProtocolViolation {
    this.#broken = new ProtocolViolation(this.#fault, reason, message)
    return this.#broken
  }
}
