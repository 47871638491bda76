import { serveParser } from '@sluice/reading/serve-parser'
import { Unreadable } from '@sluice/reading/unreadable'
import { loadModule, type ParseResult, parseSync, SqlError } from 'libpg-query'
import { lower, type Source } from '../lower/lower.ts'

/** The parser's message without the text that it quotes: that may be a literal. */
const messageOf = (error: SqlError): string => error.message.replace(/( at or near)? *".*$/s, '')

const parsed = (text: string): ParseResult => {
  try {
    return parseSync(text)
  } catch (error) {
    if (error instanceof SqlError) throw new Unreadable(`not accepted by the parser: ${messageOf(error)}`)
    throw error
  }
}

await loadModule()
serveParser((source: Source, treeDepth) => lower(parsed(source.text), source, treeDepth))
