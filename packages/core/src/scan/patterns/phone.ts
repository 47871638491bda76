// ITU-T E.164, "International geographic number structure"
import { DIGIT, is, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

const DIGITS_LEAST = 8
const DIGITS_MOST = 15
/** The longest way to write one: a separator or two between any digits. */
const LENGTH_MOST = 32

/**
 * International phone numbers: a `+` and 8 to 15 digits, with spaces, hyphens, dots and brackets between them. Digits that
 * follow and would be too many, such as a date, are no part of it.
 */
export const phone: Pattern = {
  id: 'phone',
  label: 'pii.phone',
  anchors: '+',
  find: (bytes, at, span) => {
    if (is(bytes, at - 1, WORD) || !is(bytes, at + 1, DIGIT) || bytes[at + 1] === 0x30) return false
    let digits = 0
    let to = -1
    for (let place = at + 1; place - at <= LENGTH_MOST && digits <= DIGITS_MOST; place++) {
      if (is(bytes, place, DIGIT)) digits += 1
      else if (!isBetween(bytes[place])) break
      if (digits >= DIGITS_LEAST && digits <= DIGITS_MOST && endsGroup(bytes, place)) to = place + 1
    }
    if (to < 0) return false
    span.from = at
    span.to = to
    return true
  },
}

const endsGroup = (bytes: Uint8Array, at: number): boolean =>
  is(bytes, at, DIGIT) && !is(bytes, at + 1, DIGIT)

const isBetween = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x2d || byte === 0x2e || byte === 0x28 || byte === 0x29 || byte === 0x2f
