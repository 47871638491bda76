import type { DialectLimits } from '@sluice/reading/limits'
import { identifierLength } from '../lexer/fold.ts'
import { reserved } from '../lexer/reserved.ts'
import { literalWords } from '../literal-dependent.ts'

/** What an ASCII character can be part of, as bits. */
const START = 1
const REST = 2
const DIGIT = 4
const HEX = 8
const SPACE = 16

const classes = (() => {
  const of = new Uint8Array(128)
  for (let code = 97; code <= 122; code++) of[code] = START | REST
  for (let code = 97; code <= 102; code++) of[code]! |= HEX
  for (let code = 48; code <= 57; code++) of[code] = DIGIT | HEX | REST
  for (const sign of '_#') of[sign.charCodeAt(0)] = START | REST
  for (const sign of '$@') of[sign.charCodeAt(0)] = REST
  for (const space of [9, 10, 11, 12, 13, 32]) of[space] = SPACE
  return of
})()

/** Signs that may be the first of an operator, and those that make two-character operators with `=`. */
const single = '+-*/%&|^~=<>'
const operatorFirst = new Uint8Array(128)
for (const sign of `${single}!`) operatorFirst[sign.charCodeAt(0)] = 1
const withEquals = new Uint8Array(128)
for (const sign of '+-*/%&|^<>!') withEquals[sign.charCodeAt(0)] = 1

/** Words that change how the rest is read: their batches are read by the grammar. */
const slowWords: ReadonlySet<string> = new Set([...literalWords, 'quoted_identifier', 'ansi_defaults'])
/** By the first letter: the lengths of these words, one bit each. */
const slowLengths = new Int32Array(128)
for (const word of slowWords) slowLengths[word.charCodeAt(0)]! |= 1 << word.length

/** What the token before was, as far as spacing hangs on it. */
const NONE = 0
const WORD = 1
const QUOTED = 2
const NUMBER = 3
const OPEN = 4
const DOT = 5
const OTHER = 6

/** The elements of an `IN (…)` that were written so far: equal ones are left out. */
type List = { readonly depth: number; readonly before: string; readonly elements: string[] }

/** Elements that are compared one by one; a longer list is left to the slow way. */
const elementsCompared = 64

/** What may end a line comment for one reader and not for another. */
const doubtfulLineEnd = /\r(?!\n)|[\v\f\u0085\u2028\u2029]/

/**
 * The canonical text of a batch whose meaning does not hang on its literals, made without a token of its own: the same
 * text as `writeTokens(readBatch(…).tokens, false)`. Undefined where anything is unusual or wrong: then `readBatch`
 * decides.
 */
export const canonicalKey = (
  text: string,
  quotedIdentifier: boolean,
  limits: DialectLimits,
): string | undefined => {
  if (text.length > limits.canonicalBytes || !text.isWellFormed()) return undefined
  const lower = text.toLowerCase()
  // Only where they are equally long, offsets in both are the same.
  if (lower.length !== text.length || lower.includes('\0')) return undefined
  return new KeyWriter(lower, quotedIdentifier, limits).write()
}

/** Each rule below returns the end of its token, or -1 where the text is left to the slow way. */
class KeyWriter {
  readonly #text: string
  readonly #quotedIdentifier: boolean
  readonly #limits: DialectLimits
  /** What is written; what follows is `text[#copied, #end)` as it stands. */
  #out = ''
  #copied = 0
  /** End of the token before, its kind and, of a word, its begin. */
  #end = 0
  #before = NONE
  #wordFrom = 0
  #tokens = 0
  #depth = 0
  #list: List | undefined
  /** How deep the row of VALUES is that was read last, and whether it has just ended; a second row is for the slow way. */
  #row = -1
  #rowEnded = false
  #dropped = false

  constructor(text: string, quotedIdentifier: boolean, limits: DialectLimits) {
    this.#text = text
    this.#quotedIdentifier = quotedIdentifier
    this.#limits = limits
  }

  write(): string | undefined {
    const { length } = this.#text
    for (;;) {
      const start = this.#skip()
      if (start < 0) return undefined
      if (start >= length) break
      const end = this.#token(start, this.#text.charCodeAt(start))
      if (end < 0 || ++this.#tokens > this.#limits.tokens) return undefined
      this.#end = end
    }
    // Short texts are not folded.
    if (this.#depth !== 0 || this.#tokens === 0 || (this.#dropped && this.#tokens < 8)) return undefined
    this.#flush()
    return this.#out
  }

  #flush(): void {
    this.#out += this.#text.slice(this.#copied, this.#end)
    this.#copied = this.#end
  }

  /** The begin of the next token. */
  #skip(): number {
    const text = this.#text
    let at = this.#end
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === 32 || (code >= 9 && code <= 13)) at++
      else if (code === 45 && text.charCodeAt(at + 1) === 45) at = this.#lineComment(at)
      else if (code === 47 && text.charCodeAt(at + 1) === 42) at = this.#blockComment(at)
      else return at
      if (at < 0) return at
    }
  }

  #lineComment(at: number): number {
    const found = this.#text.indexOf('\n', at)
    const end = found < 0 ? this.#text.length : found
    return doubtfulLineEnd.test(this.#text.slice(at, end + 1)) ? -1 : end
  }

  #blockComment(at: number): number {
    const end = this.#text.indexOf('*/', at + 2)
    const inner = this.#text.indexOf('/*', at + 2)
    return end < 0 || (inner >= 0 && inner < end) ? -1 : end + 2
  }

  #token(start: number, code: number): number {
    if (code >= 128) return -1
    const kind = classes[code]!
    if ((kind & START) !== 0) {
      if (code === 110 && this.#text.charCodeAt(start + 1) === 39) return this.#string(start, start + 1, 39)
      return this.#word(start, code)
    }
    if (code === 91) return this.#bracketed(start)
    if ((kind & DIGIT) !== 0) return this.#number(start)
    if (code === 39) return this.#string(start, start, 39)
    if (code === 64) return this.#variable(start)
    if (code === 34)
      return this.#quotedIdentifier ? this.#doubleQuoted(start) : this.#string(start, start, 34)
    return this.#sign(start, code)
  }

  /** Puts the space that the canonical text has before a token that is no mark. */
  #space(start: number, number = false): void {
    const before = this.#before
    const glued = before === OPEN || before === NONE || (before === DOT && !number)
    this.#place(start, glued)
    this.#rowEnded = false
  }

  #place(start: number, glued: boolean): void {
    const end = this.#end
    if (glued ? start === end : start === end + 1 && this.#text.charCodeAt(end) === 32) return
    this.#flush()
    if (!glued) this.#out += ' '
    this.#copied = start
  }

  /** Writes something else in place of the token at hand. */
  #put(start: number, end: number, written: string): void {
    this.#out += this.#text.slice(this.#copied, start) + written
    this.#copied = end
  }

  #restOf(start: number): number {
    const text = this.#text
    let end = start + 1
    let code = text.charCodeAt(end)
    while (code < 128 && (classes[code]! & REST) !== 0) code = text.charCodeAt(++end)
    return code >= 128 || end - start > identifierLength ? -1 : end
  }

  #word(start: number, code: number): number {
    const end = this.#restOf(start)
    if (end < 0) return -1
    const length = end - start
    if (
      length < 32 &&
      (slowLengths[code]! & (1 << length)) !== 0 &&
      slowWords.has(this.#text.slice(start, end))
    )
      return -1
    // A batch that begins with another word may be a call.
    if (this.#before === NONE && !reserved.has(this.#text.slice(start, end))) return -1
    if (this.#list !== undefined) this.#queryInList(start, end)
    this.#space(start)
    this.#before = WORD
    this.#wordFrom = start
    return end
  }

  /** `IN (SELECT …)` is no list. */
  #queryInList(start: number, end: number): void {
    const list = this.#list
    if (list === undefined || list.elements.length > 0 || this.#before !== OPEN || this.#depth !== list.depth)
      return
    const word = this.#text.slice(start, end)
    if (word !== 'select' && word !== 'with') return
    this.#out = list.before + this.#out
    this.#list = undefined
  }

  #variable(start: number): number {
    if (this.#before === NONE) return -1
    const end = this.#restOf(start)
    if (end <= start + 1) return -1
    this.#space(start)
    this.#before = OTHER
    return end
  }

  #bracketed(start: number): number {
    const end = this.#text.indexOf(']', start) + 1
    const length = end - start - 2
    if (length < 1 || length > identifierLength || this.#text.charCodeAt(end) === 93 || this.#before === NONE)
      return -1
    this.#space(start)
    this.#before = QUOTED
    return end
  }

  #doubleQuoted(start: number): number {
    const end = this.#text.indexOf('"', start + 1) + 1
    const length = end - start - 2
    if (length < 1 || length > identifierLength || this.#text.charCodeAt(end) === 34 || this.#before === NONE)
      return -1
    const name = this.#text.slice(start + 1, end - 1)
    if (name.includes(']')) return -1
    this.#space(start)
    this.#put(start, end, `[${name}]`)
    this.#before = QUOTED
    return end
  }

  #string(start: number, open: number, quote: number): number {
    // `AS 'x'` is a name.
    if (this.#before === NONE || (this.#before === WORD && this.#isWord('as'))) return -1
    const sign = quote === 39 ? "'" : '"'
    let end = this.#text.indexOf(sign, open + 1) + 1
    while (end > 0 && this.#text.charCodeAt(end) === quote) end = this.#text.indexOf(sign, end + 1) + 1
    if (end === 0) return -1
    this.#space(start)
    this.#put(start, end, "'?'")
    this.#before = OTHER
    return end
  }

  #isWord(word: string): boolean {
    return this.#end - this.#wordFrom === word.length && this.#text.startsWith(word, this.#wordFrom)
  }

  #digits(from: number, kind: number): number {
    const text = this.#text
    let end = from
    let code = text.charCodeAt(end)
    while (code < 128 && (classes[code]! & kind) !== 0) code = text.charCodeAt(++end)
    return end
  }

  #number(start: number): number {
    if (this.#before === NONE) return -1
    const text = this.#text
    const binary = text.charCodeAt(start) === 48 && text.charCodeAt(start + 1) === 120
    let end = binary ? this.#digits(start + 2, HEX) : this.#digits(start, DIGIT)
    if (!binary) {
      if (text.charCodeAt(end) === 46) end = this.#digits(end + 1, DIGIT)
      if (text.charCodeAt(end) === 101) end = this.#exponent(end)
    }
    const after = text.charCodeAt(end)
    if (after >= 128 || (after < 128 && (classes[after]! & REST) !== 0)) return -1
    this.#space(start, !binary)
    if (binary || end - start !== 1 || text.charCodeAt(start) !== 49)
      this.#put(start, end, binary ? '0x0' : '1')
    this.#before = binary ? OTHER : NUMBER
    return end
  }

  #exponent(end: number): number {
    const sign = this.#text.charCodeAt(end + 1)
    return this.#digits(sign === 43 || sign === 45 ? end + 2 : end + 1, DIGIT)
  }

  #sign(start: number, code: number): number {
    if (code === 40) return this.#open(start)
    if (this.#before === NONE && code !== 59) return -1
    if (code === 41) return this.#close(start)
    if (code === 44) return this.#comma(start)
    const next = this.#text.charCodeAt(start + 1)
    if (code === 46) return next >= 48 && next <= 57 ? this.#number(start) : this.#dot(start)
    if (code === 59) return this.#semicolon(start)
    return this.#operator(start, code, next)
  }

  #dot(start: number): number {
    this.#place(start, this.#before !== NUMBER)
    this.#before = DOT
    return start + 1
  }

  #semicolon(start: number): number {
    // Those before the first statement are rare.
    if (this.#before === NONE) return -1
    this.#place(start, true)
    this.#before = OTHER
    this.#rowEnded = false
    return start + 1
  }

  #operator(start: number, code: number, next: number): number {
    if (code === 58 || operatorFirst[code] !== 1) return -1
    const two =
      (next === 61 && withEquals[code] === 1) ||
      (code === 60 && next === 62) ||
      (code === 33 && (next === 60 || next === 62))
    if (code === 33 && !two) return -1
    this.#space(start)
    this.#before = OTHER
    return two ? start + 2 : start + 1
  }

  #open(start: number): number {
    const before = this.#before
    if (before === NONE || this.#depth >= this.#limits.nesting) return -1
    const word = before === WORD ? this.#text.slice(this.#wordFrom, this.#end) : ''
    this.#place(start, before === OPEN || before === QUOTED || (before === WORD && !reserved.has(word)))
    this.#rowEnded = false
    this.#before = OPEN
    if (word === 'values') {
      if (this.#list !== undefined || this.#row >= 0) return -1
      this.#row = this.#depth
    }
    this.#depth++
    return word === 'in' ? this.#startList(start) : start + 1
  }

  #startList(start: number): number {
    if (this.#list !== undefined) return -1
    const before = this.#out + this.#text.slice(this.#copied, start + 1)
    this.#list = { depth: this.#depth, before, elements: [] }
    this.#out = ''
    this.#copied = start + 1
    return start + 1
  }

  /** An element of the list has ended at the token before. */
  #element({ elements }: List): boolean {
    this.#flush()
    const written = this.#out.startsWith(' ') ? this.#out.slice(1) : this.#out
    this.#out = ''
    if (elements.includes(written)) this.#dropped = true
    else elements.push(written)
    return elements.length <= elementsCompared
  }

  #close(start: number): number {
    if (this.#depth === 0) return -1
    const list = this.#list
    if (list !== undefined && list.depth === this.#depth) {
      if (!this.#element(list)) return -1
      this.#out = list.before + list.elements.join(', ')
      this.#copied = start
      this.#list = undefined
    } else this.#place(start, true)
    this.#depth--
    this.#before = OTHER
    this.#rowEnded = this.#row === this.#depth
    if (this.#rowEnded) this.#row = -1
    return start + 1
  }

  #comma(start: number): number {
    if (this.#rowEnded) return -1
    const list = this.#list
    if (list !== undefined && list.depth === this.#depth) {
      if (!this.#element(list)) return -1
      this.#copied = start + 1
    } else this.#place(start, true)
    this.#before = OTHER
    return start + 1
  }
}
