// ITU-T E.164, "International geographic number structure"
import { DIGIT, is, separatorAt, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

const DIGITS_LEAST = 8
const DIGITS_MOST = 15
/** The longest way to write one, in bytes: a separator or two between any digits, of which some have three bytes. */
const LENGTH_MOST = 48

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
    let width = 1
    for (let place = at + 1; place - at <= LENGTH_MOST && digits <= DIGITS_MOST; place += width) {
      width = is(bytes, place, DIGIT) ? 1 : betweenAt(bytes, place)
      if (width === 0) break
      if (is(bytes, place, DIGIT)) digits += 1
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

/** How many bytes what may stand between two digits has: a separator, a bracket, a slash. */
const betweenAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at]
  return byte === 0x28 || byte === 0x29 || byte === 0x2f ? 1 : separatorAt(bytes, at)
}
