import { After } from './canonical/after.ts'
import { classOfWord, moreThanNameSince, WordClass } from './keywords.ts'
import { foldCase, truncateName } from './lexer/identifier.ts'
import { hangsOnLiterals } from './literal-dependent.ts'

/** What a word means to the folding of lists. */
export const ListRole = { none: 0, in: 1, values: 2, query: 3 } as const
export type ListRole = (typeof ListRole)[keyof typeof ListRole]

/** An unquoted word with everything that is asked about it, so that one map look-up answers it all. */
export type Word = {
  /** Folded, and cut as the server cuts it. */
  readonly text: string
  /** True where it stands in the original as `text` has it. */
  readonly folded: boolean
  readonly after: After
  readonly role: ListRole
  /** True where the statement's meaning hangs on its literals (literal-dependent.ts). */
  readonly hangs: boolean
  /** The version from which on it is more than a name; 0: the same in all. */
  readonly since: number
}

const queryWords: ReadonlySet<string> = new Set(['select', 'with', 'table', 'union', 'intersect', 'except'])

/** Reserved words that take their parentheses like a function. */
const likeFunctions: ReadonlySet<string> = new Set([
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'cast',
])

const afterWord = (word: string, of: WordClass): After => {
  if (of === WordClass.identifier || likeFunctions.has(word)) return After.name
  if (of === WordClass.reserved) return After.reserved
  return of === WordClass.columnName && word !== 'values' && word !== 'between' ? After.name : After.keyword
}

const roleOf = (word: string): ListRole => {
  if (word === 'in') return ListRole.in
  if (word === 'values') return ListRole.values
  return queryWords.has(word) ? ListRole.query : ListRole.none
}

/** What is to be known of `raw`, which is written as `standing` in the original. */
const make = (raw: string, standing = raw): Word => {
  const text = truncateName(foldCase(raw))
  return {
    text,
    folded: text === standing,
    after: afterWord(text, classOfWord(text)),
    role: roleOf(text),
    hangs: hangsOnLiterals(text),
    since: moreThanNameSince(text),
  }
}

/**
 * Words seen lately, by the hash of how they were written: a table of its own, because a Map would want each word as
 * a string first, and making and hashing these strings is half of what reading a statement costs. A word that falls
 * on another one's place takes it.
 */
const PLACES = 16_384
const known: (Word | undefined)[] = Array.from({ length: PLACES })
const written: string[] = Array.from({ length: PLACES }, () => '')
/** Longer words are not kept: they are cut and rare. */
const keptLength = 64

/** One step of a word's hash. */
export const hashStep = (hash: number, code: number): number => (Math.imul(hash, 31) + code) | 0

const isWritten = (word: string, text: string, start: number, end: number): boolean => {
  const { length } = word
  if (length !== end - start) return false
  for (let i = 0; i < length; i++) if (word.charCodeAt(i) !== text.charCodeAt(start + i)) return false
  return true
}

/** What is to be known of the word at `[start, end)`; `hash` is that of its code units, each taken in by `hashStep`. */
export const wordAt = (text: string, start: number, end: number, hash: number): Word => {
  const place = (hash ^ (hash >>> 15)) & (PLACES - 1)
  const hit = known[place]
  if (hit !== undefined && isWritten(written[place]!, text, start, end)) return hit
  const raw = text.slice(start, end)
  const word = make(raw)
  if (raw.length <= keptLength) {
    known[place] = word
    // Made anew: a part of a text keeps the whole text alive.
    written[place] = Buffer.from(raw).toString()
  }
  return word
}

/** The keyword that `N'…'` stands for (scan.l, xnstart). */
export const nchar: Word = make('nchar', 'n')
