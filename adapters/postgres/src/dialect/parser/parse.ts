import { Unreadable } from '@sluice/reading/unreadable'
import { type ParseResult, parsePlPgSQLSync, parseSync, SqlError } from 'libpg-query'

/** A name or a keyword; a value that somebody wrote without quotes, as a key or a number, is seldom of letters alone. */
const WORD = / at or near "([A-Za-z_]{1,30})"$/

/** The parser's message without the text that it quotes: that may be a literal. */
const messageOf = (error: Error): string => error.message.replace(/( at or near)? *".*$/s, '')

/** With the word at which a text is wrong, since whoever mistyped it looks for it. Behind the first, literals may be bare. */
const nearWord = (error: Error, text: string, literals: boolean): string => {
  const word = WORD.exec(error.message)?.[1]
  const said = messageOf(error)
  return word === undefined || (literals && !text.startsWith(word)) ? said : `${said} at or near \`${word}\``
}

/** libpg's tree of a text, which holds literals or does not. Throws Unreadable where it is not accepted. */
export const parseSql = (text: string, literals: boolean): ParseResult => {
  try {
    return parseSync(text)
  } catch (error) {
    if (error instanceof SqlError)
      throw new Unreadable(`not accepted by the parser: ${nearWord(error, text, literals)}`)
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
