import { otherTexts, type Pattern, patternOf } from './pattern.ts'
import { Unreadable } from './unreadable.ts'

type Part = { readonly text: string; readonly literals: boolean }

/** How a dialect reads in the modes of the text. */
type Lexing = {
  /** Throws Unreadable. */
  readonly split: (text: string) => readonly Part[]
  /** Begin and end of each number and string of the text. */
  readonly constants: () => readonly number[]
}

/**
 * The pattern of a text that was split into `parts`: with a gap for each plain constant. Without any where the parts
 * hang on what stands in one (a string may be a name behind AS), which is tried out with others.
 */
export const provenPattern = (text: string, parts: readonly Part[], lexing: Lexing): Pattern => {
  const whole = patternOf(text, [])
  if (parts.some(({ literals }) => literals)) return whole
  const pattern = patternOf(text, lexing.constants())
  return otherTexts(pattern).every((other) => isSame(partsOf(other, lexing), parts)) ? pattern : whole
}

const partsOf = (text: string, { split }: Lexing): readonly Part[] => {
  try {
    return split(text)
  } catch (error) {
    if (error instanceof Unreadable) return []
    throw error
  }
}

const isSame = (others: readonly Part[], parts: readonly Part[]): boolean =>
  others.length === parts.length &&
  others.every(({ text, literals }, index) => text === parts[index]?.text && !literals)
