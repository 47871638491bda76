import { DIGIT, digit, is, skip, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'
import { isSeparator } from './number.ts'

const CLOSE = 0x29

/** North American phone numbers whose area code is in brackets: `(555) 123-4567`. */
export const areaPhone: Pattern = {
  id: 'area-phone',
  label: 'pii.phone',
  anchors: '(',
  find: (bytes, at, span) => {
    const close = at + 4
    if (bytes[close] !== CLOSE || skip(bytes, at + 1, DIGIT, 3) !== close || digit(bytes, at + 1) < 2)
      return false
    const from = isSeparator(bytes[close + 1]) ? close + 2 : close + 1
    const middle = skip(bytes, from, DIGIT, 3)
    if (middle !== from + 3 || !isSeparator(bytes[middle])) return false
    const to = skip(bytes, middle + 1, DIGIT, 4)
    if (to !== middle + 5 || is(bytes, to, WORD)) return false
    span.from = at
    span.to = to
    return true
  },
}
