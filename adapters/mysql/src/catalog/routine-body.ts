import { defaultLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../dialect/lexer/kind.ts'
import { Lexer } from '../dialect/lexer/lexer.ts'
import type { MysqlModes } from '../dialect/modes.ts'

/** Statements that mean in a body what they mean anywhere. RETURN gives a value, as a SELECT does. */
const plain: ReadonlySet<string> = new Set(
  'select with insert replace update delete do set call truncate return'.split(' '),
)

/**
 * The statements of a routine's, a trigger's or an event's body ("CREATE PROCEDURE", routine_body) as texts that can be
 * read by themselves, where it is one plain statement or BEGIN … END around such. Undefined for anything else:
 * DECLARE, control flow, handlers, cursors. Words that stand for parameters stay in the texts as if they were columns.
 */
export const bodyStatements = (body: string, modes: MysqlModes): readonly string[] | undefined => {
  try {
    const statements = split(body, modes)
    return statements.every(({ first }) => plain.has(first)) ? statements.map(({ text }) => text) : undefined
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

type Piece = { readonly first: string; readonly text: string }

const split = (body: string, modes: MysqlModes): readonly Piece[] => {
  const lexer = new Lexer(body, modes)
  const pieces: Piece[] = []
  let words: { readonly start: number; readonly end: number; readonly word: string }[] = []
  const close = (): void => {
    const [first] = words
    // END closes the body, with a `;` behind it or without.
    if (first === undefined || (first.word === 'end' && words.length === 1)) {
      words = []
      return
    }
    if (pieces.length === defaultLimits.statements) throw new Unreadable('the body has too many statements')
    const text = body.slice(words[first.word === 'return' ? 1 : 0]?.start ?? first.end, words.at(-1)?.end)
    pieces.push({ first: first.word, text: first.word === 'return' ? `select ${text}` : text })
    words = []
  }
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next()) {
    const { start, end } = lexer
    const word = kind === Kind.word || kind === Kind.mark ? body.slice(start, end).toLowerCase() : ''
    if (word === ';') close()
    else words.push({ start, end, word })
    // BEGIN opens the body and stands before its first statement.
    if (words.length === 1 && word === 'begin' && pieces.length === 0) words = []
  }
  close()
  return pieces
}
