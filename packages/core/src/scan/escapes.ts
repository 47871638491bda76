// RFC 8259, "Strings"; Extensible Markup Language (XML) 1.0, "Character and Entity References"
import { Buffer } from 'node:buffer'
import { BACKSLASH, DIGIT, HEX, skip } from './characters.ts'
import { scan } from './scan.ts'

const AMPERSAND = 0x26
const SMALL_U = 0x75
const HEXADECIMAL = DIGIT | HEX

const ESCAPES: ReadonlyMap<number, number> = new Map(
  ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair): [number, number] => [
    pair.charCodeAt(0),
    pair.charCodeAt(1),
  ]),
)
/** `\n`, `\u000a`. */
const SHORT_ESCAPE = 2
const LONG_ESCAPE = 6
/** Escapes within escapes, as of a document in an array in a row: more than these are not followed. */
const ESCAPED_MOST = 8

/**
 * Whether something is found in what the bytes mean where they have escapes, of JSON, of XML or of what those stand in:
 * true also where that cannot be told. The bytes as they stand are searched already.
 */
export const isFoundEscaped = (bytes: Buffer): boolean => {
  let text = bytes
  for (let level = 0; level < ESCAPED_MOST; level++) {
    // One after the other: what one of them ends is still seen before the other goes on with it.
    const meant = text.includes(BACKSLASH) ? unescaped(text).bytes : text
    if (meant.length < text.length && scan(meant) !== undefined) return true
    const plain = meant.includes(AMPERSAND) ? dereferenced(meant) : meant
    if (plain.length < meant.length && scan(plain) !== undefined) return true
    if (plain.length === text.length) return false
    text = plain
  }
  return true
}

/** The other references hide nothing: no part of a number, a key or a domain is written with one. */
const REFERENCE = /&(?:#0*([0-9]{1,7})|#x0*([0-9a-f]{1,6})|amp);/gi

/** The text with the characters that it refers to; always shorter where it has any. */
const dereferenced = (text: Buffer): Buffer =>
  Buffer.from(
    text.toString('latin1').replace(REFERENCE, (reference, decimal?: string, hex?: string) => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : AMPERSAND
      return code > 0x10_ffff ? reference : Buffer.from(String.fromCodePoint(code)).toString('latin1')
    }),
    'latin1',
  )

/**
 * What a text with the escapes of JSON means, and for each byte of that the place of the character in the text that it
 * comes from.
 */
export const unescaped = (text: Buffer): { readonly bytes: Buffer; readonly places: Uint32Array } => {
  const bytes = Buffer.alloc(text.length)
  const places = new Uint32Array(text.length + 1)
  let length = 0
  for (let at = 0; at < text.length; ) {
    const from = length
    const width = widthAt(text, at)
    if (width === LONG_ESCAPE) length += bytes.write(unitAt(text, at), from)
    else bytes[length++] = (width === SHORT_ESCAPE ? ESCAPES.get(text[at + 1] ?? 0) : text[at]) ?? 0
    places.fill(at, from, length)
    at += width
  }
  places[length] = text.length
  return { bytes: bytes.subarray(0, length), places }
}

/** How many bytes of the text mean one character or one byte; a backslash that escapes nothing is itself. */
const widthAt = (text: Buffer, at: number): number => {
  if (text[at] !== BACKSLASH) return 1
  if (ESCAPES.has(text[at + 1] ?? 0)) return SHORT_ESCAPE
  const digits = at + SHORT_ESCAPE
  return text[at + 1] === SMALL_U && skip(text, digits, HEXADECIMAL, 4) - digits === 4 ? LONG_ESCAPE : 1
}

const unitAt = (text: Buffer, at: number): string =>
  String.fromCharCode(Number.parseInt(text.toString('latin1', at + SHORT_ESCAPE, at + LONG_ESCAPE), 16))
