import type { Statement } from '@sluice/core/statement/command'
import { miscounted } from '@sluice/reading/reader'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind, type Token } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { type BatchContext, Cursor } from '../lower/cursor.ts'
import { grammar } from '../lower/grammar.ts'
import { readStatement } from '../lower/rules.ts'
import { confirmLeaf } from './agree.ts'
import type { Source } from './protocol.ts'

/** Reads one statement and has every query and write in it confirmed. Throws Unreadable. */
export const readSource = (source: Source): Statement => {
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
  for (const leaf of batch.leaves) confirmLeaf(leaf)
  return statement
}
