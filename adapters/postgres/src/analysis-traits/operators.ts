const SYMBOLS = `
  !! !~ !~* !~~ !~~* # ## #- #> #>> % & && &< &<| &> * *< *<= *<> *= *> *>= + - -> ->> -|- / < <-> << <<= <<| <=
  <> <@ <^ = > >= >> >>= >^ ? ?# ?& ?- ?-| ?| ?|| @ @-@ @> @? @@ @@@ ^ ^@ | |&> |/ |>> || ||/ ~ ~* ~<=~ ~<~ ~= ~>=~
  ~>~ ~~ ~~* != !
`

const WORDS = `
  and, or, not, in, not in, like, not like, ilike, not ilike, similar to, not similar to, between, not between,
  between symmetric, not between symmetric, is null, is not null, is true, is not true, is false, is not false,
  is unknown, is not unknown, is distinct from, is not distinct from, is document, is json, is normalized, collate,
  at time zone, current of, overlaps
`

const OPERATORS: ReadonlySet<string> = new Set([
  ...SYMBOLS.trim().split(/\s+/),
  ...WORDS.trim().split(/,\s+/),
])

/** Operators of pg_catalog (pg_operator, PostgreSQL 13 to 18) and the SQL words that the grammar makes operators of. */
export const isBuiltinOperator = (operator: string): boolean => OPERATORS.has(operator)

/**
 * The grammar and the analysis of expressions look these operators up by their bare names, along the search path (gram.y,
 * a_expr; parse_expr.c, transformAExprBetween, transformCaseExpr, make_distinct_op; parse_clause.c,
 * transformJoinUsingClause). What sorts and groups is found by the type instead, in its default operator class, which only a
 * superuser can make.
 */
const BEHIND: ReadonlyMap<string, readonly string[]> = new Map([
  ['in', ['=']],
  ['not in', ['<>']],
  ['is distinct from', ['=']],
  ['is not distinct from', ['=']],
  ['case', ['=']],
  ['nullif', ['=']],
  ['using', ['=']],
  ['between', ['>=', '<=']],
  ['between symmetric', ['>=', '<=']],
  ['not between', ['<', '>']],
  ['not between symmetric', ['<', '>']],
  ['like', ['~~']],
  ['not like', ['!~~']],
  ['ilike', ['~~*']],
  ['not ilike', ['!~~*']],
  ['similar to', ['~']],
  ['not similar to', ['!~']],
])

/** The operators that PostgreSQL looks up by name where a word is written; undefined: none. */
export const operatorsBehind = (word: string): readonly string[] | undefined => BEHIND.get(word)
