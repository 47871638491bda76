/** A kind of number that is told by its digits and how they are grouped. */
export type NumberForm = {
  readonly id: string
  readonly label: string
  /** How many digits the groups have: `16`, `4 4 4 4`. */
  readonly shapes: readonly string[]
  /** What may stand between two groups. */
  readonly separators: string
  /** Whether the separators are one and the same. Default true. */
  readonly mixed?: boolean
  matches(digits: readonly number[]): boolean
}

/** The number that some of the digits make. */
export const numberOf = (digits: readonly number[], from: number, to: number): number => {
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + (digits[at] ?? 0)
  return value
}
