import { Kind } from './lexer/kind.ts'
import { Lexer } from './lexer/lexer.ts'

/** Begin and end of each number and each string of a text that the lexer reads. */
export const constantsOf = (text: string, quotedIdentifier: boolean): readonly number[] => {
  const lexer = new Lexer(text, quotedIdentifier)
  const found: number[] = []
  for (let token = lexer.next(); token.kind !== Kind.end; token = lexer.next())
    if (token.kind === Kind.number) found.push(token.start, token.end)
    else if (token.kind === Kind.string) found.push(quoteAt(text, token.start), token.end)
  return found
}

/** The `N` of `N'…'` stands before the string. */
const quoteAt = (text: string, start: number): number => (/[nN]/.test(text[start] ?? '') ? start + 1 : start)
