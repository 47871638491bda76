import { backend } from '../messages/codes.ts'
import { decodeReadyForQuery } from '../messages/ready-for-query.ts'
import { encodeSync } from '../messages/sync.ts'
import { encodeTerminate } from '../messages/terminate.ts'
import { Conversation } from '../startup/conversation.ts'
import type { UpstreamSession } from './login.ts'

/** Bounds of a pool. */
export type ReadyPoolOptions = {
  /** Connections that wait, at most. */
  readonly ready: number
  /** One that was not used is closed after this long, so that a changed password or setting is soon in force. */
  readonly maxAgeMs: number
}

/** Settings that nobody brought for this long are not connected ahead any more. */
const FORGET_AFTER_MS = 600_000
/** Of so many settings it is known when somebody brought them last. */
export const MAX_REMEMBERED = 256
/** Longest wait for a waiting connection to prove that it is alive. */
const PROBE_TIMEOUT_MS = 1_000

type Waiting = { readonly key: string; readonly session: UpstreamSession; readonly drop: () => void }

/**
 * Connections that are logged in and were never used. One is handed to one session, which closes it at its end: none
 * ever comes back. Settings come with the login, so a connection fits sessions with the very same settings alone.
 */
export class ReadyPool {
  readonly #open: (settings: ReadonlyMap<string, string>) => Promise<UpstreamSession>
  readonly #options: ReadyPoolOptions
  readonly #waiting: Waiting[] = []
  /** In milliseconds of the clock that nobody sets. */
  readonly #lastAsked = new Map<string, number>()
  #opening = 0
  #closed = false

  constructor(
    open: (settings: ReadonlyMap<string, string>) => Promise<UpstreamSession>,
    options: ReadyPoolOptions,
  ) {
    this.#open = open
    this.#options = options
  }

  /** Connections that wait. */
  get size(): number {
    return this.#waiting.length
  }

  /** A connection that has just answered, or undefined where none waits. */
  async take(settings: ReadonlyMap<string, string>): Promise<UpstreamSession | undefined> {
    const key = keyOf(settings)
    for (;;) {
      const at = this.#waiting.findLastIndex((one) => one.key === key)
      const [found] = at < 0 ? [] : this.#waiting.splice(at, 1)
      if (found === undefined) return undefined
      found.drop()
      const answer = await probed(found.session)
      if (answer === 'alive') return found.session
      discard(found.session)
      // A database that is silent on one connection is so on all: nobody waits for each of them in turn.
      if (answer === 'silent') this.#discardAll()
    }
  }

  /** Connects ahead for the next session with these settings. Failures are left to that session to meet. */
  refill(settings: ReadonlyMap<string, string>): void {
    const key = keyOf(settings)
    this.#lastAsked.delete(key)
    this.#lastAsked.set(key, performance.now())
    // In the order in which they were asked for.
    for (const [other, at] of this.#lastAsked)
      if (this.#lastAsked.size > MAX_REMEMBERED || performance.now() - at >= FORGET_AFTER_MS)
        this.#lastAsked.delete(other)
    this.#fill(settings, key)
  }

  /** Closes what waits; nothing is opened any more. */
  close(): void {
    this.#closed = true
    this.#discardAll()
  }

  #discardAll(): void {
    for (const { session, drop } of this.#waiting.splice(0)) {
      drop()
      discard(session)
    }
  }

  #fill(settings: ReadonlyMap<string, string>, key: string): void {
    const { ready } = this.#options
    while (!this.#closed && this.#opening + this.#waiting.length < ready) void this.#add(settings, key)
    if (this.#closed || this.#opening > 0) return
    // Full with those of others: the oldest makes room, so that one for these settings waits, too.
    if (this.#waiting.some((one) => one.key === key)) return
    const [oldest] = this.#waiting.splice(0, 1)
    oldest?.drop()
    if (oldest !== undefined) discard(oldest.session)
    void this.#add(settings, key)
  }

  async #add(settings: ReadonlyMap<string, string>, key: string): Promise<void> {
    this.#opening += 1
    try {
      const session = await this.#open(settings)
      if (this.#closed) discard(session)
      else this.#waiting.push(this.#watched(session, settings, key))
    } catch {
      // Said to the session that meets it.
    } finally {
      this.#opening -= 1
    }
  }

  /** Whatever a waiting connection says, or when it leaves, it is not as it was logged in any more. */
  #watched(session: UpstreamSession, settings: ReadonlyMap<string, string>, key: string): Waiting {
    const { stream } = session
    const lose = (): void => {
      const at = this.#waiting.indexOf(waiting)
      if (at >= 0) this.#waiting.splice(at, 1)
      waiting.drop()
      discard(session)
    }
    const timer = setTimeout(() => {
      lose()
      if (performance.now() - (this.#lastAsked.get(key) ?? Number.NEGATIVE_INFINITY) < FORGET_AFTER_MS)
        this.#fill(settings, key)
    }, this.#options.maxAgeMs).unref()
    const events = ['data', 'end', 'close', 'error'] as const
    for (const event of events) stream.on(event, lose)
    stream.resume()
    const waiting: Waiting = {
      key,
      session,
      drop: () => {
        clearTimeout(timer)
        for (const event of events) stream.off(event, lose)
        stream.pause()
      },
    }
    return waiting
  }
}

function keyOf(settings: ReadonlyMap<string, string>): string {
  return JSON.stringify([...settings])
}

/** Sync asks for nothing and is answered by ReadyForQuery: whoever answers it is alive, and in no transaction. */
async function probed({ stream, framer }: UpstreamSession): Promise<'alive' | 'gone' | 'silent'> {
  if (stream.destroyed || stream.readableEnded || framer.buffered > 0) return 'gone'
  const talk = new Conversation(stream, framer)
  let isSilent = false
  const timer = setTimeout(() => {
    isSilent = true
    stream.destroy()
  }, PROBE_TIMEOUT_MS)
  try {
    talk.send(encodeSync())
    const { type, payload } = await talk.receive()
    const isReady = type === backend.ReadyForQuery && decodeReadyForQuery(payload).status === 'I'
    return isReady && framer.buffered === 0 ? 'alive' : 'gone'
  } catch {
    return isSilent ? 'silent' : 'gone'
  } finally {
    clearTimeout(timer)
    talk.release()
  }
}

function discard({ stream }: UpstreamSession): void {
  stream.on('error', () => undefined)
  if (stream.destroyed) return
  stream.end(encodeTerminate(), () => stream.destroy())
}
