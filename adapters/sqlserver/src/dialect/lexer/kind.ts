/** Kinds of token (Transact-SQL reference, "Transact-SQL syntax conventions" and "Database identifiers"). */
export const Kind = {
  end: 0,
  /** A regular identifier or a keyword, `#temp` and `$action` among them. */
  word: 1,
  /** `[…]`, or `"…"` while QUOTED_IDENTIFIER is ON. */
  quoted: 2,
  /** `'…'` and `N'…'`, or `"…"` while QUOTED_IDENTIFIER is OFF. */
  string: 3,
  /** An integer, decimal, float or money constant. */
  number: 4,
  /** `0x…`. */
  binary: 5,
  /** `@x` and `@@x`. */
  variable: 6,
  operator: 7,
  /** One of `( ) , ; . :`. */
  mark: 8,
} as const

export type Kind = (typeof Kind)[keyof typeof Kind]

/** One token. */
export type Token = {
  readonly kind: Kind
  /** What the grammar compares: words and names folded, operators and marks as written, literals as written. */
  readonly value: string
  /** `[start, end)` of the text it came from. */
  readonly start: number
  readonly end: number
}
