/** What stands before the next token: it decides the space between them and whether a sign is unary. */
export const After = {
  /** Nothing, or something that takes no space after it: `(`, `[`, `.`, `::`. */
  opening: 0,
  /** A unary sign: glued to a number. */
  sign: 1,
  operator: 2,
  comma: 3,
  reserved: 4,
  keyword: 5,
  /** A name or a keyword used like one: a parenthesis after it is glued. */
  name: 6,
  operand: 7,
} as const
export type After = (typeof After)[keyof typeof After]
