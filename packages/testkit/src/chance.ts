/** Numbers that look random and are the same in every run. */
export type Chance = {
  /** A whole number, both ends included. */
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(choices: readonly T[]) => T
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
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    between,
    pick: <T>(choices: readonly T[]): T => {
      if (choices.length === 0) throw new Error('there is nothing to pick from')
      return choices[between(0, choices.length - 1)] as T
    },
  }
}
