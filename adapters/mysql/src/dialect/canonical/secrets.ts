/** Behind IDENTIFIED, what a string has to follow. */
const introducing: ReadonlySet<string> = new Set(['by', 'as', 'using', 'password'])
const assigning: ReadonlySet<string> = new Set(['=', ':='])
/** Values that could be anybody's. */
const plain: ReadonlySet<string> = new Set([
  'default',
  'on',
  'off',
  'true',
  'false',
  'null',
  'password',
  'random',
])

/**
 * Where in one statement a word or a quoted name stands for a value, so that the record takes it for the string it is: a
 * password without quotes, or in those that quote names under ANSI_QUOTES, and what a variable is set to that way. Such
 * statements are refused or fail, but what is refused is recorded too.
 */
export class Secrets {
  #identified = false
  /** What is set now is a variable of the user's, or a password. */
  #open = false
  #previous = ''

  /** True for a word that is a value. `called`: it has arguments. */
  word(first: string, word: string, called: boolean): boolean {
    const isValue =
      !called &&
      !plain.has(word) &&
      (this.#isPassword() || (this.#open && first === 'set' && assigning.has(this.#previous)))
    if (word === 'identified') this.#identified = true
    if (word === 'password') this.#open = true
    this.#previous = word
    return isValue
  }

  /** True for a quoted name that is a value. */
  quoted(first: string): boolean {
    const isValue = this.#isPassword() || (first === 'set' && assigning.has(this.#previous))
    this.#previous = ''
    return isValue
  }

  /** A mark or an operator as it is written, `@` for a variable, nothing for a constant. */
  other(token: string): void {
    if (token === '@') this.#open = true
    else if (token === ',') this.#open = false
    this.#previous = token
  }

  #isPassword(): boolean {
    return this.#identified && introducing.has(this.#previous)
  }
}
