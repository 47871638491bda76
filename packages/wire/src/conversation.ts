import type { Duplex } from 'node:stream'

/** The peer went away. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
}

/** Where messages come from: bytes go in, whole messages come out. Both throw on what breaks the frame rules. */
type MessageSource<Message> = {
  readonly push: (chunk: Buffer) => void
  /** The next message, or undefined when more bytes are needed. */
  readonly take: () => Message | undefined
}

/**
 * Turn-by-turn talk on a connection, for logging in on either side. Afterwards the socket goes to a pump. It is read
 * only while a message is waited for. INVARIANT (hostile-both-sides): who talks out of turn fills the network's
 * buffers and not ours.
 */
export class Conversation<Message> {
  readonly #socket: Duplex
  readonly #source: MessageSource<Message>
  #waiting: { resolve: (message: Message) => void; reject: (error: unknown) => void } | undefined
  #failure: unknown
  #work: AbortController | undefined
  readonly #onData = (chunk: Buffer): void => {
    this.#guard(() => this.#source.push(chunk))
    if (this.#waiting === undefined) this.#socket.pause()
  }
  readonly #onEnd = (): void => this.#fail(new ConnectionClosed('the peer closed the connection'))
  readonly #onError = (error: unknown): void => this.#fail(error)

  constructor(socket: Duplex, source: MessageSource<Message>) {
    this.#socket = socket
    this.#source = source
    socket.on('data', this.#onData)
    socket.pause()
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onEnd)
    socket.on('error', this.#onError)
  }

  /** The next message. Rejects with ProtocolViolation, ConnectionClosed or the socket's error. */
  receive(): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#guard(() => undefined)
      if (this.#waiting !== undefined) this.#socket.resume()
    })
  }

  send(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /**
   * What `work` gives, which is to end when its signal says that the peer has left; then rejects with ConnectionClosed.
   * Who talks meanwhile is read no further, and seen to leave when the connection is closed.
   */
  async whileThere<A>(work: (signal: AbortSignal) => Promise<A>): Promise<A> {
    const controller = new AbortController()
    this.#work = controller
    if (this.#failure === undefined) this.#socket.resume()
    else controller.abort()
    try {
      const done = await work(controller.signal)
      if (controller.signal.aborted) throw this.#failure
      return done
    } catch (error) {
      throw controller.signal.aborted ? this.#failure : error
    } finally {
      this.#work = undefined
      this.#socket.pause()
    }
  }

  /** Leaves the socket, paused, and what was received to whoever comes next. */
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
      const message = this.#source.take()
      if (message === undefined) return
      const { resolve } = this.#waiting
      this.#waiting = undefined
      resolve(message)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#work?.abort()
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.reject(this.#failure)
  }
}
