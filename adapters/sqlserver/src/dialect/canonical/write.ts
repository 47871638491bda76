import { Kind, type Token } from '../lexer/kind.ts'
import { reserved } from '../lexer/reserved.ts'

/** Every name of a kind that needs no brackets stays bare only if it was written bare: quoting carries meaning. */
const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`

const placeholder = (kind: Kind): string =>
  kind === Kind.string ? "'?'" : kind === Kind.number ? '1' : '0x0'

/** One token in the canonical text; with `values` a literal keeps its value. */
export const spelled = (token: Token, values: boolean): string => {
  switch (token.kind) {
    case Kind.quoted:
      return bracketed(token.value)
    case Kind.string:
      return values ? `'${token.value.replaceAll("'", "''")}'` : placeholder(token.kind)
    case Kind.number:
    case Kind.binary:
      return values ? token.value : placeholder(token.kind)
    default:
      return token.value
  }
}

/** Signs behind which a `-` or `+` is part of what follows. */
const glued = (before: Token | undefined, token: Token): boolean => {
  if (before === undefined) return true
  if (token.kind === Kind.mark) {
    if (token.value === '(')
      return (
        before.value === '(' ||
        (before.kind === Kind.word && !reserved.has(before.value)) ||
        before.kind === Kind.quoted
      )
    if (token.value === '.') return before.kind !== Kind.number
    return true
  }
  return (
    before.kind === Kind.mark &&
    (before.value === '(' || (before.value === '.' && token.kind !== Kind.number))
  )
}

/** The tokens with single spaces in one fixed style, so that equal statements are equal texts. */
export const writeTokens = (tokens: readonly Token[], values: boolean): string => {
  let out = ''
  let before: Token | undefined
  for (const token of tokens) {
    out += glued(before, token) ? spelled(token, values) : ` ${spelled(token, values)}`
    before = token
  }
  return out
}
