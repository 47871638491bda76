import { availableParallelism } from 'node:os'

/** Messages in a row, each the answer to the one before, that came so soon that it is worth waiting awake for the next. */
const SOON_IN_A_ROW = 16

/** What is soon, for who sleeps until it comes: in milliseconds. */
const SOON_MS = 0.3

/** How long nobody has to answer before the process sleeps, in milliseconds. */
const AWAKE_MS = 0.15

/** Who speaks: one session, or two, that answer each other's peers in turn; or more. */
type Speaker = 'alone' | 'among many'

/** What a session said last, and to which of its peers. */
type Said = { readonly session: object; to: object }

/**
 * Keeps the process awake where the next message is sure to come within microseconds. To go to sleep and be woken takes
 * several times what a short statement takes in the gateway, which then has to find its way back into the caches; and a
 * client that asks one short question after the other pays for it twice each time.
 *
 * So while one or two sessions alone speak, and question and answer follow each other soon, the event loop looks for the next
 * again and again, for `AWAKE_MS`. One that takes longer costs that once, and the next are slept for. Where more sessions
 * speak, or a long result streams, the loop hardly sleeps anyway, and the time belongs to the database.
 */
export class Wakefulness {
  readonly #now: () => number
  readonly #inNextTurn: (act: () => void) => void
  #last: Said | undefined
  #other: Said | undefined
  #saidAt = 0
  #soon = 0
  #isAwake = false
  /** Something was said since the loop last looked. */
  #heard = false
  #until = 0

  /** `now`: milliseconds. `inNextTurn`: calls back when the event loop has looked for messages. */
  constructor(now: () => number, inNextTurn: (act: () => void) => void) {
    this.#now = now
    this.#inNextTurn = inNextTurn
  }

  /** A session has something to say to one of its peers. It is an answer where the last that it said went to the other. */
  said(session: object, to: object): Speaker {
    const now = this.#now()
    const isAnswer = this.#isAnswer(session, to)
    const isSoon = isAnswer && now - this.#saidAt < SOON_MS
    this.#saidAt = now
    this.#soon = isSoon ? this.#soon + 1 : 0
    this.#heard = true
    if (!this.#isAwake && this.#soon >= SOON_IN_A_ROW) {
      this.#isAwake = true
      this.#inNextTurn(this.#look)
    }
    return isAnswer ? 'alone' : 'among many'
  }

  #isAnswer(session: object, to: object): boolean {
    const before = this.#last?.session === session ? this.#last : this.#other
    if (before?.session !== session) {
      this.#other = this.#last
      this.#last = { session, to }
      return false
    }
    const isAnswer = before.to !== to
    before.to = to
    return isAnswer
  }

  readonly #look = (): void => {
    const now = this.#now()
    // What the gateway did in between is not the other side's time.
    if (this.#heard) this.#until = now + AWAKE_MS
    this.#heard = false
    const isLate = now >= this.#until
    if (isLate) this.#soon = 0
    this.#isAwake = this.#soon >= SOON_IN_A_ROW
    if (this.#isAwake) this.#inNextTurn(this.#look)
  }
}

/** Keeps nobody awake: on a single processor the time would be the other side's. */
const SLEEPY: Pick<Wakefulness, 'said'> = { said: () => 'alone' }

/** One for the process. */
export const wakefulness: Pick<Wakefulness, 'said'> =
  availableParallelism() > 1 ? new Wakefulness(() => performance.now(), setImmediate) : SLEEPY
