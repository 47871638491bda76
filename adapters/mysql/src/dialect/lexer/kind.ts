/** Kinds of token, after the lexer of MySQL (sql/sql_lex.cc). Numbers, so that hot loops compare integers. */
export const Kind = {
  end: 0,
  /** An identifier or a keyword, unquoted. */
  word: 1,
  /** An identifier in backticks, or in double quotes under ANSI_QUOTES. */
  quoted: 2,
  string: 3,
  number: 4,
  /** `X'…'`, `0x…`, `B'…'`, `0b…`. */
  bit: 5,
  /** `?` */
  param: 6,
  /** `@name` in any quoting. */
  userVariable: 7,
  /** `@@name`, the scope not included. */
  systemVariable: 8,
  operator: 9,
  /** One of `( ) { } , ; .`. */
  mark: 10,
} as const

export type Kind = (typeof Kind)[keyof typeof Kind]
