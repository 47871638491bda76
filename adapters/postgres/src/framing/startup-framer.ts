// PostgreSQL: Frontend/Backend Protocol, "Start-up" and "Message Formats" (SSLRequest, GSSENCRequest,
// CancelRequest, StartupMessage): a packet without a type byte, whose second word says what it is.

import { ChunkQueue } from '@sluice/wire/chunk-queue'
import { ProtocolViolation } from '@sluice/wire/violation'

/** The second word of an SSLRequest. */
export const SSL_REQUEST_CODE = 80877103
/** The second word of a GSSENCRequest. */
export const GSSENC_REQUEST_CODE = 80877104
/** The second word of a CancelRequest. */
export const CANCEL_REQUEST_CODE = 80877102
/** Shortest packet, in bytes: the length and one word. */
const MIN_STARTUP_BYTES = 8
/** Longest packet, in bytes: MAX_STARTUP_PACKET_LENGTH of the server. */
export const MAX_STARTUP_BYTES = 10_000

/** `direct-tls`: a TLS ClientHello without an SSLRequest (sslnegotiation=direct, PostgreSQL 17). */
type StartupPacketKind = 'SSLRequest' | 'GSSENCRequest' | 'CancelRequest' | 'StartupMessage' | 'direct-tls'

/** A first packet. `payload` begins with the code word; for `direct-tls` it is empty and nothing is consumed. */
export type StartupPacket = {
  readonly kind: StartupPacketKind
  /** The second word: a request code, or the protocol version (major in the high 16 bits). */
  readonly code: number
  readonly payload: Buffer
}

const TLS_HANDSHAKE_RECORD = 0x16
const NO_BYTES = Buffer.alloc(0)

/**
 * Cuts the untyped packets that open a connection. Refuses a packet by its first four bytes when they
 * cannot be a length, so nothing is buffered for a peer that speaks another protocol.
 */
export class StartupFramer {
  readonly #chunks = new ChunkQueue()

  /** Hands over received bytes. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  /** The next packet, or `undefined` when more bytes are needed. Throws ProtocolViolation (fault `client`). */
  next(): StartupPacket | undefined {
    const chunks = this.#chunks
    if (chunks.has(1) && chunks.bytes[chunks.at] === TLS_HANDSHAKE_RECORD) {
      return { kind: 'direct-tls', code: 0, payload: NO_BYTES }
    }
    if (!chunks.has(4)) return undefined
    const length = chunks.bytes.readUInt32BE(chunks.at)
    if (length < MIN_STARTUP_BYTES || length > MAX_STARTUP_BYTES) {
      throw new ProtocolViolation(
        'client',
        'malformed',
        'the first packet is no PostgreSQL startup packet; connect with a PostgreSQL client',
      )
    }
    if (!chunks.has(length)) return undefined
    const payload = chunks.bytes.subarray(chunks.at + 4, chunks.at + length)
    chunks.skip(length)
    const code = payload.readUInt32BE(0)
    return { kind: kindOf(code), code, payload }
  }

  /**
   * Takes the bytes after the packets read so far, for the framer that follows. After an SSLRequest or a
   * GSSENCRequest there must be none: bytes sent ahead of the handshake were not sent by the peer that
   * the handshake proves (CVE-2021-23214), so the caller ends the connection.
   */
  takeRemainder(): Buffer {
    const rest = this.#chunks.buffered
    if (rest === 0) return NO_BYTES
    this.#chunks.has(rest)
    return this.#chunks.takeUpTo(rest)
  }
}

function kindOf(code: number): StartupPacketKind {
  if (code === SSL_REQUEST_CODE) return 'SSLRequest'
  if (code === GSSENC_REQUEST_CODE) return 'GSSENCRequest'
  if (code === CANCEL_REQUEST_CODE) return 'CancelRequest'
  return 'StartupMessage'
}
