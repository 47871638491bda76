/** What stands in a gap of a pattern. */
const digits = 0
const string = 1

const quote = 39

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/**
 * 1 for what could be part of one token with digits before it, in any dialect: another digit, a letter of a name or of an
 * exponent, a decimal point.
 */
const joining = new Uint8Array(0x10000).fill(1, 128)
for (const sign of '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$#@.')
  joining[sign.charCodeAt(0)] = 1

/**
 * The end of a string without escapes that opens at `at`; -1 where there is none, or anything is in it that a dialect
 * may treat in a way of its own: a backslash, another quote, a NUL, half a surrogate pair.
 */
const stringEnd = (text: string, at: number): number => {
  if (text.charCodeAt(at) !== quote) return -1
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === quote) return end + 1
    if (code === 92 || code === 34 || code === 0 || (code >= 0xd800 && code <= 0xdfff)) return -1
  }
  return -1
}

/** The end of the run of digits at `at`; -1 where there is none. */
const digitsEnd = (text: string, at: number): number => {
  let end = at
  while (end < text.length && isDigit(text.charCodeAt(end))) end++
  return end === at ? -1 : end
}

/** The kind of the constant at `[start, end)`; undefined where it is not of the plainest form. */
const kindOf = (text: string, start: number, end: number): number | undefined => {
  if (stringEnd(text, start) === end) return text.charCodeAt(end) === quote ? undefined : string
  if (digitsEnd(text, start) !== end) return undefined
  return end < text.length && joining[text.charCodeAt(end)] === 1 ? undefined : digits
}

/**
 * A text with gaps where constants of the plainest form stand: decimal digits, or a string without escapes. A text that
 * is the same but for what stands in the gaps has the same tokens: between the gaps it is equal character by character,
 * a constant in a gap ends where it ends in whatever follows, and what follows could not have been part of it.
 */
export type Pattern = {
  /** The text that it was made of. */
  readonly text: string
  /** What stands before the first gap: the whole text, where it has none. */
  readonly first: string
  /** For each gap the kind of its constant and what stands behind it. */
  readonly kinds: readonly number[]
  readonly behind: readonly string[]
}

/** `constants`: begin and end of each constant of the text, in order. Those that are not plain are no gaps. The text is well-formed Unicode. */
export const patternOf = (original: string, constants: readonly number[]): Pattern => {
  // Made anew: a part of a text keeps the whole text alive.
  const text = Buffer.from(original).toString()
  const gaps: { start: number; end: number; kind: number }[] = []
  for (let at = 0; at + 1 < constants.length; at += 2) {
    const start = constants[at] ?? 0
    const end = constants[at + 1] ?? 0
    const kind = kindOf(text, start, end)
    if (kind !== undefined && start > (gaps.at(-1)?.end ?? 0)) gaps.push({ start, end, kind })
  }
  return {
    text,
    first: text.slice(0, gaps[0]?.start),
    kinds: gaps.map(({ kind }) => kind),
    behind: gaps.map(({ end }, index) => text.slice(end, gaps[index + 1]?.start)),
  }
}

/** Whether the text is the pattern with constants in its gaps. */
export const matches = (pattern: Pattern, text: string): boolean => {
  const { first, kinds, behind } = pattern
  if (kinds.length === 0) return text === first
  if (text.slice(0, first.length) !== first) return false
  // Parts are compared as wholes: `startsWith` goes character by character.
  let at = first.length
  for (let index = 0; index < kinds.length; index++) {
    at = kinds[index] === string ? stringEnd(text, at) : digitsEnd(text, at)
    const next = behind[index]!
    if (at < 0 || text.slice(at, at + next.length) !== next) return false
    at += next.length
  }
  return at === text.length
}

/** Two texts that match, with other constants in every gap: each of `text` made longer, and the shortest. */
export const otherTexts = ({ text, first, kinds, behind }: Pattern): readonly string[] => {
  let longer = first
  let shortest = first
  let at = first.length
  for (const [index, kind] of kinds.entries()) {
    const end = kind === string ? stringEnd(text, at) : digitsEnd(text, at)
    const next = behind[index] ?? ''
    longer += (kind === string ? `${text.slice(at, end - 1)}o'` : `${text.slice(at, end)}1`) + next
    shortest += (kind === string ? "'o'" : '1') + next
    at = end + next.length
  }
  return [longer, shortest]
}

/** Characters at the begin and at the end of a text that its key is made of. */
const beginLength = 48
const endLength = 16

/**
 * A number that all texts of one pattern share: of its begin up to where a constant may begin, and of its end back to
 * where one may end.
 */
export const patternKey = (text: string): number => {
  const { length } = text
  const begin = Math.min(length, beginLength)
  let key = 0
  let joins = 0
  for (let at = 0; at < begin; at++) {
    const code = text.charCodeAt(at)
    if (code < 58 && (code === quote || (joins === 0 && code >= 48))) break
    joins = joining[code]!
    key = (Math.imul(key, 31) + code) | 0
  }
  const end = Math.max(0, length - endLength)
  for (let at = length - 1; at >= end; at--) {
    const code = text.charCodeAt(at)
    if (code === quote || isDigit(code)) break
    key = (Math.imul(key, 31) + code) | 0
  }
  return key
}
