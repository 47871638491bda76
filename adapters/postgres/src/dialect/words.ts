import { After } from './canonical/after.ts'
import { classOfWord, WordClass } from './keywords.ts'
import { foldCase, truncateName } from './lexer/identifier.ts'
import { hangsOnLiterals } from './literal-dependent.ts'

/** What a word means to the folding of lists. */
export const ListRole = { none: 0, in: 1, values: 2, query: 3 } as const
export type ListRole = (typeof ListRole)[keyof typeof ListRole]

/** An unquoted word with everything that is asked about it, so that one map look-up answers it all. */
export type Word = {
  /** Folded, and cut as the server cuts it. */
  readonly text: string
  /** The same with a space before it. */
  readonly spaced: string
  readonly after: After
  readonly role: ListRole
  /** True where the statement's meaning hangs on its literals (literal-dependent.ts). */
  readonly hangs: boolean
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

const make = (raw: string): Word => {
  const text = truncateName(foldCase(raw))
  return {
    text,
    spaced: ` ${text}`,
    after: afterWord(text, classOfWord(text)),
    role: roleOf(text),
    hangs: hangsOnLiterals(text),
  }
}

/** Words seen lately, as they were written. */
const known = new Map<string, Word>()
const knownLimit = 10_000
/** Longer words are not kept: they are cut and rare. */
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

/** The keyword that `N'…'` stands for (scan.l, xnstart). */
export const nchar: Word = make('nchar')
