import type { DialectLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'

type List = {
  /** IN: the depth inside its parentheses. VALUES: the depth around its rows. */
  readonly depth: number
  readonly rows: boolean
  readonly seen: Set<string>
  /** Where the element being written begins. */
  from: number
  /** False while the element holds something that must not be lost: a parameter, a query. */
  plain: boolean
}

/**
 * Builds a statement's text token by token, single-spaced, so that equal statements are equal texts. Equal elements
 * of `IN (…)` and equal rows of VALUES are written once, so that bulk inserts and long lists fit the limits and have
 * one fingerprint; columns, functions and parameters stay what they were.
 */
export class Writer {
  depth = 0
  tokens = 0
  readonly #limits: DialectLimits
  readonly #fold: boolean
  readonly #out: string[] = []
  readonly #lists: List[] = []
  /** The word before, as long as nothing stands between. */
  #last = ''

  constructor(limits: DialectLimits, fold: boolean) {
    this.#limits = limits
    this.#fold = fold
  }

  /** Writes a token with a space before it unless it is glued to the one before. */
  put(token: string, glued: boolean): void {
    if (this.#out.length >= this.#limits.tokens)
      throw new Unreadable('the statement is over the limit `tokens`')
    this.tokens++
    this.#out.push(glued || this.#out.length === 0 ? token : ` ${token}`)
    this.#last = ''
  }

  word(token: string, word: string, glued: boolean): void {
    this.put(token, glued)
    this.#last = word
    if (word === 'select') this.keep()
  }

  /** What is being written must not be folded away. */
  keep(): void {
    for (const list of this.#lists) list.plain = false
  }

  /** Adds to the string constant that was written last. */
  extend(value: string): void {
    const last = this.#out.pop() ?? ''
    this.#out.push(last.slice(0, -1) + value.slice(1))
  }

  open(glued: boolean): void {
    if (++this.depth > this.#limits.nesting) throw new Unreadable('the statement is over the limit `nesting`')
    const last = this.#last
    const list = this.#lists.at(-1)
    if (list?.rows === true && list.depth === this.depth - 1) list.plain = true
    else if (this.#fold && (last === 'values' || last === 'value')) this.#push(this.depth - 1, true)
    this.put('(', glued)
    if (this.#fold && last === 'in') this.#push(this.depth, false)
  }

  close(): void {
    if (--this.depth < 0) throw new Unreadable('a parenthesis is closed that was not opened')
    const list = this.#lists.at(-1)
    if (list !== undefined && !list.rows && list.depth > this.depth) {
      this.#endElement(list)
      this.#lists.pop()
    }
    this.put(')', true)
    if (list?.rows === true && list.depth === this.depth) this.#endElement(list)
    while ((this.#lists.at(-1)?.depth ?? 0) > this.depth) this.#lists.pop()
  }

  comma(): void {
    const list = this.#lists.at(-1)
    if (list !== undefined && list.depth === this.depth && !list.rows) this.#endElement(list)
    this.put(',', true)
  }

  /** Call before each token that is neither a comma nor a parenthesis: it ends the rows of VALUES. */
  settle(): void {
    if (this.#lists.length === 0) return
    const list = this.#lists.at(-1)
    if (list?.rows === true && list.depth === this.depth) this.#lists.pop()
  }

  #push(depth: number, rows: boolean): void {
    this.#lists.push({ depth, rows, seen: new Set(), from: this.#out.length, plain: true })
  }

  #endElement(list: List): void {
    // The comma between two elements stands before the later one.
    const comma = this.#out[list.from] === ',' ? 1 : 0
    const element = this.#out
      .slice(list.from + comma)
      .join('')
      .trim()
    if (list.plain && list.seen.has(element)) this.#out.length = list.from
    else if (list.plain) list.seen.add(element)
    list.from = this.#out.length
    list.plain = true
  }

  /** The finished text. */
  finish(): string {
    if (this.depth !== 0) throw new Unreadable('a parenthesis is not closed')
    const text = this.#out.join('')
    const { canonicalBytes } = this.#limits
    if (
      text.length > canonicalBytes ||
      (text.length * 3 > canonicalBytes && Buffer.byteLength(text) > canonicalBytes)
    )
      throw new Unreadable('the statement is over the limit `canonicalBytes`')
    return text
  }
}
