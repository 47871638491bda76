import { dataWords, hangsOnLiterals } from '../literal-dependent.ts'
import type { Word } from '../words.ts'
import { Secrets } from './secrets.ts'

const dot = 46

/**
 * Follows the words of one statement for what the splitter must know: whether its meaning hangs on its literals,
 * and whether a `;` stands inside a routine body (`BEGIN ATOMIC … END`) rather than between statements.
 */
export class Shape {
  #words = 0
  #first = ''
  #previous = ''
  #routine = false
  /** BEGIN ATOMIC and CASE that wait for their END; 0 outside a body. */
  #body = 0
  #explained: 'no' | 'options' | 'data' | 'other' = 'no'
  #named = false

  /** True while a `;` belongs to a routine's body. */
  get insideBody(): boolean {
    return this.#body > 0
  }

  /** True where the statement must be read with its literals (literal-dependent.ts). */
  get hangsOnLiterals(): boolean {
    if (this.#named) return true
    if (this.#first === 'explain') return this.#explained === 'other'
    return this.#first !== '' && !dataWords.has(this.#first)
  }

  /** True where a word or a quoted name may stand for a value that nobody may read. */
  get mayHoldSecrets(): boolean {
    return Secrets.beginnings.has(this.#first)
  }

  /** An unquoted word. `depth` counts the parentheses around it. */
  word(word: Word, depth: number): void {
    if (++this.#words === 1) this.#first = word.text
    else if (this.#first === 'explain') this.#explain(word.text, depth)
    else if (this.#first === 'create') this.#create(word.text, depth)
    if (word.hangs) this.#named = true
    this.#previous = word.text
  }

  /** A quoted identifier. */
  name(name: string): void {
    this.#words++
    if (this.#words === 1) this.#first = '"'
    if (hangsOnLiterals(name)) this.#named = true
    this.#previous = ''
  }

  /** Any other token; `mark` is its character where it is a mark. */
  other(mark = 0): void {
    this.#previous = mark === dot ? '.' : ''
  }

  #explain(word: string, depth: number): void {
    if (depth > 0 || this.#explained === 'data' || this.#explained === 'other') return
    if (word === 'analyze' || word === 'analyse' || word === 'verbose') return
    this.#explained = dataWords.has(word) ? 'data' : 'other'
  }

  #create(word: string, depth: number): void {
    if (this.#body > 0) {
      // After `AS` and after a dot both words are names.
      if (this.#previous === 'as' || this.#previous === '.') return
      if (word === 'case') this.#body++
      else if (word === 'end') this.#body--
      return
    }
    if (this.#words <= 4 && (word === 'function' || word === 'procedure')) this.#routine = true
    if (this.#routine && depth === 0 && word === 'atomic' && this.#previous === 'begin') this.#body = 1
  }
}
