// RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format"
import { Buffer } from 'node:buffer'
import { REDACTED } from '../mask/transforms/redact.ts'
import { BACKSLASH } from './characters.ts'
import { isFoundEscaped, unescaped } from './escapes.ts'
import { blotted, type Hits, type Met, scan } from './scan.ts'

const QUOTE = 0x22
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const NULL = Buffer.from('null')
const REDACTED_TEXT = Buffer.from(REDACTED)

const met: Met = { escapes: false }

/**
 * A JSON document without what looks personal or secret: undefined where there is nothing, null where the document
 * cannot be searched. A found part of a text, or of a key, becomes stars; a number becomes null; a text is redacted whole
 * where something is found in what escapes of its own mean. All else stays as it is written, so that of two equal keys both
 * are searched. `bytes` is UTF-8 or another encoding in which bytes below 0x80 mean ASCII.
 */
export const scanJson = (bytes: Buffer): Buffer | null | undefined => {
  // No JSON has a zero byte, but one in UTF-16 or UTF-32, where the bytes of a text do not lie side by side.
  if (bytes.includes(0)) return null
  // Without escapes the document's own bytes are its texts, and most documents end here.
  met.escapes = false
  if (scan(bytes, met) === undefined && !met.escapes) return undefined
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
  const meant = text.includes(BACKSLASH) ? unescaped(text) : undefined
  const bytes = meant?.bytes ?? text
  met.escapes = false
  const hits = scan(bytes, met)
  if (hits === undefined) return met.escapes && isFoundEscaped(bytes) ? REDACTED_TEXT : undefined
  const shown = blotted(bytes, hits)
  if (met.escapes && isFoundEscaped(shown)) return REDACTED_TEXT
  return meant === undefined ? shown : starred(text, hits, meant.places)
}

/** The text with stars where something was found in its meaning; what is not found stays as it is written. */
const starred = (text: Buffer, hits: Hits, places: Uint32Array): Buffer => {
  const parts: Buffer[] = []
  let copied = 0
  for (let i = 0; i < hits.length; i += 2) {
    const from = hits[i] ?? 0
    const to = hits[i + 1] ?? 0
    parts.push(text.subarray(copied, places[from]), Buffer.from('*'.repeat(to - from)))
    copied = places[to] ?? 0
  }
  return Buffer.concat([...parts, text.subarray(copied)])
}
