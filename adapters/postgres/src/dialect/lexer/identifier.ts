import { Unreadable } from '@sluice/reading/unreadable'
import { NAMEDATALEN } from './operator.ts'

/** ASCII capitals to small letters; other letters stay, as in every multi-byte server encoding (scansup.c); of others see `Naming`. */
export const foldCase = (word: string): string =>
  // JavaScript's own lower-casing would also fold letters beyond ASCII, which PostgreSQL keeps apart.
  /[\u0080-\uffff]/.test(word) ? word.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : word.toLowerCase()

/** The name as the server keeps it: at most 63 bytes of UTF-8, cut between characters (truncate_identifier). */
export const truncateName = (name: string): string => {
  if (name.length * 3 < NAMEDATALEN || Buffer.byteLength(name) < NAMEDATALEN) return name
  let bytes = 0
  let end = 0
  for (const char of name) {
    bytes += Buffer.byteLength(char)
    if (bytes >= NAMEDATALEN) break
    end += char.length
  }
  return name.slice(0, end)
}

const highStart = 0xd800
const lowStart = 0xdc00

/**
 * Replaces `\XXXX` and `\+XXXXXX` of `U&'…'` and `U&"…"` (str_udeescape in parser.c); `escape` is the UESCAPE
 * character. Throws Unreadable for what the server refuses.
 */
export const decodeUnicodeEscapes = (text: string, escape: string): string => {
  let out = ''
  for (let at = 0; at < text.length; ) {
    if (text[at] !== escape) {
      out += text[at++]
      continue
    }
    if (text[at + 1] === escape) {
      out += escape
      at += 2
      continue
    }
    const long = text[at + 1] === '+'
    const hex = long ? text.slice(at + 2, at + 8) : text.slice(at + 1, at + 5)
    if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length !== (long ? 6 : 4))
      throw new Unreadable('a Unicode escape is not valid')
    const code = Number.parseInt(hex, 16)
    if (code === 0 || code > 0x10ffff) throw new Unreadable('a Unicode escape names no character')
    // A pair of surrogates is written as two escapes; each half is emitted and they join in the string.
    out +=
      code >= highStart && code < lowStart + 0x400 ? String.fromCharCode(code) : String.fromCodePoint(code)
    at += long ? 8 : 5
  }
  if (!out.isWellFormed()) throw new Unreadable('a Unicode escape is half a surrogate pair')
  return out
}

/** The whole name inside `"…"` or, with its escape character, `U&"…"`; `inner` is what stands between the quotes. */
export const quotedName = (inner: string, escape?: string): string => {
  const single = inner.includes('"') ? inner.replaceAll('""', '"') : inner
  const name = escape === undefined ? single : decodeUnicodeEscapes(single, escape)
  if (name === '') throw new Unreadable('a quoted identifier is empty')
  return name
}

/** The UESCAPE character from its literal's value; throws Unreadable where the server refuses it. */
export const unicodeEscapeCharacter = (value: string): string => {
  if (value.length !== 1 || /[0-9a-fA-F+'"\s]/.test(value))
    throw new Unreadable('the UESCAPE character is not valid')
  return value
}
