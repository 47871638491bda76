/**
 * Rings once, a fixed time after it was set. Setting it again and again makes no timer anew, and one that was cancelled
 * in the meantime runs out unheard: both are most of what timers cost.
 */
export class Alarm {
  readonly #afterMs: number
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined
  #isSet = false

  constructor(afterMs: number, ring: () => void) {
    this.#afterMs = afterMs
    this.#ring = ring
  }

  /** Sets it, unless it is set. */
  set(): void {
    if (this.#isSet) return
    this.#isSet = true
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#runOut(), this.#afterMs)
    else this.#timer.refresh()
  }

  /** It does not ring until it is set again. */
  cancel(): void {
    this.#isSet = false
  }

  /** Cancels it for good: the process need not wait for its timer. */
  stop(): void {
    this.cancel()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #runOut(): void {
    if (!this.#isSet) return
    this.#isSet = false
    this.#ring()
  }
}
