import { Kind } from './lexer/kind.ts'
import { Lexer } from './lexer/lexer.ts'

/** Begin and end of each number and each string of a text that the lexer reads. */
export const constantsOf = (text: string, standardConformingStrings: boolean): readonly number[] => {
  const lexer = new Lexer(text, standardConformingStrings)
  const found: number[] = []
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next())
    if (kind === Kind.number || kind === Kind.string || kind === Kind.escapeString)
      found.push(lexer.start, lexer.end)
  return found
}
