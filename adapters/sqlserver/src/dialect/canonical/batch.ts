import type { DialectLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { foldName, identifierLength } from '../lexer/fold.ts'
import { Kind, type Token } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { reserved } from '../lexer/reserved.ts'
import { literalWords, mayStartCall, xmlMethods } from '../literal-dependent.ts'
import { foldLists } from './fold.ts'

/** A batch as tokens, and whether its meaning hangs on its literals. */
type Batch = { readonly tokens: readonly Token[]; readonly literals: boolean }

/** Tokens read before lists are folded: bulk inserts shrink a hundredfold. */
const rawTokensPerToken = 100

/** `AS 'alias'` names a column: the string is a name. `EXECUTE AS 'user'` is not. */
const asName = (token: Token, tokens: readonly Token[]): Token => {
  const before = tokens.at(-1)
  if (token.kind !== Kind.string || before?.kind !== Kind.word || before.value !== 'as') return token
  const earlier = tokens.at(-2)
  const impersonates = earlier?.kind === Kind.word && ['exec', 'execute', 'with', ','].includes(earlier.value)
  return impersonates || token.value === '' || token.value.length > identifierLength
    ? token
    : { ...token, kind: Kind.quoted, value: foldName(token.value) }
}

const nest = (depth: number, token: Token, limits: DialectLimits): number => {
  if (token.kind !== Kind.mark) return depth
  if (token.value === '(') {
    if (depth >= limits.nesting) throw new Unreadable('the statement is over the limit `nesting`')
    return depth + 1
  }
  if (token.value !== ')') return depth
  if (depth === 0) throw new Unreadable('a parenthesis is closed that was not opened')
  return depth - 1
}

const tokensOf = (text: string, quotedIdentifier: boolean, limits: DialectLimits): Token[] => {
  const lexer = new Lexer(text, quotedIdentifier)
  const tokens: Token[] = []
  let depth = 0
  for (let token = lexer.next(); token.kind !== Kind.end; token = lexer.next()) {
    if (tokens.length >= limits.tokens * rawTokensPerToken)
      throw new Unreadable('the statement is over the limit `tokens`')
    depth = nest(depth, token, limits)
    tokens.push(asName(token, tokens))
  }
  if (depth > 0) throw new Unreadable('a parenthesis is not closed')
  return tokens
}

/** SET QUOTED_IDENTIFIER works while the batch is being parsed: what follows it would be read in another mode. */
const changesQuoting = (tokens: readonly Token[], text: string): boolean =>
  text.includes('"') &&
  tokens.some(({ kind, value }) => kind === Kind.word && /^(?:quoted_identifier|ansi_defaults)$/.test(value))

/** `x.value('…')`: what the text inside names, it reads. */
const isMethod = (tokens: readonly Token[], index: number): boolean =>
  tokens[index]?.kind === Kind.word &&
  xmlMethods.has(tokens[index].value) &&
  tokens[index - 1]?.value === '.' &&
  tokens[index + 1]?.value === '('

/** Reads a whole batch. Throws Unreadable where it cannot be read or is over a limit. */
export const readBatch = (text: string, quotedIdentifier: boolean, limits: DialectLimits): Batch => {
  if (text.length > limits.textLength) throw new Unreadable('the text is over the limit `textLength`')
  if (text.includes('\0')) throw new Unreadable('the text holds a NUL')
  if (!text.isWellFormed()) throw new Unreadable('the text is not well-formed Unicode')
  const tokens = tokensOf(text, quotedIdentifier, limits)
  if (changesQuoting(tokens, text)) throw new Unreadable('QUOTED_IDENTIFIER changes within the batch')
  const first = tokens.find(({ value }) => value !== ';')
  const literals =
    (first !== undefined &&
      mayStartCall(first.value, first.kind === Kind.word && reserved.has(first.value))) ||
    tokens.some(({ kind, value }) => kind === Kind.word && literalWords.has(value)) ||
    tokens.some((_token, index) => isMethod(tokens, index))
  // Elements that are equal without their literals differ with them.
  const folded = literals ? tokens : foldLists(tokens)
  if (folded.length > limits.tokens) throw new Unreadable('the statement is over the limit `tokens`')
  return { tokens: folded, literals }
}
