import { classOfWord, WordClass } from '../keywords.ts'

/** Settings whose values are names of schemas, roles and the like, which the record tells. */
const naming: ReadonlySet<string> = new Set([
  'search_path',
  'role',
  'session_authorization',
  'default_tablespace',
  'temp_tablespaces',
  'default_table_access_method',
])
/** Values that could be anybody's. */
const plain: ReadonlySet<string> = new Set(['default', 'on', 'off', 'true', 'false', 'none', 'null'])
/** What has a password: CREATE and ALTER of these. */
const owners: ReadonlySet<string> = new Set(['role', 'user', 'group', 'server', 'subscription'])
const routines: ReadonlySet<string> = new Set(['function', 'procedure', 'routine'])
/** How many words may stand up to the kind of object: `create or replace function`. */
const HEAD_WORDS = 4
/** Up to the name of an owner: `alter role r`. */
const NAME_WORDS = 3

const isKeyword = (word: string): boolean => classOfWord(word) !== WordClass.identifier

/**
 * Where in one statement a word or a quoted name stands for a value, so that the record takes it for the string it is:
 * the value of a setting (`SET app.token = hunter2`), and what stands where a password has to, as other databases quote one
 * (`ALTER USER joe PASSWORD "hunter2"`). Most of these are refused, but what is refused is recorded too.
 */
export class Secrets {
  #first = ''
  #words = 0
  /** What is created or altered, where that may have a password. */
  #owner: string | undefined
  #routine = false
  /** `value`: the next token is one; `behind`: further ones may follow. */
  #state: 'none' | 'name' | 'value' | 'behind' = 'none'
  /** The values go on to the end of the statement. */
  #endless = false
  #setting = ''
  #dotted = false
  /** The value is a password's. */
  #password = false
  /** In parentheses SET is no statement's: `OPTIONS (SET password …)`. */
  #options = false

  /** Whether what follows can hold any: the others need not be followed. */
  static readonly beginnings: ReadonlySet<string> = new Set(['set', 'alter', 'create', 'grant'])

  /** True for a word that is a value. */
  word(word: string): boolean {
    if (++this.#words === 1) {
      this.#first = word
      this.#endless = word === 'set'
      if (word === 'set') this.#state = 'name'
      return false
    }
    if (this.#words === 2 && owners.has(word)) this.#owner = word
    if (this.#words <= HEAD_WORDS && routines.has(word)) this.#routine = true
    if (this.#state === 'value') {
      this.#valued()
      return !plain.has(word)
    }
    if (this.#state === 'behind' && (this.#endless || !isKeyword(word))) return !isKeyword(word)
    if (this.#state === 'name') this.#named(word)
    else this.#begin(word)
    return false
  }

  /** True for a quoted name that is a value. */
  quoted(name: string): boolean {
    this.#words++
    if (this.#state === 'name') this.#named(name)
    if (this.#state !== 'value' && this.#state !== 'behind') return false
    this.#valued()
    return true
  }

  /** A mark or an operator as it is written; '' for a literal. */
  other(token: string): void {
    const state = this.#state
    if (state === 'name') {
      this.#dotted = token === '.'
      if (token === '=' || token === ':=') this.#value()
      else if (token !== '.' && !this.#endless) this.#state = 'none'
    } else if (state === 'behind' && (token === ',' || (this.#endless && token === '='))) {
      this.#state = 'value'
    } else if (state === 'value' && token === '') this.#valued()
    else if (token === '(') this.#options = this.#owner !== undefined
  }

  /** A password is one token, and options of its owner stand behind it. */
  #valued(): void {
    this.#state = this.#password ? 'none' : 'behind'
  }

  #begin(word: string): void {
    this.#state = 'none'
    if (word === 'identified') {
      this.#endless = true
      this.#password = false
      this.#state = 'behind'
    } else if (word === 'set' && !this.#options && (this.#first === 'alter' || this.#routine)) {
      this.#state = 'name'
      this.#setting = ''
      this.#password = false
    } else if (this.#words > NAME_WORDS && this.#hasPassword(word)) {
      this.#state = 'value'
      this.#password = true
    }
    // A body has a SET of its own.
    else if (word === 'begin' || word === 'return') this.#routine = false
  }

  /** Whether a password is to come: one of its own, or within a connection string. A role has a CONNECTION LIMIT. */
  #hasPassword(word: string): boolean {
    return word === 'connection'
      ? this.#owner === 'subscription'
      : word === 'password' && this.#owner !== undefined
  }

  /** A word between SET and the value. */
  #named(word: string): void {
    if (word === 'to' && !this.#dotted) this.#value()
    else if (this.#dotted) this.#setting += `.${word}`
    else if (this.#setting === '' || this.#endless) this.#setting = word
    else this.#state = 'none'
    this.#dotted = false
  }

  #value(): void {
    const isNaming = this.#setting === '' || naming.has(this.#setting.toLowerCase())
    this.#state = isNaming ? 'none' : 'value'
  }
}
