import { Unreadable } from '@sluice/reading/unreadable'
import { type ParseResult, parsePlPgSQLSync, parseSync, SqlError } from 'libpg-query'

/** The parser's message without the text that it quotes: that may be a literal. */
const messageOf = (error: Error): string => error.message.replace(/( at or near)? *".*$/s, '')

/** libpg's tree of a text. Throws Unreadable where it is not accepted. */
export const parseSql = (text: string): ParseResult => {
  try {
    return parseSync(text)
  } catch (error) {
    if (error instanceof SqlError) throw new Unreadable(`not accepted by the parser: ${messageOf(error)}`)
    throw error
  }
}

/**
 * What libpg makes of the PL/pgSQL of one DO or CREATE FUNCTION: JSON whose shape its types do not describe. Throws
 * Unreadable where it is not accepted.
 */
export const parsePlpgsql = (text: string): unknown => {
  try {
    return parsePlPgSQLSync(text)
  } catch (error) {
    // Its own errors are of no class of their own; a trap inside the parser is of another one.
    const own = error instanceof SyntaxError || (error instanceof Error && error.constructor === Error)
    if (own) throw new Unreadable(`not accepted by the parser: ${messageOf(error)}`)
    throw error
  }
}
