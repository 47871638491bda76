// RFC 5321, "Size Limits and Minimums"; RFC 5322, "Addr-Spec Specification": the parts of it that are in use.
import {
  BEYOND,
  characterBefore,
  characterFrom,
  DIGIT,
  is,
  LINE,
  LOWER,
  MAIL,
  skip,
  skipBack,
  stands,
  UPPER,
  WORD,
} from '../characters.ts'
import type { Pattern } from '../pattern.ts'

const LOCAL_MOST = 64
const DOMAIN_MOST = 255
/** RFC 1035, "Size limits": the longest label. */
const LABEL_MOST = 63
/** The fewest letters of a top level. */
const TOP_LEAST = 2
const DOT = 0x2e

const LETTER = UPPER | LOWER | BEYOND

/** E-mail addresses. */
export const email: Pattern = {
  id: 'email',
  label: 'pii.email',
  anchors: '@',
  find: (bytes, at, span) => {
    const from = skipBack(bytes, at, WORD | BEYOND | MAIL, LOCAL_MOST)
    if (from === at) return false
    const to = domainEnd(bytes, at + 1)
    if (to < 0) return false
    span.from = at - from < LOCAL_MOST ? from : characterFrom(bytes, from)
    span.to = to
    return true
  },
}

/** Labels of digits alone that begin a version: `a@1.2.RELEASE`. With one it may be a domain: `163.com`. */
const VERSION_LEAST = 2

/** Where the domain ends that begins there: behind the last label that could be a top level. -1: there is none. */
const domainEnd = (bytes: Uint8Array, from: number): number => {
  let end = -1
  let label = from
  let numbers = 0
  for (let labels = 0; ; labels++) {
    const to = skip(bytes, label, WORD | BEYOND | LINE, DOMAIN_MOST)
    if (to === label) return end
    const isVersion = numbers === labels && numbers >= VERSION_LEAST
    if (label > from && !isVersion) end = Math.max(end, topLevelEnd(bytes, label, to))
    if (skip(bytes, label, DIGIT, LABEL_MOST) === to) numbers++
    if (bytes[to] !== DOT || to - from > DOMAIN_MOST) return end
    label = to + 1
  }
}

/**
 * Where the top level ends that is the label `[from, to)`, or its beginning where a date, a number or a line follows. It has
 * letters and begins with no digit: `a@1.2.3` and `a@1.2.0-rc` are versions of something. -1: it is none.
 */
const topLevelEnd = (bytes: Uint8Array, from: number, to: number): number => {
  if (is(bytes, from, DIGIT)) return -1
  let end = to
  while (end > from && is(bytes, end - 1, LINE)) end--
  const isWhole = end - from <= LABEL_MOST
  if (isWhole && (stands(bytes, from, 'xn--') || isLetters(bytes, end - TOP_LEAST, end, from))) return end
  const letters = skip(bytes, from, LETTER, LABEL_MOST)
  if (letters - from < TOP_LEAST) return -1
  return letters - from < LABEL_MOST ? letters : characterBefore(bytes, letters)
}

const isLetters = (bytes: Uint8Array, from: number, to: number, least: number): boolean =>
  from >= least && skip(bytes, from, LETTER, to - from) === to
