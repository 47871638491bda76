import { Malformed } from './container.ts'

// Cells are walked as Latin-1 strings, one character a byte: in every encoding that a session may have, bytes below
// 0x80 mean ASCII.

/** Walks the text of an array, a row or a range: PostgreSQL documentation, "Array Input and Output Syntax" and the like. */
export class TextCursor {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The present character; empty behind the end. */
  get next(): string {
    return this.#text[this.at] ?? ''
  }

  /** Steps over the character. Throws Malformed where it is not there. */
  expect(character: string): void {
    if (this.next !== character) throw new Malformed()
    this.at += 1
  }

  /** Steps over the character if it is there. */
  skip(character: string): boolean {
    if (this.next !== character) return false
    this.at += 1
    return true
  }

  /** Everything up to and with the character. */
  through(character: string): string {
    const end = this.#text.indexOf(character, this.at)
    if (end < 0) throw new Malformed()
    const found = this.#text.slice(this.at, end + 1)
    this.at = end + 1
    return found
  }

  /** One part, quoted or not, up to one of `ends`; null where it is empty and has no quotes. */
  part(ends: string): { readonly value: string; readonly quoted: boolean } {
    let value = ''
    let quoted = false
    let inside = false
    for (;;) {
      const character = this.next
      if (character === '' || (!inside && ends.includes(character))) break
      this.at += 1
      if (character === '\\') {
        value += this.next
        this.at += 1
      } else if (character !== '"') value += character
      else if (inside && this.next === '"') {
        value += '"'
        this.at += 1
      } else {
        inside = !inside
        quoted = true
      }
    }
    if (inside) throw new Malformed()
    return { value, quoted }
  }

  /** Throws Malformed where something is left. */
  end(): void {
    if (this.at < this.#text.length) throw new Malformed()
  }
}

const PLAIN = /^[A-Za-z0-9_.+*@:/-]+$/

/** An element of an array as text. */
export const quoteElement = (value: string): string =>
  PLAIN.test(value) && !/^null$/i.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`

/** A field of a row or a bound of a range as text. */
export const quoteField = (value: string): string =>
  PLAIN.test(value) ? value : `"${value.replace(/["\\]/g, '$&$&')}"`
