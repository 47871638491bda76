import type { Duplex } from 'node:stream'

/** What `step` did: `false`, there was nothing to take; `true`, something was handled; a promise, wait for it. */
export type Step = boolean | Promise<void>

/** What a pump drives. */
type PumpOptions = {
  /** Takes the bytes that arrived. Throws on what breaks the frame rules. */
  readonly push: (chunk: Buffer) => void
  /** Takes and handles the next piece, in order. */
  readonly step: () => Step
  /** Bytes pushed and not taken yet. */
  readonly buffered: () => number
  /** Called when nothing more can be taken now: write what is queued. A step that waits decides that itself. */
  readonly idle: () => void
  /** Calls back after a while, for a source that is held back: then it is read once more. Absent: it is not. */
  readonly later?: (act: () => void) => void
  /** Called once, with whatever `push` or `step` threw. */
  readonly fail: (error: unknown) => void
}

/** Bytes held while a step waits, at which the source is not read any more. */
const HIGH_WATER_BYTES = 256 * 1024

/** Bytes held while a step waits, beyond which the source is not read at all. */
const MOST_HELD_BYTES = 1024 * 1024

/**
 * Drives one direction of a connection: bytes in, pieces handled strictly one after the other. While a step waits,
 * `HIGH_WATER_BYTES` and a read are taken, and then a read now and then up to `MOST_HELD_BYTES`: a slow consumer slows the
 * peer, memory stays bounded, and a peer that leaves is noticed.
 */
export class Pump {
  readonly #source: Duplex
  readonly #options: PumpOptions
  #busy = false
  #ended = false
  #listens = false
  #afterStep: (() => void) | undefined
  readonly #onData = (chunk: Buffer): void => this.#receive(chunk)

  constructor(source: Duplex, options: PumpOptions) {
    this.#source = source
    this.#options = options
  }

  /** Begins reading. Whatever `push` already holds is handled first. */
  start(): void {
    this.#source.on('data', this.#onData)
    this.run()
  }

  /** True while a step is under way, so that pieces that arrived may wait behind it. */
  get busy(): boolean {
    return this.#busy
  }

  /** While a step is under way: calls `act` once none is, and all that arrived is handled. The first call counts. */
  afterStep(act: () => void): void {
    this.#afterStep ??= act
  }

  /** Nothing more is read or handled; another may read the source from here on. */
  stop(): void {
    this.#ended = true
    this.#source.off('data', this.#onData)
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return
    try {
      this.#options.push(chunk)
    } catch (error) {
      this.#fail(error)
      return
    }
    if (!this.#busy) this.run()
    else if (this.#options.buffered() >= HIGH_WATER_BYTES) this.#holdBack()
  }

  /** Who is not read is not heard leaving either: while there is some room left, a read now and then. */
  #holdBack(): void {
    this.#source.pause()
    if (this.#options.buffered() >= MOST_HELD_BYTES) return
    if (this.#listens || this.#options.later === undefined) return
    this.#listens = true
    this.#options.later(() => {
      this.#listens = false
      if (!this.#ended) this.#source.resume()
    })
  }

  /** Handles what can be handled. Called again from outside when something else made progress possible. */
  run(): void {
    if (this.#busy || this.#ended) return
    this.#busy = true
    try {
      while (!this.#ended) {
        const step = this.#options.step()
        if (step === true) continue
        if (step === false) break
        step.then(
          () => this.#resume(),
          (error: unknown) => this.#fail(error),
        )
        return
      }
      if (!this.#ended) this.#options.idle()
      this.#busy = false
    } catch (error) {
      this.#fail(error)
    }
  }

  #resume(): void {
    this.#busy = false
    if (this.#ended) return
    this.run()
    if (this.#busy) return
    if (this.#source.isPaused()) this.#source.resume()
    this.#afterStep?.()
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.fail(error)
  }
}
