/** Numbers that look random and are the same in every run: what fails once fails again. */
export type Chance = {
  /** A whole number, both ends included. */
  readonly between: (low: number, high: number) => number
  /** A whole number from 0 on, less than `end`. */
  readonly below: (end: number) => number
  readonly pick: <T>(choices: readonly T[]) => T
  /** True so many times in a hundred. */
  readonly often: (percent: number) => boolean
}

/** Mulberry32, a 32-bit generator in the public domain: plenty for made-up customers, never for secrets. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(next() * end)
  return {
    between: (low, high) => low + below(high - low + 1),
    below,
    pick: <T>(choices: readonly T[]): T => {
      if (choices.length === 0) throw new Error('there is nothing to pick from')
      return choices[below(choices.length)] as T
    },
    often: (percent) => below(100) < percent,
  }
}
