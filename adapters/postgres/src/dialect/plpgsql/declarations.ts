import { Unreadable } from '@sluice/reading/unreadable'
import { quotedName } from '../lexer/identifier.ts'
import { Kind } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { checkName, type Naming } from '../lexer/naming.ts'

/** A token of a body: what it is, and a word in lower case or the text of a mark or an operator. */
type Token = { readonly kind: Kind; readonly word: string }

/** Tokens that set a declared variable (pl_gram.y, `decl_defkey`). */
const SETS: ReadonlySet<string> = new Set([':=', '=', 'default'])

const tokensOf = (body: string): readonly Token[] => {
  const lexer = new Lexer(body, true)
  const tokens: Token[] = []
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next()) {
    const plain = kind === Kind.word || kind === Kind.mark || kind === Kind.operator
    tokens.push({ kind, word: plain ? body.slice(lexer.start, lexer.end).toLowerCase() : '' })
  }
  return tokens
}

/**
 * How many variables of a body are declared with a value. libpg leaves the values of records out of what it says, so
 * its own count proves that none is missing.
 */
export const declaredValues = (body: string): number => {
  let values = 0
  let declares = false
  let depth = 0
  let item: Token[] = []
  for (const token of tokensOf(body)) {
    if (!declares) {
      declares = token.kind === Kind.word && token.word === 'declare'
      item = []
      depth = 0
    } else if (token.kind === Kind.word && token.word === 'begin') declares = false
    else if (token.word === ';') {
      if (hasValue(item)) values++
      item = []
    } else {
      if (token.word === '(' || token.word === '[') depth++
      if (token.word === ')' || token.word === ']') depth--
      if (depth === 0) item.push(token)
    }
  }
  return values
}

/** `name CURSOR … FOR query` has a query, which may hold any of these. */
const hasValue = (item: readonly Token[]): boolean =>
  !item.slice(0, 4).some(({ word }) => word === 'cursor') && item.some(({ word }) => SETS.has(word))

/**
 * Throws Unreadable where strings of the body end elsewhere while `standard_conforming_strings` is off: a body is read
 * anew by each session, under its own settings.
 */
export const checkStrings = (body: string): void => {
  if (!body.includes('\\')) return
  const on = new Lexer(body, true)
  const off = new Lexer(body, false)
  for (;;) {
    const kind = on.next()
    off.next()
    if (on.start !== off.start || on.end !== off.end)
      throw new Unreadable('a string of the body ends where a setting says')
    if (kind === Kind.end) return
  }
}

/** Whether a string of a body holds a backslash that `standard_conforming_strings` gives its meaning. */
export const isUnsettled = (body: string): boolean => {
  if (!body.includes('\\')) return false
  const lexer = new Lexer(body, true)
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next())
    if (kind === Kind.string && body.slice(lexer.start, lexer.end).includes('\\')) return true
  return false
}

/** Throws Unreadable where a name anywhere in the body is not certain: see `checkName`. */
export const checkNames = (body: string, naming: Naming): void => {
  const lexer = new Lexer(body, true)
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next()) {
    const written = body.slice(lexer.start, lexer.end)
    if (kind === Kind.word) checkName(written, false, naming)
    if (kind === Kind.quoted) checkName(quotedName(written.slice(1, -1)), true, naming)
    if (kind === Kind.unicodeQuoted) throw new Unreadable('a name of a body is written in escapes')
  }
}
