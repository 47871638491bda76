/** Numbers that a seed determines (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** A whole number from 0, less than `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }
}

/** Something with how often it is wanted. */
export type Choice<T> = readonly [weight: number, value: T]

/** One of them. */
export function pick<T>(random: Random, choices: readonly Choice<T>[]): T {
  let left = random.below(choices.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, value] of choices) {
    left -= weight
    if (left < 0) return value
  }
  throw new Error('no choice')
}
