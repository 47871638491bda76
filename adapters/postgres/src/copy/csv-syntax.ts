// PostgreSQL documentation, SQL Commands: COPY, "File Formats": "CSV Format"

import { copyViolation } from './copy-input.ts'
import type { LineSettings } from './copy-settings.ts'
import type { LineSyntax } from './line-syntax.ts'

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const END_MARK = Buffer.from('\\.')

/** The CSV format: a quoted field may hold anything, newlines too. NULL is the NULL string without quotes. */
export class CsvSyntax implements LineSyntax {
  readonly #settings: LineSettings
  readonly #single: boolean
  #quoted = false
  #escaped = false

  /** `columns`: how many a row has; a row of one column has a mark of its own to keep clear of. */
  constructor(settings: LineSettings, columns: number) {
    this.#settings = settings
    this.#single = columns === 1
  }

  rowEnd(bytes: Buffer, from: number, end: number): number {
    const { quote, escape } = this.#settings
    // Where both marks are one, a doubled quote closes and opens again: no state of its own is needed.
    const escapes = escape !== quote
    for (let at = from; at < end; at++) {
      const byte = bytes[at]
      if (byte === NEWLINE && !this.#quoted) return at
      if (this.#escaped) this.#escaped = false
      else if (escapes && byte === escape && this.#quoted) this.#escaped = true
      else if (byte === quote) this.#quoted = !this.#quoted
    }
    return -1
  }

  fieldEnd(bytes: Buffer, from: number, end: number): number {
    const { quote, escape, delimiter } = this.#settings
    let quoted = false
    for (let at = from; at < end; at++) {
      const byte = bytes[at]
      if (byte === delimiter && !quoted) return at
      if (quoted && byte === escape && escape !== quote) at++
      else if (byte === quote) quoted = !quoted
    }
    if (quoted) throw copyViolation('a COPY row ends inside quotes')
    return end
  }

  isNull(field: Buffer): boolean {
    return field.equals(this.#settings.null)
  }

  decode(field: Buffer): Buffer {
    const { quote, escape } = this.#settings
    if (!field.includes(quote)) return field
    const value = Buffer.allocUnsafe(field.length)
    let length = 0
    let quoted = false
    for (let at = 0; at < field.length; at++) {
      const byte = field[at] ?? 0
      const following = field[at + 1]
      if (quoted && byte === escape && (following === quote || following === escape))
        value[length++] = field[++at] ?? 0
      else if (byte === quote) quoted = !quoted
      else value[length++] = byte
    }
    return value.subarray(0, length)
  }

  // Whether the original was quoted says something of it (a comma, a quote), so that is not looked at.
  encode(value: Uint8Array | null): Buffer {
    const { quote, escape, forceQuote } = this.#settings
    if (value === null) return this.#settings.null
    const bytes = Buffer.from(value)
    if (!forceQuote && !this.#needsQuotes(bytes)) return bytes
    const quoted = [quote]
    for (const byte of bytes) {
      if (byte === quote || byte === escape) quoted.push(escape)
      quoted.push(byte)
    }
    quoted.push(quote)
    return Buffer.from(quoted)
  }

  #needsQuotes(bytes: Buffer): boolean {
    const { quote, delimiter } = this.#settings
    return (
      bytes.equals(this.#settings.null) ||
      (this.#single && bytes.equals(END_MARK)) ||
      bytes.includes(delimiter) ||
      bytes.includes(quote) ||
      bytes.includes(NEWLINE) ||
      bytes.includes(CARRIAGE_RETURN)
    )
  }
}
