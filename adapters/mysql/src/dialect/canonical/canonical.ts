import { type DialectLimits, defaultLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { isIdent } from '../lexer/char.ts'
import { Kind } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { quoteName, quoteString, unquote } from '../lexer/quoted.ts'
import { type MysqlModes, modeKey } from '../modes.ts'
import { wordAt } from '../words.ts'
import { Secrets } from './secrets.ts'
import { Shape } from './shape.ts'
import { Writer } from './writer.ts'

/** One statement of a text, ready to be recorded and parsed. */
export type CanonicalStatement = {
  /**
   * Comments gone, executable ones expanded, keywords in lower case, every literal replaced: strings by `'?'`, numbers
   * by `1`, hexadecimal and bits by `0x00`, and words that stand for a string too (`secrets.ts`). `"` never quotes a name in it, and `||` always joins strings.
   */
  readonly canonical: string
  /** Flags and a newline, then what the readers see: `canonical`, or the same with the literals back in. */
  readonly text: string
  readonly modes: MysqlModes
  readonly literals: boolean
  readonly parameterCount: number
}

type Mode = { readonly fold: boolean; readonly values: boolean }

/** Reads one statement from the lexer's place to its `;` or the end of the text. */
class StatementReader {
  readonly shape: Shape
  readonly writer: Writer
  parameterCount = 0
  readonly #lexer: Lexer
  readonly #modes: MysqlModes
  readonly #values: boolean
  readonly #secrets = new Secrets()
  #lastString = false
  /** What stands before may be all of an output, so that a string behind it is the output's name. */
  #operand = false
  /** What stands before may have a dot behind it. */
  #named = false
  /** Nothing, `(` or a dot stands before: the next token takes no space. */
  #opening = true
  /** A dot stands before: a name has to follow, or `*`. */
  #dot = false
  /** The end of the word before, where a `(` right behind it makes it a call. */
  #callEnd = -1

  constructor(lexer: Lexer, limits: DialectLimits, modes: MysqlModes, mode: Mode) {
    this.#lexer = lexer
    this.shape = new Shape(modes.mariadb)
    this.#modes = modes
    this.#values = mode.values
    this.writer = new Writer(limits, mode.fold)
  }

  /** Consumes the statement with its `;`; true where the text goes on. */
  read(): boolean {
    const lexer = this.#lexer
    for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next()) {
      if (kind === Kind.word) this.#word()
      else if (kind === Kind.mark) {
        const mark = lexer.text[lexer.start]!
        if (mark === ';' && this.writer.depth === 0 && !this.shape.insideBody) return true
        this.#mark(mark)
      } else this.#token(kind)
    }
    if (this.shape.insideBody) throw new Unreadable('the body of a routine is not complete')
    return false
  }

  #mark(mark: string): void {
    const { writer } = this
    this.#lastString = false
    this.#operand = mark === ')'
    if (mark === '(') writer.open(this.#opening || this.#callEnd === this.#lexer.start)
    else if (mark === ')') writer.close()
    else if (mark === ',') writer.comma()
    else {
      if (mark === '.' && !this.#named) throw new Unreadable('a dot follows no name')
      writer.settle()
      writer.put(mark, mark === '.' || mark === ';')
    }
    this.shape.other(mark)
    this.#secrets.other(mark)
    this.#opening = mark === '(' || mark === '.'
    this.#dot = mark === '.'
    this.#named = false
    this.#callEnd = -1
  }

  #token(kind: Kind): void {
    const { start, end, text } = this.#lexer
    const raw = text.slice(start, end)
    if (this.#dot && kind === Kind.operator && raw !== '*') throw new Unreadable('no name follows a dot')
    this.#dot = false
    this.writer.settle()
    this.#named = kind === Kind.quoted || kind === Kind.systemVariable || raw === '*'
    const callEnd = kind === Kind.quoted ? this.#quoted(raw) : -1
    if (kind !== Kind.quoted) this.#other(kind, raw)
    this.#lastString = kind === Kind.string
    this.#operand = kind !== Kind.string && kind !== Kind.operator
    this.#opening = false
    this.#callEnd = callEnd
  }

  #word(): void {
    const { text, start, end, afterDot, hash } = this.#lexer
    const { writer, shape } = this
    const word = wordAt(text, start, end, hash)
    writer.settle()
    if (afterDot || (end < text.length && text.charCodeAt(end) === 46)) {
      if (!afterDot && word.reserved && !isIdent(text.charCodeAt(end + 1)))
        throw new Unreadable('a name follows a dot behind a reserved word, but not directly')
      writer.put(word.part, this.#opening)
      shape.part(word)
      this.#named = true
      this.#operand = true
      this.#callEnd = end
    } else {
      const called = text.charCodeAt(end) === 40
      if (this.#secrets.word(shape.first, word.lower, called) && this.#isRecorded())
        writer.put("'?'", this.#opening)
      else writer.word(word, this.#opening)
      shape.word(word)
      this.#named = !word.reserved
      this.#operand = word.operand
      this.#callEnd = word.callable ? end : -1
    }
    this.#dot = false
    this.#lastString = false
    this.#opening = false
  }

  #quoted(raw: string): number {
    const name = unquote(raw, this.#modes)
    if (name === '') throw new Unreadable('a name is empty')
    const isSecret = this.#secrets.quoted(this.shape.first) && this.#isRecorded()
    this.writer.put(isSecret ? "'?'" : quoteName(name), this.#opening)
    this.shape.quoted(name)
    return this.#lexer.end
  }

  /** What is written is not what the readers see. */
  #isRecorded(): boolean {
    return !this.#values && this.shape.hangsOnLiterals
  }

  #other(kind: Kind, raw: string): void {
    const { writer } = this
    if (kind === Kind.string) this.shape.string(this.#operand)
    const alias = kind === Kind.string && this.shape.namesOutput ? this.#stringValue(raw) : ''
    if (alias !== '') writer.put(quoteName(alias), this.#opening)
    else if (kind === Kind.string) {
      const value = this.#values ? quoteString(this.#stringValue(raw)) : "'?'"
      if (!this.#lastString) writer.put(value, this.#opening)
      else if (this.#values) writer.extend(value)
    } else if (kind === Kind.param) {
      this.parameterCount++
      writer.put('?', this.#opening)
      writer.keep()
    } else if (kind === Kind.operator) this.#operator(raw)
    else writer.put(this.#plain(kind, raw), this.#opening)
    const token = kind === Kind.operator ? raw : ''
    this.shape.other(token)
    this.#secrets.other(kind === Kind.userVariable ? '@' : token)
  }

  #plain(kind: Kind, raw: string): string {
    if (kind === Kind.number) return this.#values ? raw : '1'
    if (kind === Kind.bit) return this.#values ? raw : '0x00'
    const sign = kind === Kind.systemVariable ? '@@' : '@'
    const quoted = /^['"`]/.test(raw.slice(sign.length))
    const name = quoted ? this.#stringValue(raw.slice(sign.length)) : raw.slice(sign.length)
    const lower = name.toLowerCase()
    return sign + (/^[a-z0-9_$.\u0080-\uffff]+$/.test(lower) ? lower : quoteName(lower))
  }

  #stringValue(raw: string): string {
    const from = /^[nN]/.test(raw) ? 1 : 0
    return unquote(raw.slice(from), this.#modes)
  }

  #operator(raw: string): void {
    if (raw === '||' && !this.#modes.pipesAsConcat) this.writer.put('or', this.#opening)
    else if (raw === '&&') this.writer.put('and', this.#opening)
    else if (raw.startsWith('->') && this.#modes.mariadb) throw new Unreadable('MariaDB has no `->`')
    else this.writer.put(raw === '!=' ? '<>' : raw, this.#opening)
  }
}

/**
 * Splits a text at its top-level semicolons and writes each statement canonically. Empty statements are left out.
 * Throws Unreadable where the text cannot be read or is over a limit.
 */
export const canonicalStatements = (
  text: string,
  modes: MysqlModes,
  limits: DialectLimits,
): CanonicalStatement[] => {
  if (text.length > limits.textLength) throw new Unreadable('the text is over the limit `textLength`')
  if (!text.isWellFormed()) throw new Unreadable('the text is not well-formed Unicode')
  const lexer = new Lexer(text, modes)
  const statements: CanonicalStatement[] = []
  for (let more = true; more; ) {
    const { place } = lexer
    const reader = new StatementReader(lexer, limits, modes, { fold: true, values: false })
    more = reader.read()
    if (reader.writer.tokens === 0) continue
    if (statements.length === limits.statements)
      throw new Unreadable('the text is over the limit `statements`')
    statements.push(statementOf(reader, text, place, modes, limits))
  }
  return statements
}

const statementOf = (
  reader: StatementReader,
  text: string,
  place: number,
  modes: MysqlModes,
  limits: DialectLimits,
): CanonicalStatement => {
  const canonical = reader.writer.finish()
  const { parameterCount } = reader
  const literals = reader.shape.hangsOnLiterals
  const flags = `${modes.mariadb ? 'm' : ''}${modes.lowerCaseTableNames ? 'l' : ''}\n`
  if (!literals) return { canonical, text: flags + canonical, modes, literals, parameterCount }
  // With literals an inner text may be among them, which every mode reads in its own way.
  const lexer = new Lexer(text, modes)
  lexer.place = place
  const whole = new StatementReader(lexer, limits, modes, { fold: false, values: true })
  whole.read()
  return { canonical, text: `${modeKey(modes)}v\n${whole.writer.finish()}`, modes, literals, parameterCount }
}

/** The offset behind the first statement from `from` on, its `;` included. Throws Unreadable as `canonicalStatements` does. */
export const statementEnd = (text: string, from: number, modes: MysqlModes): number => {
  const lexer = new Lexer(text, modes)
  lexer.place = from
  const more = new StatementReader(lexer, defaultLimits, modes, { fold: true, values: false }).read()
  return more ? lexer.end : text.length
}
