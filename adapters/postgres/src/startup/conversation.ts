import type { Duplex } from 'node:stream'
import type { Frame } from '../framing/frame-piece.ts'
import type { Framer } from '../framing/framer.ts'

/** The peer went away. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
}

/** A whole message, kept. */
export type Received = Pick<Frame, 'type' | 'payload' | 'raw'>

/**
 * Turn-by-turn talk on a connection, for logging in on either side. Afterwards the socket goes to a pump. It is read
 * only while a message is waited for. INVARIANT (hostile-both-sides): who talks out of turn fills the network's
 * buffers and not ours.
 */
export class Conversation {
  readonly #socket: Duplex
  readonly #framer: Framer
  #waiting: { resolve: (frame: Received) => void; reject: (error: unknown) => void } | undefined
  #failure: unknown
  readonly #onData = (chunk: Buffer): void => {
    this.#guard(() => this.#framer.push(chunk))
    if (this.#waiting === undefined) this.#socket.pause()
  }
  readonly #onEnd = (): void => this.#fail(new ConnectionClosed('the peer closed the connection'))
  readonly #onError = (error: unknown): void => this.#fail(error)

  constructor(socket: Duplex, framer: Framer) {
    this.#socket = socket
    this.#framer = framer
    socket.on('data', this.#onData)
    socket.pause()
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onEnd)
    socket.on('error', this.#onError)
  }

  /** The next message. Rejects with ProtocolViolation, ConnectionClosed or the socket's error. */
  receive(): Promise<Received> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#guard(() => undefined)
      if (this.#waiting !== undefined) this.#socket.resume()
    })
  }

  send(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Leaves the socket, paused, and the framer to whoever comes next. */
  release(): void {
    this.#socket.pause()
    this.#socket.off('data', this.#onData)
    this.#socket.off('end', this.#onEnd)
    this.#socket.off('close', this.#onEnd)
    this.#socket.off('error', this.#onError)
  }

  #guard(feed: () => void): void {
    try {
      feed()
      if (this.#waiting === undefined) return
      if (this.#failure !== undefined) throw this.#failure
      const piece = this.#framer.next()
      if (piece === undefined) return
      if (piece.kind !== 'frame') throw new Error('a message came in pieces during login')
      const { resolve } = this.#waiting
      this.#waiting = undefined
      resolve({ type: piece.type, payload: piece.payload, raw: piece.raw })
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.reject(this.#failure)
  }
}
