import { Unreadable } from '@sluice/reading/unreadable'
import { classOf, IDENT_START, isDigit, isHexDigit } from './char.ts'

const isOctDigit = (code: number) => code >= 48 && code <= 55
const isBinDigit = (code: number) => code === 48 || code === 49

/** `{digit}(_?{digit})*` from `at`; `at` itself where there is no digit. */
const digits = (text: string, at: number, is: (code: number) => boolean): number => {
  if (!is(text.charCodeAt(at))) return at
  let end = at + 1
  for (;;) {
    const code = text.charCodeAt(end)
    if (is(code)) end++
    else if (code === 95 && is(text.charCodeAt(end + 1))) end += 2
    else return end
  }
}

/** `0x…`, `0o…`, `0b…`; -1 where there is none. An underscore may follow the prefix. */
const prefixed = (text: string, at: number): number => {
  if (text.charCodeAt(at) !== 48) return -1
  const letter = text.charCodeAt(at + 1) | 32
  const is =
    letter === 120 ? isHexDigit : letter === 111 ? isOctDigit : letter === 98 ? isBinDigit : undefined
  if (is === undefined) return -1
  const from = text.charCodeAt(at + 2) === 95 ? at + 3 : at + 2
  const end = digits(text, from, is)
  return end === from ? -1 : end
}

/** The exponent from `at`, or `at` where none starts. `1e` and `1e+` are errors, found as trailing junk. */
const exponent = (text: string, at: number): number => {
  if ((text.charCodeAt(at) | 32) !== 101) return at
  const sign = text.charCodeAt(at + 1)
  const from = sign === 43 || sign === 45 ? at + 2 : at + 1
  const end = digits(text, from, isDigit)
  return end === from ? at : end
}

const decimal = (text: string, at: number): number => {
  let end = digits(text, at, isDigit)
  if (text.charCodeAt(end) === 46) {
    // `1..10` is the integer `1` and the token `..` (scan.l, numericfail).
    if (end > at && text.charCodeAt(end + 1) === 46) return end
    end = digits(text, end + 1, isDigit)
  }
  return exponent(text, end)
}

/**
 * The end of the number that starts at `at` (a digit, or `.` before a digit).
 * PostgreSQL, scan.l: decinteger, hexinteger, octinteger, bininteger, numeric, real. Letters glued to a number are
 * an error as in PostgreSQL 15 and later, whatever the server's version: older ones read `1abc` as two tokens.
 */
export const numberEnd = (text: string, at: number): number => {
  const special = prefixed(text, at)
  const end = special === -1 ? decimal(text, at) : special
  if ((classOf(text.charCodeAt(end)) & IDENT_START) !== 0)
    throw new Unreadable('letters follow a number directly')
  return end
}
