import { isIntroducer } from './charsets.ts'
import { isKeyword, isReserved, likeFunctions } from './keywords.ts'
import { quoteName } from './lexer/quoted.ts'
import { hangsOnLiterals } from './literal-dependent.ts'

/** What a word begins that the writer folds, or must not fold away. */
export const Role = { none: 0, in: 1, values: 2, select: 3 } as const
export type Role = (typeof Role)[keyof typeof Role]

/** An unquoted word with everything that is asked about it, so that one look-up answers it all. */
export type Word = {
  /** As it stands in the text. */
  readonly raw: string
  readonly lower: string
  /** As canonical text has it, and the same with the space before it. */
  readonly written: string
  readonly spaced: string
  /** As a part of a name with dots. */
  readonly part: string
  readonly reserved: boolean
  /** True where a parenthesis glued to it makes it a call. */
  readonly callable: boolean
  /** True where it may end an output: a column, END, NULL. */
  readonly operand: boolean
  /** True where the statement's meaning hangs on its literals (literal-dependent.ts). */
  readonly hangs: boolean
  readonly role: Role
}

const bareName = /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*$/

const roles: ReadonlyMap<string, Role> = new Map([
  ['in', Role.in],
  ['values', Role.values],
  ['value', Role.values],
  ['select', Role.select],
])

/** Reserved words that are a value by themselves. */
const values: ReadonlySet<string> = new Set(
  'null true false current_date current_time current_timestamp current_user localtime localtimestamp utc_date utc_time utc_timestamp'.split(
    ' ',
  ),
)

/** Words that a string belongs to which stands behind them. A column of such a name has quotes, or no string for its alias. */
const beforeString: ReadonlySet<string> = new Set(
  'date time timestamp escape path comment charset'.split(' '),
)

const make = (raw: string): Word => {
  const lower = raw.toLowerCase()
  const reserved = isReserved(lower)
  // What begins with a digit or a `$` cannot be written without quotes.
  const strange = !bareName.test(raw)
  const written = strange ? quoteName(raw) : isKeyword(lower) ? lower : raw
  return {
    raw,
    lower,
    written,
    spaced: ` ${written}`,
    part: strange || reserved ? quoteName(raw) : raw,
    reserved,
    callable: !reserved || likeFunctions.has(lower),
    operand: values.has(lower) || !(reserved || beforeString.has(lower) || isIntroducer(lower)),
    hangs: hangsOnLiterals(lower),
    role: roles.get(lower) ?? Role.none,
  }
}

/** Words seen lately, each where its hash says; a later one takes the place of an earlier one. */
const places = 8192
const known: (Word | undefined)[] = Array.from({ length: places })
/** Longer words are not kept: names are at most this long ("Identifier Length Limits"). */
const keptLength = 64

/** What is to be known of the word at `[start, end)` of a text; `hash` is any number that equal words share. */
export const wordAt = (text: string, start: number, end: number, hash: number): Word => {
  const place = hash & (places - 1)
  const hit = known[place]
  if (hit !== undefined && hit.raw.length === end - start && text.startsWith(hit.raw, start)) return hit
  // A copy: a slice would keep the whole text alive.
  const word = make(Buffer.from(text.slice(start, end), 'utf16le').toString('utf16le'))
  if (word.raw.length <= keptLength) known[place] = word
  return word
}
