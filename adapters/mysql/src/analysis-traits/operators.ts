const SYMBOLS = '! % & * + - -> ->> / < << <= <=> <> = > >= >> ^ | || ~'

const WORDS = `
  and, or, xor, not, div, in, not in, like, not like, regexp, not regexp, between, not between, sounds like, member of,
  is null, is not null, is true, is not true, is false, is not false, is unknown, is not unknown, collate, interval
`

const OPERATORS: ReadonlySet<string> = new Set([...SYMBOLS.split(' '), ...WORDS.trim().split(/,\s+/)])

/** Every operator there is: MySQL and MariaDB let nobody add one. */
export const isBuiltinOperator = (operator: string): boolean => OPERATORS.has(operator)
