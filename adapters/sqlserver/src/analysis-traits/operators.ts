const SYMBOLS = '+ - * / % & | ^ ~ = <> < > <= >='

const WORDS = `
  and, or, not, in, not in, like, not like, between, not between, is null, is not null, is distinct from,
  is not distinct from, current of, collate, at time zone
`

const OPERATORS: ReadonlySet<string> = new Set([...SYMBOLS.split(' '), ...WORDS.trim().split(/,\s+/)])

/** Transact-SQL has no operators of users: these are all. */
export const isBuiltinOperator = (operator: string): boolean => OPERATORS.has(operator)
