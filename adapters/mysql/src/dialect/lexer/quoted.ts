import { Unreadable } from '@sluice/reading/unreadable'

/** The offset after the quote that closes what opens at `open`; a doubled quote does not close. */
export const quotedEnd = (text: string, open: number, escapes: boolean): number => {
  const quote = text.charCodeAt(open)
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
export const unquote = (quoted: string, escapes: boolean): string => {
  const quote = quoted[0] ?? ''
  const inside = quoted.slice(1, -1)
  if (!escapes || !inside.includes('\\')) return inside.replaceAll(quote + quote, quote)
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
