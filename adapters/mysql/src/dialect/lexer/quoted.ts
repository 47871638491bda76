import { Unreadable } from '@sluice/reading/unreadable'
import type { MysqlModes } from '../modes.ts'

/** What says how a text in quotes is read. */
export type QuoteModes = Pick<MysqlModes, 'ansiQuotes' | 'noBackslashEscapes'>

/**
 * Whether a backslash in what this character opens takes the next one along: in strings only, and a text in `"` is none
 * under ANSI_QUOTES, behind an `@` neither (MY_LEX_USER_END and MY_LEX_STRING_OR_DELIMITER of sql/sql_lex.cc).
 */
const escapesIn = (quote: number, modes: QuoteModes): boolean =>
  !modes.noBackslashEscapes && (quote === 39 || (quote === 34 && !modes.ansiQuotes))

/** The offset after the quote that closes what opens at `open`; a doubled quote does not close. */
export const quotedEnd = (text: string, open: number, modes: QuoteModes): number => {
  const quote = text.charCodeAt(open)
  const escapes = escapesIn(quote, modes)
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 92 && escapes) at++
    else if (code === quote) {
      if (text.charCodeAt(at + 1) !== quote) return at + 1
      at++
    }
  }
  throw new Unreadable(
    quote === 96 ? 'a quoted identifier is not terminated' : 'a quoted string is not terminated',
  )
}

const controls: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
}

/** The value between quotes ("String Literals" in MySQL's manual). `\%` and `\_` keep their backslash. */
export const unquote = (quoted: string, modes: QuoteModes): string => {
  const quote = quoted[0] ?? ''
  const inside = quoted.slice(1, -1)
  if (!inside.includes('\\') || !escapesIn(quoted.charCodeAt(0), modes))
    return inside.replaceAll(quote + quote, quote)
  return inside.replace(/\\([^])|''|""|``/g, (found, escaped: string | undefined) => {
    if (escaped === undefined) return found[0] === quote ? quote : found
    if (escaped === '%' || escaped === '_') return found
    return controls[escaped] ?? escaped
  })
}

/** A string constant of this value that every reader takes for the same, whatever it knows of backslashes. */
export const quoteString = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** An identifier in backticks. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``
