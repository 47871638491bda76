import { Unreadable } from '@sluice/reading/unreadable'
import type { MysqlModes } from '../modes.ts'
import {
  isDigit,
  isIdent,
  isMark,
  isOperator,
  isSecond,
  isSpace,
  mayComment,
  opensLineComment,
} from './char.ts'
import { executableComment } from './executable.ts'
import { Kind } from './kind.ts'
import { quotedEnd } from './quoted.ts'

const operators: readonly string[] = [
  '<=>',
  '->>',
  ':=',
  '<=',
  '>=',
  '<>',
  '!=',
  '<<',
  '>>',
  '&&',
  '||',
  '->',
]

/** How many characters the operator at `at` has. */
const operatorLength = (text: string, at: number): number => {
  if (!isSecond(text.charCodeAt(at + 1))) return 1
  return operators.find((operator) => text.startsWith(operator, at))?.length ?? 1
}

/**
 * Throws Unreadable for an optimizer hint that changes a setting, and for one that may end elsewhere: MySQL reads on behind
 * the end of a comment for the end of a quote (Hint_scanner::scan_quoted of sql/sql_lex_hints.h).
 */
const checkHint = (content: string): void => {
  if (/set_var/i.test(content)) throw new Unreadable('an optimizer hint changes a setting')
  if (/['"`\\]/.test(content.replace(/(['"`])[^'"`\\]*\1/g, '')))
    throw new Unreadable('a quote in an optimizer hint is not closed')
}

/**
 * The scanner of MySQL and MariaDB by hand (sql/sql_lex.cc), one pass, linear time. After `next()` the token is `kind`
 * with its `start` and `end` in the text; comments and whitespace are skipped, and so are the brackets of executable
 * comments that run. Throws Unreadable where the servers report an error, and where versions of them differ.
 */
export class Lexer {
  readonly text: string
  kind: Kind = Kind.end
  start = 0
  end = 0
  /** Of a word: a number that equal words share. */
  hash = 0
  /** True right after a dot: what follows is a name, whatever it looks like. */
  afterDot = false
  readonly #modes: MysqlModes
  /** Inside an executable comment that runs. */
  #inside = false

  constructor(text: string, modes: MysqlModes) {
    this.text = text
    this.#modes = modes
  }

  /** Where it stands between two statements: a lexer of the same text goes on there. Negative inside of a comment that runs. */
  get place(): number {
    return this.#inside ? ~this.end : this.end
  }

  set place(place: number) {
    this.#inside = place < 0
    this.end = place < 0 ? ~place : place
    this.kind = Kind.end
  }

  next(): Kind {
    this.afterDot = this.kind === Kind.mark && this.text.charCodeAt(this.start) === 46
    const at = this.#skip()
    this.start = at
    if (at >= this.text.length) {
      if (this.#inside) throw new Unreadable('an executable comment is not terminated')
      this.end = at
      this.kind = Kind.end
    } else this.kind = this.#token(at, this.text.charCodeAt(at))
    return this.kind
  }

  /** Moves over whitespace and comments; the offset of the next token. */
  #skip(): number {
    const { text } = this
    const { length } = text
    let at = this.end
    while (at < length) {
      const code = text.charCodeAt(at)
      if (isSpace(code)) at++
      else if (mayComment(code)) {
        const behind = this.#behindComment(at, code)
        if (behind === at) return at
        at = behind
      } else return at
    }
    return at
  }

  /** The offset behind the comment that begins here; `at` where none does. */
  #behindComment(at: number, code: number): number {
    const { text } = this
    if (code === 35) return this.#lineEnd(at)
    const next = text.charCodeAt(at + 1)
    if (code === 45) return next === 45 && opensLineComment(text.charCodeAt(at + 2)) ? this.#lineEnd(at) : at
    if (code === 47) return next === 42 ? this.#comment(at) : at
    if (next !== 47 || !this.#inside) return at
    this.#inside = false
    return at + 2
  }

  #lineEnd(at: number): number {
    const end = this.text.indexOf('\n', at)
    return end === -1 ? this.text.length : end + 1
  }

  /** The offset after a comment, or where the content of one that runs begins. */
  #comment(at: number): number {
    const { text } = this
    const executable = executableComment(text, at, this.#modes)
    if (this.#inside) throw new Unreadable('comments are nested')
    if (executable?.runs === true) {
      this.#inside = true
      return executable.from
    }
    const close = text.indexOf('*/', at + 2)
    if (close === -1) throw new Unreadable('a comment is not terminated')
    const content = text.slice(at + 2, close)
    if (executable !== undefined && content.includes('/*')) throw new Unreadable('comments are nested')
    if (content.startsWith('+')) checkHint(content)
    return close + 2
  }

  #take(kind: Kind, end: number): Kind {
    this.end = end
    return kind
  }

  #quoted(kind: Kind, open: number): Kind {
    return this.#take(kind, quotedEnd(this.text, open, this.#modes))
  }

  #token(at: number, code: number): Kind {
    if (isIdent(code)) return this.#ident(at, code)
    switch (code) {
      case 39:
        return this.#quoted(Kind.string, at)
      case 34:
        return this.#quoted(this.#modes.ansiQuotes ? Kind.quoted : Kind.string, at)
      case 96:
        return this.#quoted(Kind.quoted, at)
      case 63:
        return this.#take(Kind.param, at + 1)
      case 64:
        return this.#variable(at)
      default:
        return this.#symbol(at, code)
    }
  }

  #symbol(at: number, code: number): Kind {
    const { text } = this
    if (code === 46 && isDigit(text.charCodeAt(at + 1)) && !this.#joinsNames(at))
      return this.#take(Kind.number, this.#fraction(at))
    if (isMark(code)) {
      if (code === 59 && this.#inside) throw new Unreadable('a `;` stands in an executable comment')
      return this.#take(Kind.mark, at + 1)
    }
    if (isOperator(code)) return this.#take(Kind.operator, at + operatorLength(text, at))
    throw new Unreadable(code === 0 ? 'the text holds a NUL' : 'a character starts no token')
  }

  /** Whether the dot at `at` follows a name directly: then digits behind it are a name too (`t.1`). */
  #joinsNames(at: number): boolean {
    return this.end === at && at > 0 && (this.kind === Kind.word || this.kind === Kind.quoted)
  }

  #identEnd(at: number): number {
    const { text } = this
    let end = at
    while (end < text.length && isIdent(text.charCodeAt(end))) end++
    return end
  }

  /** A word, a number, or a constant with a letter before its quote. */
  #ident(at: number, code: number): Kind {
    const { text } = this
    if (this.afterDot) return this.#word(at)
    if (isDigit(code)) return this.#number(at)
    if (code === 36) return this.#dollar(at)
    if (at + 1 < text.length && text.charCodeAt(at + 1) === 39) {
      const letter = code | 32
      if (letter === 120 || letter === 98) return this.#bit(at, letter === 120)
      if (letter === 110) return this.#quoted(Kind.string, at + 1)
    }
    return this.#word(at)
  }

  #word(at: number): Kind {
    const { text } = this
    const { length } = text
    let hash = 0
    let end = at
    for (; end < length; end++) {
      const code = text.charCodeAt(end)
      if (!isIdent(code)) break
      hash = (hash * 31 + code) | 0
    }
    this.hash = hash ^ (hash >>> 15)
    this.end = end
    return Kind.word
  }

  /** A name that begins with a `$`. Newer versions of MySQL take `$$` and `$tag$` for a quote (MY_LEX_IDENT_OR_DOLLAR_QUOTED_TEXT). */
  #dollar(at: number): Kind {
    const kind = this.#word(at)
    if (!this.#modes.mariadb && this.text.slice(at + 1, this.end).includes('$'))
      throw new Unreadable('a `$` may begin a text of its own')
    return kind
  }

  #bit(at: number, hex: boolean): Kind {
    const end = quotedEnd(this.text, at + 1, this.#modes)
    const digits = this.text.slice(at + 2, end - 1)
    if (!(hex ? /^(?:[0-9a-f]{2})*$/i : /^[01]*$/).test(digits))
      throw new Unreadable('a hexadecimal or binary constant is not valid')
    return this.#take(Kind.bit, end)
  }

  #number(at: number): Kind {
    const { text } = this
    let last = at
    while (last < text.length && isDigit(text.charCodeAt(last))) last++
    if (last === text.length) return this.#take(Kind.number, last)
    const end = this.#identEnd(last)
    const word = last === at + 1 && end > last ? text.slice(at, end) : ''
    if (/^0(?:x[0-9a-f]+|b[01]+)$/i.test(word)) {
      if (word[1] === 'x' || word[1] === 'b') return this.#take(Kind.bit, end)
      throw new Unreadable('`0X` and `0B` start a name')
    }
    if (text.charCodeAt(last) === 46) return this.#take(Kind.number, this.#fraction(last))
    const exponent = this.#exponent(last)
    if (exponent > last) return this.#take(Kind.number, exponent)
    // Letters glued to digits make a name, also one that begins with digits.
    return last === end ? this.#take(Kind.number, end) : this.#word(at)
  }

  /** The end of a number from its decimal point on. */
  #fraction(at: number): number {
    let end = at + 1
    while (isDigit(this.text.charCodeAt(end))) end++
    const exponent = this.#exponent(end)
    if (exponent === end && isIdent(this.text.charCodeAt(end)))
      throw new Unreadable('letters follow a number directly')
    return exponent
  }

  #exponent(at: number): number {
    const { text } = this
    if ((text.charCodeAt(at) | 32) !== 101) return at
    const sign = text[at + 1] === '+' || text[at + 1] === '-' ? 1 : 0
    let end = at + 1 + sign
    if (!isDigit(text.charCodeAt(end))) return at
    while (isDigit(text.charCodeAt(end))) end++
    if (isIdent(text.charCodeAt(end))) throw new Unreadable('letters follow a number directly')
    return end
  }

  #variable(at: number): Kind {
    const { text } = this
    const system = text[at + 1] === '@'
    const from = at + (system ? 2 : 1)
    const quote = text.charCodeAt(from)
    const kind = system ? Kind.systemVariable : Kind.userVariable
    if (quote === 96 || (!system && (quote === 34 || quote === 39))) return this.#quoted(kind, from)
    let end = from
    while (isIdent(text.charCodeAt(end)) || (kind === Kind.userVariable && text[end] === '.')) end++
    if (end === from) throw new Unreadable('an `@` names nothing')
    return this.#take(kind, end)
  }
}
