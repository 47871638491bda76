// RFC 5321, "Size Limits and Minimums"; RFC 5322, "Addr-Spec Specification": the parts of it that are in use.
import { is, LINE, LOWER, MAIL, skip, skipBack, UPPER, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

const LOCAL_MOST = 64
const DOMAIN_MOST = 255
const DOT = 0x2e
const HYPHEN = 0x2d

/** E-mail addresses. */
export const email: Pattern = {
  id: 'email',
  label: 'pii.email',
  anchors: '@',
  find: (bytes, at, span) => {
    const from = skipBack(bytes, at, WORD | MAIL, LOCAL_MOST)
    if (from === at) return false
    let to = at + 1
    let dots = 0
    for (;;) {
      const end = skip(bytes, to, WORD | LINE, DOMAIN_MOST)
      if (end === to || end - at > DOMAIN_MOST) break
      to = end
      if (bytes[to] !== DOT || !is(bytes, to + 1, WORD)) break
      dots += 1
      to += 1
    }
    while (bytes[to - 1] === HYPHEN) to--
    // The last label has letters: `a@1.2.3` is a version of something.
    if (dots === 0 || !is(bytes, to - 1, UPPER | LOWER) || !is(bytes, to - 2, UPPER | LOWER)) return false
    span.from = from
    span.to = to
    return true
  },
}
