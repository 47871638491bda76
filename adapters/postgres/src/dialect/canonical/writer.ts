import type { DialectLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { ListRole, type Word } from '../words.ts'
import { After } from './after.ts'
import { ListFolder } from './lists.ts'

/** What kind of literal stood there. */
type SlotType = 'string' | 'number' | 'bit'

/** One literal of a statement: its place in the canonical text and in the text it came from. */
export type Slot = {
  readonly type: SlotType
  /** Offset in the text that the parser reads. */
  at: number
  /** The constant as it was written: `[start, end)` of the original text. */
  readonly start: number
  readonly end: number
}

/** A place that no token begins at or follows. */
const nowhere = -2

/**
 * Builds a statement's text token by token: single spaces, in one fixed style, so that equal statements are equal texts.
 * Tokens that already stand as they are to be written are taken over together, as one part of the original: putting
 * each behind the other is most of what writing costs.
 */
export class Writer {
  after: After = After.opening
  tokens = 0
  depth = 0
  readonly slots: Slot[] = []
  readonly #text: string
  readonly #limits: DialectLimits
  readonly #lists: ListFolder | undefined
  /** What is written is this, and then `[#from, #to)` of the original. */
  #written = ''
  #from = nowhere
  #to = nowhere

  /** `text` is the original. With `fold`, equal elements of IN lists and equal VALUES rows are written once. */
  constructor(text: string, limits: DialectLimits, fold: boolean) {
    this.#text = text
    this.#limits = limits
    this.#lists = fold ? new ListFolder(this) : undefined
  }

  /** What is written since it was last taken away. */
  get out(): string {
    if (this.#from !== this.#to) this.#written += this.#text.slice(this.#from, this.#to)
    this.#from = nowhere
    this.#to = nowhere
    return this.#written
  }

  set out(out: string) {
    this.#written = out
    this.#from = nowhere
    this.#to = nowhere
  }

  /** Writes `[start, end)` of the original as it stands. */
  #copy(start: number, end: number, spaced: boolean): void {
    const to = this.#to
    if (spaced ? start !== to + 1 || this.#text.charCodeAt(to) !== 32 : start !== to) {
      if (this.#from !== to) this.#written += this.#text.slice(this.#from, to)
      if (spaced) this.#written += ' '
      this.#from = start
    }
    this.#to = end
  }

  /** Writes one token with a space before it unless `glued` or the token before asks for none. */
  put(token: string, after: After, glued = false): void {
    if (++this.tokens > this.#limits.tokens) this.#tooMany()
    const written = this.out
    this.#written = glued || this.after <= After.dot ? written + token : `${written} ${token}`
    this.after = after
  }

  /** The same for a token that is written as it stands, from `start` on. */
  #take(start: number, length: number, after: After, glued: boolean): void {
    if (++this.tokens > this.#limits.tokens) this.#tooMany()
    this.#copy(start, start + length, !glued && this.after > After.dot)
    this.after = after
  }

  literal(token: string, type: SlotType, start: number, end: number): void {
    if (this.after === After.dot) this.after = After.operand
    const number = type === 'number'
    this.put(token, number ? After.number : After.operand, number && this.after === After.sign)
    this.slots.push({ type, at: this.#written.length - token.length, start, end })
  }

  /** The word that stands at `start`. */
  word(word: Word, start: number): void {
    // Behind a dot it is a name: `s.values(a)` is a call.
    const named = this.after === After.dot
    if (word.folded) this.#take(start, word.text.length, word.after, false)
    else this.put(word.text, word.after)
    if (word.role !== ListRole.none && !named) this.#lists?.word(word.role)
  }

  /** The bracket that opens at `start`. */
  open(bracket: string, start: number): void {
    if (++this.depth > this.#limits.nesting) throw new Unreadable('the statement is over the limit `nesting`')
    this.#lists?.beforeOpen(bracket)
    this.#take(start, 1, After.opening, bracket === '[' || this.after === After.name)
    this.#lists?.afterOpen(bracket)
  }

  /** The bracket that closes at `start`. */
  close(start: number): void {
    if (--this.depth < 0) throw new Unreadable('a parenthesis is closed that was not opened')
    this.#lists?.beforeClose()
    this.#take(start, 1, After.operand, true)
    this.#lists?.afterClose()
  }

  comma(start: number): void {
    if (this.#lists?.comma() !== true) this.#take(start, 1, After.comma, true)
  }

  operator(op: string): void {
    if (op === '::') this.put(op, After.opening, this.after >= After.reserved)
    else if ((op === '-' || op === '+') && this.after <= After.reserved) this.put(op, After.sign)
    else this.put(op, After.operator)
  }

  dot(start: number): void {
    // Two dots in a row would be one token.
    const twice = this.after === After.dot
    if (twice) this.after = After.operand
    this.#take(start, 1, After.dot, !twice && this.after >= After.reserved && this.after !== After.number)
  }

  /** Call before each token that is not a comma or an opening parenthesis. */
  settle(): void {
    if (this.#lists?.pending === true) this.#lists.settle()
  }

  #tooMany(): never {
    throw new Unreadable('the statement is over the limit `tokens`')
  }

  /** The finished text. */
  finish(): string {
    this.#lists?.settle()
    if (this.depth !== 0) throw new Unreadable('a parenthesis is not closed')
    const { out } = this
    const { canonicalBytes } = this.#limits
    if (
      out.length > canonicalBytes ||
      (out.length * 3 > canonicalBytes && Buffer.byteLength(out) > canonicalBytes)
    )
      throw new Unreadable('the statement is over the limit `canonicalBytes`')
    return out
  }
}
