import type { DialectLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { ListRole, type Word } from '../words.ts'
import { After } from './after.ts'
import { ListFolder } from './lists.ts'

/** What kind of literal stood there. */
export type SlotType = 'string' | 'number' | 'bit'

/** One literal of a statement: its place in the canonical text and in the text it came from. */
export type Slot = {
  readonly type: SlotType
  /** Offset in the text that the parser reads. */
  at: number
  /** The constant as it was written: `[start, end)` of the original text. */
  readonly start: number
  readonly end: number
}

/** Builds a statement's text token by token: single spaces, in one fixed style, so that equal statements are equal texts. */
export class Writer {
  out = ''
  after: After = After.opening
  tokens = 0
  depth = 0
  readonly slots: Slot[] = []
  readonly #limits: DialectLimits
  readonly #lists: ListFolder | undefined

  /** With `fold`, equal elements of IN lists and equal VALUES rows are written once. */
  constructor(limits: DialectLimits, fold: boolean) {
    this.#limits = limits
    this.#lists = fold ? new ListFolder(this) : undefined
  }

  /** Writes one token with a space before it unless `glued` or the token before asks for none. */
  put(token: string, after: After, glued = false): void {
    if (++this.tokens > this.#limits.tokens) this.#tooMany()
    this.out += glued || this.after <= After.dot ? token : ` ${token}`
    this.after = after
  }

  literal(token: string, type: SlotType, start: number, end: number): void {
    if (this.after === After.dot) this.after = After.operand
    const number = type === 'number'
    this.put(token, number ? After.number : After.operand, number && this.after === After.sign)
    this.slots.push({ type, at: this.out.length - token.length, start, end })
  }

  word(word: Word): void {
    if (++this.tokens > this.#limits.tokens) this.#tooMany()
    this.out += this.after <= After.dot ? word.text : word.spaced
    this.after = word.after
    if (word.role !== ListRole.none) this.#lists?.word(word.role)
  }

  open(bracket: string): void {
    if (++this.depth > this.#limits.nesting) throw new Unreadable('the statement is over the limit `nesting`')
    this.#lists?.beforeOpen(bracket)
    this.put(bracket, After.opening, bracket === '[' || this.after === After.name)
    this.#lists?.afterOpen(bracket)
  }

  close(bracket: string): void {
    if (--this.depth < 0) throw new Unreadable('a parenthesis is closed that was not opened')
    this.#lists?.beforeClose()
    this.put(bracket, After.operand, true)
    this.#lists?.afterClose()
  }

  comma(): void {
    if (this.#lists?.comma() === true) return
    this.put(',', After.comma, true)
  }

  operator(op: string): void {
    if (op === '::') this.put(op, After.opening, this.after >= After.reserved)
    else if ((op === '-' || op === '+') && this.after <= After.reserved) this.put(op, After.sign)
    else this.put(op, After.operator)
  }

  dot(): void {
    // Two dots in a row would be one token.
    const twice = this.after === After.dot
    if (twice) this.after = After.operand
    this.put('.', After.dot, !twice && this.after >= After.reserved && this.after !== After.number)
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
    const { canonicalBytes } = this.#limits
    if (
      this.out.length > canonicalBytes ||
      (this.out.length * 3 > canonicalBytes && Buffer.byteLength(this.out) > canonicalBytes)
    )
      throw new Unreadable('the statement is over the limit `canonicalBytes`')
    return this.out
  }
}
