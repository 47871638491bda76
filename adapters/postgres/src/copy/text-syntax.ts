// PostgreSQL documentation, SQL Commands: COPY, "File Formats": "Text Format"
import type { LineSettings } from './copy-settings.ts'
import type { LineSyntax } from './line-syntax.ts'

const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]))/g

const letterOf: Readonly<Record<string, string>> = {
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
}
const characterOf: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(letterOf).map(([character, letter]) => [letter, character]),
)

/** The text format: fields between delimiters, special characters behind backslashes. */
export const textSyntax = (settings: LineSettings): LineSyntax => {
  const { delimiter } = settings
  const escape = escaper(delimiter)
  const nullIsPlain = isAlsoValue(settings.null, escape)
  return {
    rowEnd: (bytes, from, end) => {
      const at = bytes.indexOf(NEWLINE, from)
      return at >= end ? -1 : at
    },
    fieldEnd: (bytes, from, end) => {
      let at = from
      while (at < end && bytes[at] !== delimiter) at += bytes[at] === BACKSLASH ? 2 : 1
      return Math.min(at, end)
    },
    isNull: (field) => !nullIsPlain && field.equals(settings.null),
    decode: (field) =>
      field.includes(BACKSLASH) ? Buffer.from(unescape(field.toString('latin1')), 'latin1') : field,
    encode: (value) =>
      value === null ? settings.null : Buffer.from(escape(Buffer.from(value).toString('latin1')), 'latin1'),
  }
}

/**
 * True for a NULL string that a value may print as too, such as `NULL 'x'`. What prints so is masked like a value, or
 * the string would tell which rows hold just that value. An empty string tells next to nothing and stays NULL.
 */
const isAlsoValue = (printed: Buffer, escape: (text: string) => string): boolean => {
  const text = printed.toString('latin1')
  return text !== '' && escape(unescape(text)) === text
}

const unescape = (text: string): string =>
  text.replace(ESCAPE, (_whole, octal?: string, hex?: string, character?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return characterOf[character ?? ''] ?? character ?? ''
  })

const escaper = (delimiter: number): ((text: string) => string) => {
  const mark = String.fromCharCode(delimiter)
  const special = new RegExp(
    `[\\b\\f\\n\\r\\t\\v\\\\${mark === '\\' ? '' : `\\x${delimiter.toString(16).padStart(2, '0')}`}]`,
    'g',
  )
  return (text) => text.replace(special, (character) => `\\${letterOf[character] ?? character}`)
}
