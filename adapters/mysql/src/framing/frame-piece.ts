/**
 * A whole message: the payload of one packet, or of several that were split at 16 MiB. The object is reused: it is
 * valid until the framer's next `next`, `run` or `push`, so read what you need before. The buffers are views of
 * received memory that the framer never writes again; they may be kept, and keep that memory alive.
 */
export type Frame = {
  readonly kind: 'frame'
  /** The payload's first byte; NO_TYPE where it is empty. What it means hangs on the state. */
  readonly type: number
  /** Sequence id of the first packet. */
  readonly sequence: number
  /** How many packets it came in; 1 nearly always. */
  readonly packets: number
  /** The payload without any header. Joined, and so copied, where there are several packets. */
  readonly payload: Buffer
  /** Headers and payload: what to write to relay the message unchanged. */
  readonly raw: Buffer
  /** The same without a view of it: `raw` is `bytes` from `start` to `end`. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** The same message as an object of its own, which stays valid. */
  readonly keep: () => Frame
}

/**
 * The start of a message that is handed on in pieces. At least one `continue` follows before any other piece. Which
 * messages come in pieces hangs on their length only, never on how the network cut them.
 */
type FrameBegin = {
  readonly kind: 'begin'
  readonly type: number
  readonly sequence: number
  /** The first bytes of the payload, HEAD_BYTES of them. */
  readonly head: Buffer
  /** Headers and payload as they came, `head` among them: what to write to relay this piece. */
  readonly bytes: Buffer
  /** How many of `bytes` are payload. */
  readonly payloadBytes: number
}

/** More of a message, never empty. `last`: nothing of this message is left. */
type FrameContinue = {
  readonly kind: 'continue'
  /** Headers and payload as they came. */
  readonly bytes: Buffer
  /** How many of `bytes` are payload. */
  readonly payloadBytes: number
  readonly last: boolean
}

/** What a framer yields. */
export type FramePiece = Frame | FrameBegin | FrameContinue

/** Consecutive whole packets as one slice, and how many they are. */
export type MessageRun = { readonly bytes: Buffer; readonly count: number }

/** `type` of a message without a payload. */
export const NO_TYPE = -1

/** Payload bytes that a `begin` shows: a type byte, two ids and a length-encoded integer fit in. */
export const HEAD_BYTES = 16
