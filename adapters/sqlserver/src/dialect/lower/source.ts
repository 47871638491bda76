import type { Statement } from '@sluice/core/statement/command'
import { miscounted } from '@sluice/reading/reader'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind, type Token } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import type { Source } from '../parser/protocol.ts'
import { type BatchContext, Cursor, type Leaf } from './cursor.ts'
import { grammar } from './grammar.ts'
import { readStatement } from './rules.ts'

/** Reads one statement by our grammar alone, and says what others are to confirm. Throws Unreadable. */
export const lowerSource = (
  source: Source,
): { readonly statement: Statement; readonly leaves: readonly Leaf[] } => {
  const lexer = new Lexer(source.text, true)
  const tokens: Token[] = []
  for (let token = lexer.next(); token.kind !== Kind.end; token = lexer.next()) tokens.push(token)
  const batch: BatchContext = {
    literals: source.literals,
    quotedIdentifier: source.quotedIdentifier,
    tainted: new Set(source.tainted),
    leaves: [],
    assigned: [],
    parameters: new Map(),
    depth: 0,
  }
  const cursor = new Cursor(tokens, batch, grammar)
  const statement = readStatement(cursor, true)
  if (!cursor.done) throw new Unreadable(miscounted)
  return { statement, leaves: batch.leaves }
}
