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
