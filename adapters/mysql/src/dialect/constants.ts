import { Kind } from './lexer/kind.ts'
import { Lexer } from './lexer/lexer.ts'
import type { MysqlModes } from './modes.ts'

/** Begin and end of each number and each string of a text that the lexer reads. */
export const constantsOf = (text: string, modes: MysqlModes): readonly number[] => {
  const lexer = new Lexer(text, modes)
  const found: number[] = []
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next())
    if (kind === Kind.number) found.push(lexer.start, lexer.end)
    else if (kind === Kind.string) found.push(quoteAt(text, lexer.start), lexer.end)
  return found
}

/** The `N` of `N'…'` stands before the string. */
const quoteAt = (text: string, start: number): number => (/[nN]/.test(text[start] ?? '') ? start + 1 : start)
