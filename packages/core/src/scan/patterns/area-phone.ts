import { DIGIT, digit, is, separatorAt, skip, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

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
    const from = close + 1 + separatorAt(bytes, close + 1)
    const middle = skip(bytes, from, DIGIT, 3)
    const last = middle + separatorAt(bytes, middle)
    if (middle !== from + 3 || last === middle) return false
    const to = skip(bytes, last, DIGIT, 4)
    if (to !== last + 4 || is(bytes, to, WORD)) return false
    span.from = at
    span.to = to
    return true
  },
}
