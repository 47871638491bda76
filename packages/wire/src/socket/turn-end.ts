import type { Outgoing } from '../outgoing.ts'

/** Bytes that do not wait for the end of the turn: a long result is on its way. */
const SHORT_BYTES = 16 * 1024

/**
 * Writes what many sessions have to say once all is handled that the event loop heard in this turn. To write to a socket
 * wakes who reads it, which often takes the processor at once: written one by one, the gateway is sent away in the midst of
 * each turn and comes back to cold caches. Together, messages are handled one behind the other by warm code, and what came
 * meanwhile makes the next turn longer.
 */
export class TurnEnd {
  readonly #atEnd: (act: () => void) => void
  #waiting: Outgoing[] = []

  /** `atEnd`: calls back when all is handled that the event loop heard. */
  constructor(atEnd: (act: () => void) => void) {
    this.#atEnd = atEnd
  }

  /** Has `what` flushed at the end of the turn, or now where it is long. */
  flush(what: Outgoing): void {
    if (what.waitingBytes > SHORT_BYTES) {
      what.flush()
      return
    }
    if (this.#waiting.length === 0) this.#atEnd(this.#flushAll)
    this.#waiting.push(what)
  }

  readonly #flushAll = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    for (const what of waiting) what.flush()
  }
}

/** One for the process. */
export const turnEnd: TurnEnd = new TurnEnd(setImmediate)
