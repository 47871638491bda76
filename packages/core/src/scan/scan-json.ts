// RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format"
import { Buffer } from 'node:buffer'
import { DIGIT, HEX, skip } from './characters.ts'
import { blotted, scan } from './scan.ts'

const STAR = '*'
const QUOTE = 0x22
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const BACKSLASH = 0x5c
const SMALL_U = 0x75
const HEXADECIMAL = DIGIT | HEX
const NULL = Buffer.from('null')

/**
 * A JSON document without what looks personal or secret: undefined where there is nothing, null where the document
 * cannot be searched. A found part of a text, or of a key, becomes stars; a number becomes null. All else stays as it
 * is written, so that of two equal keys both are searched. `bytes` is UTF-8 or another encoding in which bytes below 0x80
 * mean ASCII.
 */
export const scanJson = (bytes: Buffer): Buffer | null | undefined => {
  // No JSON has a zero byte, but one in UTF-16 or UTF-32, where the bytes of a text do not lie side by side.
  if (bytes.includes(0)) return null
  // Without escapes the document's own bytes are its texts, and most documents end here.
  if (!bytes.includes(BACKSLASH) && scan(bytes) === undefined) return undefined
  if (!isJson(bytes)) return null
  const parts: Buffer[] = []
  let copied = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    const isText = byte === QUOTE
    if (!isText && !beginsNumber(byte)) continue
    const from = isText ? at + 1 : at
    at = isText ? textEnd(bytes, from) : numberEnd(bytes, from)
    const value = bytes.subarray(from, at)
    const shown = isText ? textShown(value) : numberShown(value)
    if (shown === undefined) continue
    parts.push(bytes.subarray(copied, from), shown)
    copied = at
  }
  return parts.length === 0 ? undefined : Buffer.concat([...parts, bytes.subarray(copied)])
}

/** Told byte by byte: what is no ASCII can only stand in a text. */
const isJson = (bytes: Buffer): boolean => {
  try {
    JSON.parse(bytes.toString('latin1'))
    return true
  } catch {
    return false
  }
}

const beginsNumber = (byte: number): boolean => byte === MINUS || (byte >= ZERO && byte <= NINE)

/** The place of the quote that ends the text which begins at `from`. */
const textEnd = (bytes: Buffer, from: number): number => {
  let at = from
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

const NUMBER = new Set(Buffer.from('+-.0123456789Ee'))

const numberEnd = (bytes: Buffer, from: number): number => {
  let at = from
  while (NUMBER.has(bytes[at] ?? 0)) at++
  return at
}

const numberShown = (number: Buffer): Buffer | undefined => (scan(number) === undefined ? undefined : NULL)

const textShown = (text: Buffer): Buffer | undefined => {
  if (text.includes(BACKSLASH)) return escapedShown(text)
  const hits = scan(text)
  return hits && blotted(text, hits, STAR.charCodeAt(0))
}

/** Searches what a text with escapes means; what is not found stays as it is written. */
const escapedShown = (text: Buffer): Buffer | undefined => {
  const { bytes, places } = unescaped(text)
  const hits = scan(bytes)
  if (hits === undefined) return undefined
  const parts: Buffer[] = []
  let copied = 0
  for (let i = 0; i < hits.length; i += 2) {
    const from = hits[i] ?? 0
    const to = hits[i + 1] ?? 0
    parts.push(text.subarray(copied, places[from]), Buffer.from(STAR.repeat(to - from)))
    copied = places[to] ?? 0
  }
  return Buffer.concat([...parts, text.subarray(copied)])
}

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
 * Whether something is found in what the bytes mean where they have escapes, of JSON or of what it stands in: true also
 * where that cannot be told.
 */
export const isFoundEscaped = (bytes: Buffer): boolean => {
  let text = bytes
  for (let level = 0; level < ESCAPED_MOST; level++) {
    if (!text.includes(BACKSLASH)) return false
    const meant = unescaped(text).bytes
    if (meant.length === text.length) return false
    if (scan(meant) !== undefined) return true
    text = meant
  }
  return true
}

/** What a text means, and for each byte of that the place of the character in the text that it comes from. */
const unescaped = (text: Buffer): { readonly bytes: Buffer; readonly places: Uint32Array } => {
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
