import { isKeyword, isReserved, likeFunctions } from './keywords.ts'
import { hangsOnLiterals } from './literal-dependent.ts'

/** An unquoted word with everything that is asked about it, so that one map look-up answers it all. */
export type Word = {
  readonly lower: string
  /** As canonical text has it. */
  readonly written: string
  /** True where it cannot be written without quotes: it begins with a digit, or holds a `$` in front. */
  readonly strange: boolean
  readonly reserved: boolean
  /** True where a parenthesis glued to it makes it a call. */
  readonly callable: boolean
  /** True where the statement's meaning hangs on its literals (literal-dependent.ts). */
  readonly hangs: boolean
}

const bareName = /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*$/

const make = (raw: string): Word => {
  const lower = raw.toLowerCase()
  const reserved = isReserved(lower)
  return {
    lower,
    written: isKeyword(lower) ? lower : raw,
    strange: !bareName.test(raw),
    reserved,
    callable: !reserved || likeFunctions.has(lower),
    hangs: hangsOnLiterals(lower),
  }
}

/** Words seen lately, as they were written. */
const known = new Map<string, Word>()
const knownLimit = 10_000
/** Longer words are not kept: names are at most this long ("Identifier Length Limits"). */
const keptLength = 64

/** What is to be known of a word as it is written. */
export const wordOf = (raw: string): Word => {
  const hit = known.get(raw)
  if (hit !== undefined) return hit
  const word = make(raw)
  if (raw.length <= keptLength) {
    if (known.size >= knownLimit) known.clear()
    known.set(raw, word)
  }
  return word
}
