import type { Frame } from '../../framing/frame-piece.ts'
import { HEADER_BYTES, packetCount, payloadLength, toPackets } from '../../framing/packets.ts'
import type { WireSession } from '../wire-session.ts'

/** Queues a message of the gateway's own making for the client. */
export function emit(session: WireSession, payload: Buffer): void {
  session.toClient.add(toPackets(payload, session.replySequence))
  session.replySequence = (session.replySequence + packetCount(payload.length)) & 0xff
}

/** Queues a message as it came, but for its number. */
export function relay(session: WireSession, frame: Frame): void {
  numberPackets(frame.bytes, frame.start, frame.end, session.replySequence)
  session.replySequence = (session.replySequence + frame.packets) & 0xff
  session.toClient.addSlice(frame)
}

/**
 * Numbers whole packets as the client expects them: what was left out, or answered before within the same text, makes the
 * ids of the two legs differ. The framer hands the bytes over for good. INVARIANT (relay-by-slice).
 */
export function numberPackets(bytes: Buffer, start: number, end: number, first: number): void {
  if (bytes[start + HEADER_BYTES - 1] === first) return
  for (let at = start, sequence = first; at < end; sequence += 1) {
    bytes[at + HEADER_BYTES - 1] = sequence & 0xff
    at += HEADER_BYTES + payloadLength(bytes, at)
  }
}
