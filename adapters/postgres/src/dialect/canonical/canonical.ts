import type { DialectLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { classOfWord, WordClass } from '../keywords.ts'
import { foldCase, quotedName, truncateName, unicodeEscapeCharacter } from '../lexer/identifier.ts'
import { Kind } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { checkName, type Naming } from '../lexer/naming.ts'
import { stringValue } from '../lexer/value.ts'
import { GROUPED_DIGITS, NEWEST, readsAsOlder } from '../major.ts'
import { nchar, type Word, wordAt } from '../words.ts'
import { After } from './after.ts'
import { Secrets } from './secrets.ts'
import { Shape } from './shape.ts'
import { type Slot, Writer } from './writer.ts'

/** One statement of a text, ready to be recorded and parsed. */
export type CanonicalStatement = {
  /**
   * Comments gone, identifiers folded, every literal replaced: strings by `'?'`, numbers by `1`, bits by `b'0'`. Words that
   * stand for a string are replaced too (`secrets.ts`).
   */
  readonly canonical: string
  /** What the parser reads: `canonical`, or the same with the literals back in where its meaning hangs on them. */
  readonly text: string
  readonly literals: boolean
  /** The literals in order; `at` is an offset in `text`. */
  readonly slots: readonly Slot[]
  /** The highest `$n`. */
  readonly parameterCount: number
  readonly naming: Naming
  /** The server's version, as far as the text is read otherwise by it. */
  readonly major: number
}

/** How a text is read, beside its strings. */
type Manner = {
  /** What the parser reads has its literals in any case. */
  readonly literals?: boolean
  /** Default: `utf8`. */
  readonly naming?: Naming
  /** The server's major version. Default: the newest. */
  readonly major?: number
}

/** How the words of a text are read. */
type Words = { readonly standard: boolean; readonly naming: Naming; readonly major: number }

/** `recorded`: what stands for a value without being a literal is written as one. */
type Mode = { readonly fold: boolean; readonly values: boolean; readonly recorded: boolean }
const folded: Mode = { fold: true, values: false, recorded: false }
const recorded: Mode = { fold: false, values: false, recorded: true }
const withValues: Mode = { fold: false, values: true, recorded: false }

/** Names that need no quotes: what an unquoted word folds to, and no keyword of any class. */
const bareName = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/

/** Reads one statement from the lexer's place to its `;` or the end of the text. */
class StatementReader {
  readonly writer: Writer
  readonly shape = new Shape()
  parameterCount = 0
  readonly #lexer: Lexer
  readonly #values: boolean
  readonly #naming: Naming
  readonly #words: Words
  readonly #secrets: Secrets | undefined

  constructor(lexer: Lexer, limits: DialectLimits, mode: Mode, words: Words) {
    this.#lexer = lexer
    this.#values = mode.values
    this.#words = words
    this.#naming = words.naming
    this.writer = new Writer(lexer.text, limits, mode.fold)
    this.#secrets = mode.recorded ? new Secrets() : undefined
  }

  /** Consumes the statement with its `;`; true where the text goes on. */
  read(): boolean {
    const lexer = this.#lexer
    let kind = lexer.next()
    for (;;) {
      if (kind === Kind.end) return false
      if (kind === Kind.mark) {
        const code = lexer.text.charCodeAt(lexer.start)
        if (code === 59 && this.writer.depth === 0 && !this.shape.insideBody) return true
        this.#mark(code)
        kind = lexer.next()
      } else if (kind === Kind.word) {
        this.writer.settle()
        this.#word()
        kind = lexer.next()
      } else kind = this.#token(kind)
    }
  }

  /** Writes one token; the kind of the token after it. */
  #token(kind: Kind): Kind {
    const { writer } = this
    const lexer = this.#lexer
    const { text, start, end } = lexer
    writer.settle()
    switch (kind) {
      case Kind.quoted:
        this.#name(text.slice(start + 1, end - 1))
        break
      case Kind.number:
        this.#number(start, end)
        break
      case Kind.bit:
        this.#bit(start, end)
        break
      case Kind.param:
        this.#param(start, end)
        break
      case Kind.operator:
        writer.operator(text.slice(start, end))
        this.#secrets?.other(text.slice(start, end))
        break
      case Kind.unicodeString:
      case Kind.unicodeQuoted:
        return this.#unicode(kind, start, end)
      default:
        this.#string(this.#valueOf(kind, start, end), start, end)
    }
    this.shape.other()
    return lexer.next()
  }

  #mark(code: number): void {
    const { writer } = this
    this.shape.other(code)
    const { start } = this.#lexer
    this.#secrets?.other(String.fromCharCode(code))
    if (code === 44) writer.comma(start)
    else if (code === 40) writer.open('(', start)
    else if (code === 91) writer.open('[', start)
    else if (code === 41 || code === 93) writer.close(start)
    else {
      writer.settle()
      if (code === 46) writer.dot(start)
      else writer.put(';', After.operand, true)
    }
  }

  #word(): void {
    const lexer = this.#lexer
    const { text, start, end } = lexer
    // The letter of `N'…'` is a keyword; the string after it is read by itself.
    const isNchar = end - start === 1 && (text.charCodeAt(start) | 32) === 110 && text.charCodeAt(end) === 39
    if (this.#naming !== 'utf8') checkName(text.slice(start, end), false, this.#naming)
    const word = isNchar ? nchar : wordAt(text, start, end, lexer.hash)
    if (word.since > this.#words.major && this.#isNameToo(word)) return this.#name(word.text)
    if (this.#secrets?.word(word.text) === true) this.#secret()
    else this.writer.word(word, start)
    this.shape.word(word, this.writer.depth)
  }

  /** A keyword that this server does not know: a name that has to be quoted for a newer grammar to see one in it. */
  #isNameToo({ after }: Word): boolean {
    if (after === After.reserved) return true
    const ahead = new Lexer(this.#lexer.text, this.#words.standard, this.#lexer.end)
    return ahead.next() === Kind.mark && ahead.text.charCodeAt(ahead.start) === 40
  }

  /** `inner` is what stands between the quotes. */
  #name(inner: string, escape?: string): void {
    const whole = quotedName(inner, escape)
    if (this.#naming !== 'utf8') checkName(whole, true, this.#naming)
    const name = truncateName(whole)
    const bare = bareName.test(name) && classOfWord(name) === WordClass.identifier
    if (this.#secrets?.quoted(name) === true) this.#secret()
    else this.writer.put(bare ? name : `"${name.replaceAll('"', '""')}"`, After.name)
    this.shape.name(name)
  }

  #secret(): void {
    const { start, end } = this.#lexer
    this.writer.literal("'?'", 'string', start, end)
  }

  /**
   * The value where it is written; escapes are decoded in any case, as the server refuses those that are not valid. Bytes
   * are what the encoding of the database makes of them.
   */
  #valueOf(kind: Kind, start: number, end: number, escape?: string): string | undefined {
    const { text } = this.#lexer
    const naming = this.#naming
    const decode =
      this.#values ||
      kind === Kind.unicodeString ||
      (kind === Kind.escapeString && naming === 'utf8' && text.slice(start, end).includes('\\'))
    if (!decode) return undefined
    const verticalTab = !readsAsOlder(this.#words.major)
    const value = stringValue(text, kind, start, end, { escape, verticalTab, naming })
    return this.#values ? value : undefined
  }

  #string(value: string | undefined, start: number, end: number): void {
    this.writer.literal(
      value === undefined ? "'?'" : `'${value.replaceAll("'", "''")}'`,
      'string',
      start,
      end,
    )
    this.#secrets?.other('')
  }

  #number(start: number, end: number): void {
    const written = this.#lexer.text.slice(start, end)
    // The servers before end it there, and some go on with a name.
    if (this.#words.major < GROUPED_DIGITS && /[_xob]/i.test(written))
      throw new Unreadable('a number is written as newer servers have it')
    this.writer.literal(this.#values ? written : '1', 'number', start, end)
  }

  #bit(start: number, end: number): void {
    const { text } = this.#lexer
    const letter = (text.charCodeAt(start) | 32) === 98 ? 'b' : 'x'
    const token = this.#values ? `${letter}'${stringValue(text, Kind.bit, start, end)}'` : "b'0'"
    this.writer.literal(token, 'bit', start, end)
  }

  #param(start: number, end: number): void {
    const index = Number(this.#lexer.text.slice(start + 1, end))
    if (index > 0x7fffffff) throw new Unreadable('a parameter number is too large')
    if (index > this.parameterCount) this.parameterCount = index
    this.writer.put(`$${index}`, After.operand)
  }

  /** `U&'…'` or `U&"…"` with the `UESCAPE '…'` that may follow (base_yylex in parser.c). */
  #unicode(kind: Kind, start: number, end: number): Kind {
    const lexer = this.#lexer
    const { text } = lexer
    let next = lexer.next()
    let escape = '\\'
    let last = end
    if (next === Kind.word && foldCase(text.slice(lexer.start, lexer.end)) === 'uescape') {
      next = lexer.next()
      if (next < Kind.string || next > Kind.dollarString)
        throw new Unreadable('UESCAPE is not followed by a string')
      escape = unicodeEscapeCharacter(stringValue(text, next, lexer.start, lexer.end))
      last = lexer.end
      next = lexer.next()
    }
    this.shape.other()
    if (kind === Kind.unicodeQuoted) this.#name(text.slice(start + 3, end - 1), escape)
    else this.#string(this.#valueOf(kind, start, end, escape), start, last)
    return next
  }
}

const reread = (text: string, from: number, limits: DialectLimits, mode: Mode, words: Words) => {
  const lexer = new Lexer(text, words.standard, from)
  const reader = new StatementReader(lexer, limits, mode, words)
  reader.read()
  return { text: reader.writer.finish(), slots: reader.writer.slots }
}

/**
 * Splits a text at its top-level semicolons and writes each statement canonically. Empty statements are left out.
 * Throws Unreadable where the text cannot be read or is over a limit.
 */
export const canonicalStatements = (
  text: string,
  standardConformingStrings: boolean,
  limits: DialectLimits,
  { literals = false, naming = 'utf8', major = NEWEST }: Manner = {},
): CanonicalStatement[] => {
  if (text.length > limits.textLength) throw new Unreadable('the text is over the limit `textLength`')
  if (!text.isWellFormed()) throw new Unreadable('the text is not well-formed Unicode')
  const words = { standard: standardConformingStrings, naming, major }
  const lexer = new Lexer(text, standardConformingStrings)
  const statements: CanonicalStatement[] = []
  for (let more = true; more; ) {
    const from = lexer.end
    const reader = new StatementReader(lexer, limits, folded, words)
    more = reader.read()
    if (reader.writer.tokens === 0) continue
    if (statements.length === limits.statements)
      throw new Unreadable('the text is over the limit `statements`')
    const one = statementOf(reader, text, from, limits, words, literals)
    const named = naming === 'utf8' ? one : inNaming(one, naming)
    statements.push(readsAsOlder(major) ? inOlder(named, major) : named)
  }
  return statements
}

/**
 * Where each statement of a text begins, as an offset into it: right behind the `;` of the one before. As
 * `canonicalStatements` splits it, and like that it throws Unreadable.
 */
export const statementStarts = (
  text: string,
  standardConformingStrings: boolean,
  limits: DialectLimits,
): number[] => {
  const words: Words = { standard: standardConformingStrings, naming: 'utf8', major: NEWEST }
  const lexer = new Lexer(text, standardConformingStrings)
  const starts: number[] = []
  for (let more = true; more; ) {
    const from = lexer.end
    const reader = new StatementReader(lexer, limits, folded, words)
    more = reader.read()
    if (reader.writer.tokens > 0) starts.push(from)
  }
  return starts
}

/** Bodies among its literals are read otherwise under other namings, so that their trees are kept apart. */
const inNaming = (one: CanonicalStatement, naming: Naming): CanonicalStatement =>
  one.literals ? { ...one, text: `${one.text} --${naming}`, naming } : one

/** The same for older versions, whose trees are others without bodies too. */
const inOlder = (one: CanonicalStatement, major: number): CanonicalStatement => ({
  ...one,
  text: `${one.text} --${major}`,
  major,
})

const statementOf = (
  reader: StatementReader,
  text: string,
  from: number,
  limits: DialectLimits,
  words: Words,
  withLiterals: boolean,
): CanonicalStatement => {
  const canonical = reader.writer.finish()
  const { parameterCount } = reader
  const literals = withLiterals || reader.shape.hangsOnLiterals
  const { slots } = reader.writer
  const recordable = (): string => reread(text, from, limits, recorded, words).text
  if (!literals || slots.length === 0)
    return {
      canonical: literals && reader.shape.mayHoldSecrets ? recordable() : canonical,
      text: canonical,
      literals,
      slots,
      parameterCount,
      naming: 'utf8',
      major: NEWEST,
    }
  // Elements that are equal without their literals differ with them: nothing is folded here.
  const whole = reread(text, from, limits, withValues, words)
  return {
    canonical: recordable(),
    ...whole,
    literals,
    parameterCount,
    naming: 'utf8',
    major: NEWEST,
  }
}
