/** What stands before the next token: it decides the space between them and whether a sign is unary. */
export const After = {
  /** Nothing, or something that takes no space after it: `(`, `[`, `::`. */
  opening: 0,
  /** A dot: takes no space either, but a number glued to it would be another number. */
  dot: 1,
  /** A unary sign: glued to a number. */
  sign: 2,
  operator: 3,
  comma: 4,
  reserved: 5,
  keyword: 6,
  /** A name or a keyword used like one: a parenthesis after it is glued. */
  name: 7,
  operand: 8,
  /** A number: a dot glued to it would be its decimal point. */
  number: 9,
} as const
export type After = (typeof After)[keyof typeof After]
