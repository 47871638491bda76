import { Unreadable } from '@sluice/reading/unreadable'
import { classOf, IDENT_START, isDigit, isSpace, NEWLINE } from './char.ts'

const QUOTE = 39
const BACKSLASH = 92

/** The end of the `--` comment at `at`: the newline, or the end of the text. */
export const lineCommentEnd = (text: string, at: number): number => {
  let end = at + 2
  while (end < text.length && (classOf(text.charCodeAt(end)) & NEWLINE) === 0) end++
  return end
}

const startsLineComment = (text: string, at: number) =>
  text.charCodeAt(at) === 45 && text.charCodeAt(at + 1) === 45

/**
 * Where a string goes on after the quote that ended at `end`: the offset after the next quote, or -1.
 * scan.l, quotecontinue: whitespace and `--` comments with at least one newline between two quotes.
 */
const continuation = (text: string, end: number): number => {
  let at = end
  let newline = false
  for (;;) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      if ((classOf(code) & NEWLINE) !== 0) newline = true
      at++
    } else if (startsLineComment(text, at)) at = lineCommentEnd(text, at)
    else return newline && code === QUOTE ? at + 1 : -1
  }
}

type QuoteRule = { readonly doubled: boolean; readonly backslash: boolean }
/** How the inside of a quoted constant is read. */
export const plainRule: QuoteRule = { doubled: true, backslash: false }
export const escapeRule: QuoteRule = { doubled: true, backslash: true }
export const bitRule: QuoteRule = { doubled: false, backslash: false }

/** As `segmentEnd`, where a backslash takes the next character with it. */
const escapedEnd = (text: string, at: number): number => {
  for (let from = at; from < text.length; from++) {
    const code = text.charCodeAt(from)
    if (code === BACKSLASH) from++
    else if (code === QUOTE) {
      if (text.charCodeAt(from + 1) !== QUOTE) return from + 1
      from++
    }
  }
  throw new Unreadable('a quoted string is not terminated')
}

/** The offset after the quote that ends one segment; `at` is the offset after its opening quote. */
const segmentEnd = (text: string, at: number, rule: QuoteRule): number => {
  if (rule.backslash) return escapedEnd(text, at)
  for (let from = at; ; ) {
    const quote = text.indexOf("'", from)
    if (quote === -1) throw new Unreadable('a quoted string is not terminated')
    if (!rule.doubled || text.charCodeAt(quote + 1) !== QUOTE) return quote + 1
    from = quote + 2
  }
}

/** Calls `segment` with the inside of each segment of the constant whose opening quote is at `open`; the end. */
export const eachSegment = (
  text: string,
  open: number,
  rule: QuoteRule,
  segment: (from: number, to: number) => void,
): number => {
  let from = open + 1
  for (;;) {
    const end = segmentEnd(text, from, rule)
    segment(from, end - 1)
    const next = continuation(text, end)
    if (next === -1) return end
    from = next
  }
}

/** The end of the quoted constant whose opening quote is at `open`, its continuations included. */
export const stringEnd = (text: string, open: number, rule: QuoteRule): number => {
  let end = segmentEnd(text, open + 1, rule)
  for (let next = continuation(text, end); next !== -1; next = continuation(text, end))
    end = segmentEnd(text, next, rule)
  return end
}

/** The end of the quoted identifier whose opening `"` is at `open`. */
export const quotedEnd = (text: string, open: number): number => {
  let from = open + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) throw new Unreadable('a quoted identifier is not terminated')
    if (text.charCodeAt(quote + 1) !== 34) return quote + 1
    from = quote + 2
  }
}

/** The delimiter `$tag$` that opens at `at`, or undefined where the `$` opens none (scan.l, dolqdelim). */
export const dollarDelimiter = (text: string, at: number): string | undefined => {
  let end = at + 1
  if ((classOf(text.charCodeAt(end)) & IDENT_START) !== 0) {
    end++
    for (;;) {
      const code = text.charCodeAt(end)
      if ((classOf(code) & IDENT_START) === 0 && !isDigit(code)) break
      end++
    }
  }
  return text.charCodeAt(end) === 36 ? text.slice(at, end + 1) : undefined
}
