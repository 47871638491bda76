import { Unreadable } from '@sluice/reading/unreadable'
import { foldName, identifierLength } from './fold.ts'
import { Kind, type Token } from './kind.ts'

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
const isHex = (code: number): boolean =>
  isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
/** Space, tab, line feed, vertical tab, form feed and carriage return. */
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

const unicodeLetter = /^[\p{L}\p{Nl}]$/u
const unicodeRest = /^[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]$/u
/** "money and smallmoney": any currency sign may stand before an amount. */
const currency = /^\p{Sc}$/u
const cjk = (code: number): boolean => code >= 0xd800 && code <= 0xdfff

/** "Rules for regular identifiers": a letter, `_`, `@` or `#` first; then digits and `$` too. */
const isWordStart = (code: number): boolean =>
  isLetter(code) ||
  code === 95 ||
  code === 35 ||
  (code >= 128 && !cjk(code) && unicodeLetter.test(String.fromCharCode(code)))
const isWordRest = (code: number): boolean =>
  isWordStart(code) ||
  isDigit(code) ||
  code === 36 ||
  code === 64 ||
  (code >= 128 && !cjk(code) && unicodeRest.test(String.fromCharCode(code)))

const operators = ['<=', '>=', '<>', '!=', '!<', '!>', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '::']
const twoCharacters: ReadonlySet<string> = new Set(operators)
const oneCharacter = '+-*/%&|^~=<>'
const marks = '(),;.:'

/** The server's own line end is a line feed; where another character could be read as one, we do not guess. */
const doubtfulLineEnd = /\r(?!\n)|[\v\f\u0085\u2028\u2029]/

/**
 * Transact-SQL's tokens, one pass, linear time: comments nest, `]]` and doubled quotes stand for one, strings have no
 * escapes. Throws Unreadable for what is not terminated and for characters that servers may read in several ways.
 */
export class Lexer {
  readonly #text: string
  readonly #quotedIdentifier: boolean
  #at = 0

  constructor(text: string, quotedIdentifier: boolean) {
    this.#text = text
    this.#quotedIdentifier = quotedIdentifier
  }

  /** The next token; `Kind.end` again and again at the end. */
  next(): Token {
    this.#skip()
    const start = this.#at
    if (start >= this.#text.length) return { kind: Kind.end, value: '', start, end: start }
    return this.#token(start, this.#text.charCodeAt(start))
  }

  #skip(): void {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (isSpace(code)) this.#at++
      else if (code === 45 && text.charCodeAt(this.#at + 1) === 45) this.#lineComment()
      else if (code === 47 && text.charCodeAt(this.#at + 1) === 42) this.#blockComment()
      else return
    }
  }

  #lineComment(): void {
    const found = this.#text.indexOf('\n', this.#at)
    const end = found === -1 ? this.#text.length : found
    if (doubtfulLineEnd.test(this.#text.slice(this.#at, end + 1)))
      throw new Unreadable('a line comment holds a character that may end it')
    this.#at = end
  }

  #blockComment(): void {
    const text = this.#text
    let depth = 1
    this.#at += 2
    while (depth > 0) {
      const code = text.charCodeAt(this.#at)
      if (Number.isNaN(code)) throw new Unreadable('a comment is not terminated')
      const pair = text.charCodeAt(this.#at + 1)
      if (code === 42 && pair === 47) depth--
      else if (code === 47 && pair === 42) depth++
      else {
        this.#at++
        continue
      }
      this.#at += 2
    }
  }

  #token(start: number, code: number): Token {
    const next = this.#text.charCodeAt(start + 1)
    if (code === 39) return this.#string(start, start)
    if ((code === 110 || code === 78) && next === 39) return this.#string(start, start + 1)
    if (code === 91) return this.#quoted(start, ']')
    if (code === 34) return this.#doubleQuote(start)
    if (code === 64) return this.#word(start, Kind.variable)
    if (isWordStart(code)) return this.#word(start, Kind.word)
    if (isDigit(code) || (code === 46 && isDigit(next))) return this.#number(start)
    if (code === 36 || (code > 127 && currency.test(String.fromCharCode(code))))
      return this.#dollar(start, next)
    return this.#sign(start)
  }

  #take(kind: Kind, start: number, end: number, value: string): Token {
    this.#at = end
    return { kind, value, start, end }
  }

  #word(start: number, kind: Kind): Token {
    const text = this.#text
    let end = start + 1
    while (end < text.length && isWordRest(text.charCodeAt(end))) end++
    if (end - start > identifierLength) throw new Unreadable('an identifier is too long')
    if (kind === Kind.variable && end === start + 1) throw new Unreadable('a variable has no name')
    return this.#take(kind, start, end, foldName(text.slice(start, end)))
  }

  /** The offset behind the closing character, which stands doubled for itself. */
  #closed(open: number, close: string): number {
    for (let from = open + 1; ; ) {
      const at = this.#text.indexOf(close, from)
      if (at === -1) throw new Unreadable('a quoted string or identifier is not terminated')
      if (this.#text[at + 1] !== close) return at + 1
      from = at + 2
    }
  }

  #string(start: number, open: number): Token {
    const end = this.#closed(open, "'")
    return this.#take(Kind.string, start, end, stringValue(this.#text.slice(open + 1, end - 1), "'"))
  }

  #quoted(start: number, close: string): Token {
    const end = this.#closed(start, close)
    const name = this.#text.slice(start + 1, end - 1).replaceAll(close + close, close)
    if (name === '') throw new Unreadable('a quoted identifier is empty')
    if (name.length > identifierLength || name.includes('\0'))
      throw new Unreadable('a quoted identifier is not valid')
    return this.#take(Kind.quoted, start, end, foldName(name))
  }

  #doubleQuote(start: number): Token {
    if (this.#quotedIdentifier) return this.#quoted(start, '"')
    const end = this.#closed(start, '"')
    return this.#take(Kind.string, start, end, stringValue(this.#text.slice(start + 1, end - 1), '"'))
  }

  #digits(from: number, is: (code: number) => boolean): number {
    let end = from
    while (is(this.#text.charCodeAt(end))) end++
    return end
  }

  #number(start: number): Token {
    const text = this.#text
    if (text.charCodeAt(start) === 48 && (text.charCodeAt(start + 1) | 32) === 120)
      return this.#numberEnd(Kind.binary, start, this.#digits(start + 2, isHex))
    let end = this.#digits(start, isDigit)
    if (text.charCodeAt(end) === 46) end = this.#digits(end + 1, isDigit)
    if ((text.charCodeAt(end) | 32) === 101) {
      const sign = text.charCodeAt(end + 1)
      const from = sign === 43 || sign === 45 ? end + 2 : end + 1
      end = this.#digits(from, isDigit)
    }
    return this.#numberEnd(Kind.number, start, end)
  }

  /** The server reads `1a` as two tokens, an alias among them; nobody writes that in earnest. */
  #numberEnd(kind: Kind, start: number, end: number): Token {
    if (isWordRest(this.#text.charCodeAt(end))) throw new Unreadable('letters follow a number directly')
    return this.#take(kind, start, end, this.#text.slice(start, end))
  }

  /** `$1.50` is money; `$action`, `$identity`, `$partition` are names. */
  #dollar(start: number, next: number): Token {
    if (isLetter(next) && this.#text[start] === '$') return this.#word(start, Kind.word)
    if (isSpace(next)) throw new Unreadable('a `$` starts no token')
    let end = this.#digits(start + 1, isDigit)
    if (this.#text.charCodeAt(end) === 46) end = this.#digits(end + 1, isDigit)
    return this.#numberEnd(Kind.number, start, end)
  }

  #sign(start: number): Token {
    const two = this.#text.slice(start, start + 2)
    if (twoCharacters.has(two)) return this.#take(Kind.operator, start, start + 2, two)
    const one = two.slice(0, 1)
    if (oneCharacter.includes(one)) return this.#take(Kind.operator, start, start + 1, one)
    if (marks.includes(one)) return this.#take(Kind.mark, start, start + 1, one)
    throw new Unreadable('a character starts no token')
  }
}

/** What stands between the quotes, doubled ones single; a backslash before a line end joins the lines. */
const stringValue = (inner: string, quote: string): string => {
  const single = inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner
  return single.includes('\\') ? single.replaceAll(/\\\r?\n/g, '') : single
}
