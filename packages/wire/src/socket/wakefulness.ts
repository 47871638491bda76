import { availableParallelism } from 'node:os'

/** Answers in a row that come so soon that it is worth waiting awake for the next. */
const SOON_IN_A_ROW = 16

/** What is soon, for who sleeps until it comes: in milliseconds. */
const SOON_MS = 0.3

/** How long nobody has to answer before the process sleeps, in milliseconds. */
const AWAKE_MS = 0.06

/**
 * Keeps the process awake where the next message is sure to come within microseconds. To go to sleep and be woken takes
 * several times what a short statement takes in the gateway, which then has to find its way back into the caches; and a
 * client that asks one short question after the other pays for it twice each time.
 *
 * So while one or two sessions alone speak, and are answered soon, the event loop looks for the answer again and again, for
 * `AWAKE_MS`. An answer that takes longer costs that once, and the next are slept for. Where more sessions speak, the loop
 * hardly sleeps anyway, and the time belongs to the database.
 */
export class Wakefulness {
  readonly #now: () => number
  readonly #inNextTurn: (act: () => void) => void
  #last: object | undefined
  #other: object | undefined
  #spokeAt = 0
  #soon = 0
  #isAwake = false
  /** Somebody spoke since the loop last looked. */
  #heard = false
  #until = 0

  /** `now`: milliseconds. `inNextTurn`: calls back when the event loop has looked for messages. */
  constructor(now: () => number, inNextTurn: (act: () => void) => void) {
    this.#now = now
    this.#inNextTurn = inNextTurn
  }

  /** A session has said something to its client or its database, one of which may say something at once. */
  spoke(session: object): void {
    const now = this.#now()
    const isSoon = this.#isOneOfTwo(session) && now - this.#spokeAt < SOON_MS
    this.#spokeAt = now
    this.#soon = isSoon ? this.#soon + 1 : 0
    this.#heard = true
    if (this.#isAwake || this.#soon < SOON_IN_A_ROW) return
    this.#isAwake = true
    this.#inNextTurn(this.#look)
  }

  #isOneOfTwo(session: object): boolean {
    if (session === this.#last) return true
    const isKnown = session === this.#other
    this.#other = this.#last
    this.#last = session
    return isKnown
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
const SLEEPY: Pick<Wakefulness, 'spoke'> = { spoke: () => undefined }

/** One for the process. */
export const wakefulness: Pick<Wakefulness, 'spoke'> =
  availableParallelism() > 1 ? new Wakefulness(() => performance.now(), setImmediate) : SLEEPY
