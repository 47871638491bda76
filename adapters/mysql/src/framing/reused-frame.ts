import { type Frame, NO_TYPE } from './frame-piece.ts'
import { HEADER_BYTES, MAX_PACKET_PAYLOAD_BYTES } from './packets.ts'

const NO_BYTES = Buffer.alloc(0)

/**
 * One per framer, refilled for each message: making two views for a message of which the caller needs one (or none) is
 * most of the cost of framing.
 */
export class ReusedFrame implements Frame {
  readonly kind = 'frame'
  type = NO_TYPE
  sequence = 0
  packets = 1
  bytes: Buffer = NO_BYTES
  start = 0
  end = 0
  #payload: Buffer | undefined

  get payload(): Buffer {
    this.#payload ??=
      this.packets === 1 ? this.bytes.subarray(this.start + HEADER_BYTES, this.end) : this.#joined()
    return this.#payload
  }

  get raw(): Buffer {
    return this.bytes.subarray(this.start, this.end)
  }

  /** Makes it the message of `packets` packets at `bytes` from `start` to `end`, headers included. */
  set(bytes: Buffer, start: number, end: number, packets: number): void {
    this.type = end - start > HEADER_BYTES ? (bytes[start + HEADER_BYTES] as number) : NO_TYPE
    this.sequence = bytes[start + 3] as number
    this.packets = packets
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
    kept.set(this.bytes, this.start, this.end, this.packets)
    return kept
  }

  #joined(): Buffer {
    const parts: Buffer[] = []
    for (let i = 0, at = this.start; i < this.packets; i += 1) {
      const from = at + HEADER_BYTES
      at = Math.min(from + MAX_PACKET_PAYLOAD_BYTES, this.end)
      parts.push(this.bytes.subarray(from, at))
    }
    return Buffer.concat(parts)
  }
}
