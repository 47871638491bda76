import { Unreadable } from '@sluice/reading/unreadable'
import { decodeUnicodeEscapes } from './identifier.ts'
import { Kind } from './kind.ts'
import type { Naming } from './naming.ts'
import { bitRule, eachSegment, escapeRule, plainRule } from './string.ts'

/** What the value of a constant hangs on beside its text. */
type Escaping = {
  /** The UESCAPE character of a Unicode string. Default: a backslash. */
  readonly escape?: string | undefined
  /** Whether `\v` is a vertical tab; else it is the letter. Default: it is. */
  readonly verticalTab?: boolean
  /** Default: `utf8`. */
  readonly naming?: Naming
}

const simple: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }

const numericEscape = /^(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))/

/** Bytes of one backslash escape (scan.l, xeescape … xeunicode) and the offset after it; `at` is after the `\`. */
const escapeAt = (
  text: string,
  at: number,
  { verticalTab = true, naming = 'utf8' }: Escaping,
): { readonly bytes: Buffer | string; readonly end: number } => {
  const match = numericEscape.exec(text.slice(at, at + 9))
  if (match === null) {
    const char = text[at] ?? '\\'
    if (char === 'u' || char === 'U') throw new Unreadable('a Unicode escape is not valid')
    const code = char === 'v' && !verticalTab ? undefined : simple[char]
    return { bytes: code === undefined ? char : String.fromCharCode(code), end: at + 1 }
  }
  const end = at + match[0].length
  const unicode = match[2] ?? match[3]
  if (unicode !== undefined) {
    const code = Number.parseInt(unicode, 16)
    if (code === 0 || code > 0x10ffff) throw new Unreadable('a Unicode escape names no character')
    return { bytes: code > 0xffff ? String.fromCodePoint(code) : String.fromCharCode(code), end }
  }
  const byte = match[1] === undefined ? Number.parseInt(match[4]!, 8) & 255 : Number.parseInt(match[1], 16)
  if (byte === 0) throw new Unreadable('an escape stands for a NUL')
  if (byte > 127 && naming !== 'utf8' && naming !== 'bytes')
    throw new Unreadable('an escape stands for a byte in the encoding of the database; write the character')
  return { bytes: Buffer.from([byte]), end }
}

const utf8 = (run: string): Buffer => {
  if (!run.isWellFormed()) throw new Unreadable('a Unicode escape is half a surrogate pair')
  return Buffer.from(run)
}

/** Octal and hexadecimal escapes are bytes in the encoding of the database: runs of them are joined before they are read. */
const decodeBackslashes = (text: string, escaping: Escaping): string => {
  if (!text.includes('\\')) return text
  const parts: Buffer[] = []
  let run = ''
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '\\') {
      run += text[at++]
      continue
    }
    const { bytes, end } = escapeAt(text, at + 1, escaping)
    if (typeof bytes === 'string') run += bytes
    else {
      parts.push(utf8(run), bytes)
      run = ''
    }
    at = end
  }
  const rest = utf8(run)
  if (parts.length === 0) return run
  parts.push(rest)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts))
  } catch {
    throw new Unreadable('a string is not valid UTF-8')
  }
}

/**
 * The value of the string constant at `[start, end)` of the text, as the server would read it. Throws Unreadable
 * where the server would refuse it.
 */
export const stringValue = (
  text: string,
  kind: Kind,
  start: number,
  end: number,
  escaping: Escaping = {},
): string => {
  if (kind === Kind.dollarString) {
    const length = text.indexOf('$', start + 1) - start + 1
    return text.slice(start + length, end - length)
  }
  const open = text.indexOf("'", start)
  const rule = kind === Kind.bit ? bitRule : kind === Kind.escapeString ? escapeRule : plainRule
  let raw = ''
  let value = ''
  eachSegment(text, open, rule, (from, to) => {
    const inside = text.slice(from, to)
    if (kind === Kind.escapeString) value += unquoteEscaped(inside, escaping)
    else raw += kind === Kind.bit ? inside : inside.replaceAll("''", "'")
  })
  if (kind === Kind.escapeString) return value
  return kind === Kind.unicodeString ? decodeUnicodeEscapes(raw, escaping.escape ?? '\\') : raw
}

/** Doubled quotes undone outside escapes, then the escapes themselves. */
const unquoteEscaped = (inside: string, escaping: Escaping): string =>
  decodeBackslashes(
    inside.replace(/\\[^]|''/g, (found) => (found === "''" ? "'" : found)),
    escaping,
  )
