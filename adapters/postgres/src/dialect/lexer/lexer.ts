import { Unreadable } from '@sluice/reading/unreadable'
import { hashStep } from '../words.ts'
import { classes, classOf, DIGIT, IDENT_CONT, IDENT_START, isDigit, isSpace, MARK, OPERATOR } from './char.ts'
import { Kind } from './kind.ts'
import { numberEnd } from './number.ts'
import { operatorEnd } from './operator.ts'
import {
  bitRule,
  dollarDelimiter,
  escapeRule,
  lineCommentEnd,
  plainRule,
  quotedEnd,
  stringEnd,
} from './string.ts'

/** The end of the comment that opens at `at`. Comments nest (scan.l, xcstart and xcstop). */
const blockCommentEnd = (text: string, at: number): number => {
  let depth = 1
  let end = at + 2
  while (end < text.length) {
    const code = text.charCodeAt(end)
    const next = text.charCodeAt(end + 1)
    if (code === 42 && next === 47) {
      end += 2
      if (--depth === 0) return end
    } else if (code === 47 && next === 42) {
      end += 2
      depth++
    } else end++
  }
  throw new Unreadable('a comment is not terminated')
}

/** What a letter before a quote makes of the constant that follows. */
const prefixes: Readonly<Record<string, { readonly kind: Kind; readonly open: number }>> = {
  e: { kind: Kind.escapeString, open: 1 },
  b: { kind: Kind.bit, open: 1 },
  x: { kind: Kind.bit, open: 1 },
}

/**
 * PostgreSQL's scanner by hand (src/backend/parser/scan.l of PostgreSQL 18), one pass, linear time. After `next()`
 * the token is `kind` with its `start` and `end` in the text, comments and whitespace skipped.
 * Throws Unreadable where PostgreSQL's scanner reports an error, and where versions of it differ.
 */
export class Lexer {
  readonly text: string
  kind: Kind = Kind.end
  start = 0
  end = 0
  /** Of the last word, for `wordAt`. */
  hash = 0
  readonly #standardStrings: boolean

  constructor(text: string, standardConformingStrings: boolean, from = 0) {
    this.text = text
    this.end = from
    this.#standardStrings = standardConformingStrings
  }

  next(): Kind {
    const { text, end } = this
    // Most tokens are words and marks behind one space or none.
    const first = end < text.length && text.charCodeAt(end) === 32 ? end + 1 : end
    if (first < text.length) {
      const code = text.charCodeAt(first)
      const bits = classes[code]!
      if ((bits & (IDENT_START | MARK)) !== 0) {
        this.start = first
        this.kind = (bits & MARK) === 0 ? this.#letter(first, code) : this.#take(Kind.mark, first + 1)
        return this.kind
      }
    }
    return this.#any()
  }

  #any(): Kind {
    const at = this.#skip()
    this.start = at
    if (at >= this.text.length) {
      this.end = at
      this.kind = Kind.end
      return Kind.end
    }
    this.kind = this.#token(at, this.text.charCodeAt(at))
    return this.kind
  }

  /** Moves over whitespace and comments; the offset of the next token. */
  #skip(): number {
    const text = this.text
    let at = this.end
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === 32 || isSpace(code)) at++
      else if (code === 45 && text.charCodeAt(at + 1) === 45) at = lineCommentEnd(text, at)
      else if (code === 47 && text.charCodeAt(at + 1) === 42) at = blockCommentEnd(text, at)
      else return at
    }
  }

  #token(at: number, code: number): Kind {
    const bits = classOf(code)
    if ((bits & IDENT_START) !== 0) return this.#letter(at, code)
    if ((bits & DIGIT) !== 0) return this.#take(Kind.number, numberEnd(this.text, at))
    if ((bits & MARK) !== 0) return this.#take(Kind.mark, at + 1)
    if ((bits & OPERATOR) !== 0) return this.#take(Kind.operator, operatorEnd(this.text, at))
    switch (code) {
      case 39:
        return this.#quote(at)
      case 34:
        return this.#take(Kind.quoted, quotedEnd(this.text, at))
      case 36:
        return this.#dollar(at)
      case 46:
        return this.#dot(at)
      case 58:
        return this.#colon(at)
      default:
        throw new Unreadable(code === 0 ? 'the text holds a NUL' : 'a character starts no token')
    }
  }

  #take(kind: Kind, end: number): Kind {
    this.end = end
    return kind
  }

  #quote(at: number): Kind {
    return this.#standardStrings
      ? this.#take(Kind.string, stringEnd(this.text, at, plainRule))
      : this.#take(Kind.escapeString, stringEnd(this.text, at, escapeRule))
  }

  /** A word, or a constant with a letter before its quote. */
  #letter(at: number, code: number): Kind {
    const text = this.text
    const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0
    if (next === 39) {
      const lower = code | 32
      // `N'…'` is the keyword NCHAR and then a string: only the letter is eaten (scan.l, xnstart).
      if (lower === 110) return this.#word(at, at + 1)
      const prefix = code < 128 ? prefixes[String.fromCharCode(lower)] : undefined
      if (prefix !== undefined) {
        const rule = prefix.kind === Kind.bit ? bitRule : escapeRule
        return this.#take(prefix.kind, stringEnd(text, at + prefix.open, rule))
      }
    } else if (next === 38 && (code | 32) === 117) {
      const quote = text.charCodeAt(at + 2)
      if (quote === 34) return this.#take(Kind.unicodeQuoted, quotedEnd(text, at + 2))
      if (quote === 39) {
        if (!this.#standardStrings)
          throw new Unreadable("`U&'…'` is not allowed while standard_conforming_strings is off")
        return this.#take(Kind.unicodeString, stringEnd(text, at + 2, plainRule))
      }
    }
    return this.#word(at, text.length)
  }

  #word(at: number, limit: number): Kind {
    const text = this.text
    let end = at + 1
    let hash = text.charCodeAt(at)
    while (end < limit) {
      const code = text.charCodeAt(end)
      if ((classes[code]! & IDENT_CONT) === 0) break
      hash = hashStep(hash, code)
      end++
    }
    this.hash = hash
    return this.#take(Kind.word, end)
  }

  #dollar(at: number): Kind {
    const text = this.text
    if (isDigit(text.charCodeAt(at + 1))) {
      let end = at + 2
      while (isDigit(text.charCodeAt(end))) end++
      if ((classOf(text.charCodeAt(end)) & IDENT_START) !== 0)
        throw new Unreadable('letters follow a parameter directly')
      return this.#take(Kind.param, end)
    }
    const delimiter = dollarDelimiter(text, at)
    if (delimiter === undefined) throw new Unreadable('a `$` starts neither a parameter nor a dollar quote')
    const close = text.indexOf(delimiter, at + delimiter.length)
    if (close === -1) throw new Unreadable('a dollar-quoted string is not terminated')
    return this.#take(Kind.dollarString, close + delimiter.length)
  }

  #dot(at: number): Kind {
    const next = this.text.charCodeAt(at + 1)
    if (next === 46) return this.#take(Kind.operator, at + 2)
    if (isDigit(next)) return this.#take(Kind.number, numberEnd(this.text, at))
    return this.#take(Kind.mark, at + 1)
  }

  #colon(at: number): Kind {
    const next = this.text.charCodeAt(at + 1)
    return this.#take(Kind.operator, next === 58 || next === 61 ? at + 2 : at + 1)
  }
}
