import type { DialectLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { Role, type Word } from '../words.ts'

type List = {
  /** IN: the depth inside its parentheses. VALUES: the depth around its rows. */
  readonly depth: number
  readonly rows: boolean
  readonly seen: Set<string>
  /** What stands before the element that is being written, and how many tokens that is. */
  before: string
  kept: number
  /** False while the element holds something that must not be lost: a parameter, a query. */
  plain: boolean
  /** True where it is no list: nothing of it is folded away. */
  call: boolean
}

/** `VALUES(a)` is a call where a row of one name stands; what follows it, `(a)` too, is its own. */
const NAMED =
  /^\( ?(?!(?:null|default) ?\))(?:`(?:[^`]|``)*`|[^\s\d'`(),?.][^\s'`(),?.]*)(?: ?\. ?(?:`(?:[^`]|``)*`|[^\s'`(),?.]+)){0,2} ?\)$/i

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
  /** The text, or the element of the innermost list that is being written. */
  #out = ''
  /** Tokens written and not folded away. */
  #kept = 0
  readonly #lists: List[] = []
  /** What the word before begins, as long as nothing stands between. */
  #role: Role = Role.none

  constructor(limits: DialectLimits, fold: boolean) {
    this.#limits = limits
    this.#fold = fold
  }

  /** Writes a token with a space before it unless it is glued to the one before. */
  put(token: string, glued: boolean): void {
    this.#count()
    this.#out += glued || this.tokens === 1 ? token : ` ${token}`
    this.#role = Role.none
  }

  /** Writes a word that is no part of a name with dots. The first of a statement is written in lower case. */
  word(word: Word, glued: boolean): void {
    this.#count()
    if (this.tokens === 1) this.#out = word.written[0] === '`' ? word.written : word.lower
    else this.#out += glued ? word.written : word.spaced
    this.#role = word.role
    if (word.role === Role.select) this.keep()
  }

  #count(): void {
    if (this.#kept >= this.#limits.tokens) throw new Unreadable('the statement is over the limit `tokens`')
    this.#kept++
    this.tokens++
  }

  /** What is being written must not be folded away. */
  keep(): void {
    for (const list of this.#lists) list.plain = false
  }

  /** Adds to the string constant that was written last. */
  extend(value: string): void {
    this.#out = this.#out.slice(0, -1) + value.slice(1)
  }

  open(glued: boolean): void {
    if (++this.depth > this.#limits.nesting) throw new Unreadable('the statement is over the limit `nesting`')
    const role = this.#fold ? this.#role : Role.none
    const list = this.#lists.at(-1)
    if (list?.rows === true && list.depth === this.depth - 1) list.plain = true
    else if (role === Role.values) this.#push(this.depth - 1, true)
    this.put('(', glued)
    if (role === Role.in) this.#push(this.depth, false)
  }

  close(): void {
    if (--this.depth < 0) throw new Unreadable('a parenthesis is closed that was not opened')
    const list = this.#lists.at(-1)
    if (list !== undefined && !list.rows && list.depth > this.depth) {
      this.#endElement(list)
      this.#pop()
    }
    this.put(')', true)
    if (list?.rows === true && list.depth === this.depth) this.#endElement(list)
    while ((this.#lists.at(-1)?.depth ?? 0) > this.depth) this.#pop()
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
    if (list?.rows === true && list.depth === this.depth) this.#pop()
  }

  #push(depth: number, rows: boolean): void {
    this.#lists.push({
      depth,
      rows,
      seen: new Set(),
      before: this.#out,
      kept: this.#kept,
      plain: true,
      call: false,
    })
    this.#out = ''
  }

  #pop(): void {
    const list = this.#lists.pop()
    if (list !== undefined) this.#out = list.before + this.#out
  }

  #endElement(list: List): void {
    // The comma between two elements stands before the later one.
    const element = (this.#out.startsWith(',') ? this.#out.slice(1) : this.#out).trim()
    if (list.rows && list.seen.size === 0 && NAMED.test(element)) list.call = true
    if (list.plain && !list.call && list.seen.has(element)) this.#kept = list.kept
    else {
      if (list.plain) list.seen.add(element)
      list.before += this.#out
      list.kept = this.#kept
    }
    this.#out = ''
    list.plain = true
  }

  /** The finished text. */
  finish(): string {
    if (this.depth !== 0) throw new Unreadable('a parenthesis is not closed')
    while (this.#lists.length > 0) this.#pop()
    const text = this.#out
    const { canonicalBytes } = this.#limits
    if (
      text.length > canonicalBytes ||
      (text.length * 3 > canonicalBytes && Buffer.byteLength(text) > canonicalBytes)
    )
      throw new Unreadable('the statement is over the limit `canonicalBytes`')
    return text
  }
}
