/**
 * A whole message. The object is reused: it is valid until the framer's next `next`, `run` or `push`,
 * so read what you need before. The buffers are views of received memory that the framer never writes
 * again; they may be kept, and keep that memory alive.
 */
export type Frame = {
  readonly kind: 'frame'
  /** The type byte. */
  readonly type: number
  /** The body, without type and length. */
  readonly payload: Buffer
  /** Type, length and body: what to write to relay the message unchanged. */
  readonly raw: Buffer
  /** The same without a view of it: `raw` is `bytes` from `start` to `end`. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** The same message as an object of its own, which stays valid. */
  readonly keep: () => Frame
}

/**
 * The start of a message that is handed on in pieces. `bytes` is the head of the body (possibly empty, never
 * all of it): at least one `continue` follows before any other piece. Which messages come in pieces hangs
 * on their length only, never on how the network cut them.
 */
export type FrameBegin = {
  readonly kind: 'begin'
  readonly type: number
  /** Length of the whole body in bytes. */
  readonly length: number
  readonly bytes: Buffer
}

/** More of a message's body, never empty. `last`: nothing of this message is left. */
export type FrameContinue = {
  readonly kind: 'continue'
  readonly type: number
  readonly bytes: Buffer
  readonly last: boolean
}

/** What a framer yields. */
export type FramePiece = Frame | FrameBegin | FrameContinue

/** Consecutive whole messages of one type as one slice, and how many they are. */
export type MessageRun = { readonly bytes: Buffer; readonly count: number }

/** Type byte and length word. */
export const HEADER_BYTES = 5

/** The five header bytes of a message with a body of `length` bytes, to relay a streamed message. */
export function frameHeader(type: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header[0] = type
  header.writeUInt32BE(length + 4, 1)
  return header
}
