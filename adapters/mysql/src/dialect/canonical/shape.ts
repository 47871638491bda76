import { hangsOnLiterals, isDataWord } from '../literal-dependent.ts'
import type { Word } from '../words.ts'

const routines: ReadonlySet<string> = new Set(['procedure', 'function', 'trigger', 'event'])
const defining: ReadonlySet<string> = new Set(['create', 'alter', 'drop'])
/** Statements of routines that end with END. */
const blocks: ReadonlySet<string> = new Set(['begin', 'if', 'case', 'loop', 'while', 'repeat', 'for'])
/** After these a statement of a routine begins. */
const openers: ReadonlySet<string> = new Set('; : begin atomic then else do loop repeat'.split(' '))
/** Statements in which a string behind AS is the name of an output. */
const naming: ReadonlySet<string> = new Set('select with insert replace explain describe desc'.split(' '))
/** Words before the kind of object in CREATE: OR REPLACE, DEFINER = user, AGGREGATE. */
const headWords = 14

/**
 * Follows the words of one statement for what the splitter must know: whether its meaning hangs on its literals, and
 * whether a `;` stands inside a routine's body rather than between statements.
 */
export class Shape {
  first = ''
  #words = 0
  #named = false
  #routine = false
  #previous = ''
  /** Blocks of a routine's body that wait for their END. */
  #open = 0
  readonly #mariadb: boolean

  constructor(mariadb: boolean) {
    this.#mariadb = mariadb
  }

  /** True while a `;` belongs to a routine's body. */
  get insideBody(): boolean {
    return this.#open > 0
  }

  /** True where the statement must be read with its literals (literal-dependent.ts). */
  get hangsOnLiterals(): boolean {
    return this.#named || (this.first !== '' && !isDataWord(this.first))
  }

  /** True where a string that stands next names an output: `SELECT a AS 'x'`. */
  get namesOutput(): boolean {
    return this.#previous === 'as' && naming.has(this.first)
  }

  /** An unquoted word. */
  word({ lower: word, hangs }: Word): void {
    if (++this.#words === 1) this.first = word
    if (hangs || this.#namesAccount(word)) this.#named = true
    if (this.first === 'create' && !this.#routine && this.#words <= headWords)
      this.#routine = routines.has(word)
    else if (this.#routine || this.#open > 0) this.#body(word)
    else if (this.#mariadb && this.#beginsBlock(word)) this.#open = 1
    this.#previous = word
  }

  /** A mark or an operator as it is written, or nothing for a constant or a variable. */
  other(token: string): void {
    if (this.#words === 0 && token !== '(') this.#words = 1
    this.#previous = token
  }

  /** A word that is a part of a name with dots. */
  part({ raw, hangs }: Word): void {
    if (hangs) this.#named = true
    this.other(raw)
  }

  /** A name in quotes. */
  quoted(name: string): void {
    if (hangsOnLiterals(name.toLowerCase())) this.#named = true
    this.other(name)
  }

  /** Accounts are named by strings. */
  #namesAccount(word: string): boolean {
    return this.#words <= 4 && defining.has(this.first) && (word === 'user' || word === 'role')
  }

  /** MariaDB runs the statements of routines by themselves too, and BEGIN as BEGIN NOT ATOMIC ("Compound Statements"). */
  #beginsBlock(word: string): boolean {
    if (this.#words === 1) return word !== 'begin' && blocks.has(word)
    return this.#words === 2 && word === 'not' && this.first === 'begin' && this.#previous === 'begin'
  }

  #body(word: string): void {
    const previous = this.#previous
    if (previous === '.') return
    if (this.#open === 0) {
      if (word === 'begin') this.#open = 1
      return
    }
    if (previous === 'end' && blocks.has(word)) return
    if (word === 'end') this.#open--
    else if (word === 'case' || (blocks.has(word) && openers.has(previous))) this.#open++
  }
}
