/**
 * Kinds of token. The names of PostgreSQL's scanner (src/backend/parser/scan.l) are in the comments.
 * Numbers, so that the lexer's hot loop compares integers.
 */
export const Kind = {
  end: 0,
  /** IDENT or a keyword, unquoted. */
  word: 1,
  /** IDENT in double quotes. */
  quoted: 2,
  /** UIDENT: `U&"…"`. */
  unicodeQuoted: 3,
  /** SCONST `'…'` without backslash escapes. */
  string: 4,
  /** SCONST `E'…'`, or `'…'` while standard_conforming_strings is off. */
  escapeString: 5,
  /** USCONST: `U&'…'`. */
  unicodeString: 6,
  /** SCONST `$tag$…$tag$`. */
  dollarString: 7,
  /** BCONST `B'…'` and XCONST `X'…'`. */
  bit: 8,
  /** ICONST or FCONST. */
  number: 9,
  /** PARAM `$1`. */
  param: 10,
  /** Op and every operator-like token: `+`, `<=`, `::`, `:=`, `=>`, `..`, `:`. */
  operator: 11,
  /** One of `( ) [ ] , ; .`. */
  mark: 12,
} as const

export type Kind = (typeof Kind)[keyof typeof Kind]
