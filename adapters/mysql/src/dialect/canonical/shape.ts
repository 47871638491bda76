import { hangsOnLiterals, isDataWord } from '../literal-dependent.ts'
import type { Word } from '../words.ts'

const routines: ReadonlySet<string> = new Set(['procedure', 'function', 'trigger', 'event'])
const defining: ReadonlySet<string> = new Set(['create', 'alter', 'drop'])
/** Statements of routines that end with END. */
const blocks: ReadonlySet<string> = new Set(['begin', 'if', 'case', 'loop', 'while', 'repeat', 'for'])
/** A body that begins with one of these is that statement alone: what comes of blocks is a part of it, a function or a name. */
const simple: ReadonlySet<string> = new Set(
  'return select insert update delete call with values set'.split(' '),
)
/** Before these words the same are no statement: the event of a trigger, a type. */
const inHead: ReadonlySet<string> = new Set(['before', 'after', 'or', 'returns', 'character', 'each'])
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
  /** A SELECT began. */
  #selects = false
  #routine = false
  /** A routine's body is one statement that is no block. */
  #simple = false
  #previous = ''
  /** ENGINE or `ENGINE =` came right before. */
  #engine = false
  /** Blocks of a routine's body that wait for their END. */
  #open = 0
  /** The statement of a handler is still to come. */
  #handler = false
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
    if (word === 'select') this.#selects = true
    this.#engine = word === 'engine'
    if (this.first === 'create' && !this.#routine && this.#words <= headWords)
      this.#routine = routines.has(word)
    else if (this.#routine || this.#open > 0) this.#body(word)
    else if (this.#mariadb && this.#beginsBlock(word)) this.#open = 1
    this.#previous = word
  }

  /** A mark or an operator as it is written, or nothing for a constant or a variable. */
  other(token: string): void {
    if (this.#words === 0 && token !== '(') this.#words = 1
    if (token === ';') this.#handler = false
    this.#engine &&= token === '='
    this.#previous = token
  }

  /** A word that is a part of a name with dots. */
  part({ raw, hangs }: Word): void {
    if (hangs) this.#named = true
    this.other(raw)
  }

  /**
   * A string, right behind what may be all of an output: `SELECT a 'x'`, or behind ENGINE. Its name is known with the
   * literals only.
   */
  string(operand: boolean): void {
    const names = naming.has(this.first) || this.#selects
    if (this.#engine && defining.has(this.first)) this.#named = true
    if (names && !this.#routine && (operand || (this.#previous === 'as' && !this.namesOutput)))
      this.#named = true
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

  /** `IF` behind the kind of object is `IF NOT EXISTS`; `FOR EACH ROW` is the head of a trigger. */
  #beginsBody(word: string): boolean {
    if (word === 'begin') return true
    if (this.#simple || !blocks.has(word) || routines.has(this.#previous)) return false
    return word !== 'for' || this.#previous === ')' || this.#previous === ':'
  }

  /** Whether a statement of the body may begin here. That of DECLARE … HANDLER FOR stands behind a list of conditions. */
  #beginsStatement(): boolean {
    return openers.has(this.#previous) || (this.#handler && this.#previous !== 'handler')
  }

  #body(word: string): void {
    const previous = this.#previous
    if (previous === '.' || (previous === 'end' && blocks.has(word))) return
    if (this.#open === 0) {
      if (this.#beginsBody(word)) this.#open = 1
      else if (simple.has(word) && !inHead.has(previous)) this.#simple = true
      return
    }
    if (word === 'handler') this.#handler = true
    else if (simple.has(word)) this.#handler = false
    if (word === 'end') this.#open--
    else if (word === 'case' || (blocks.has(word) && this.#beginsStatement())) {
      this.#open++
      this.#handler = false
    }
  }
}
