import type { Name, Node } from './node.ts'
import type { Query, TableRef } from './query.ts'

/** `a`, `t.a`, `s.t.a`: may turn out to be a whole row (`SELECT c FROM customers c`) when bound. */
export type ColumnRef = Node<'column-ref'> & { readonly name: Name }

/** `*` or `t.*`, in a select list, in RETURNING, in a row constructor. */
export type Star = Node<'star'> & { readonly qualifier: Name }

/** A constant. `slot` is its ordinal among the literals of the canonical text; `value` is there only in
 * statements that are read with their literals (see `Reading.literals`). */
export type Literal = Node<'literal'> & {
  readonly type: 'string' | 'number' | 'boolean' | 'bit' | 'temporal' | 'null'
  readonly slot?: number
  readonly value?: string
}

/** A placeholder for a bind value; `index` counts from 1. */
export type Param = Node<'param'> & { readonly index: number }

/**
 * A function, aggregate or window call. `current_user` and its like are calls without arguments. What the grammar
 * calls without looking a name up (COALESCE, XMLELEMENT …) has the system's schema in its name. The sort keys of
 * WITHIN GROUP are arguments too: their values are aggregated.
 */
export type Call = Node<'call'> & {
  readonly name: Name
  readonly args: readonly Expression[]
  /** For calls with `name => value`: the name of each argument, null for one given by position. */
  readonly argNames?: readonly (string | null)[]
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly SortKey[]
  readonly filter?: Expression
  readonly over?: Window
  /** The sequence whose next or last value it takes, where that is named like a table. */
  readonly sequence?: TableRef
  /** Types that the statement has it make values of. An empty name: a type that cannot be told. */
  readonly makes?: readonly Name[]
  /** The variable of the session that it reads; with an argument, that is given it. Alike for names that are the same one. */
  readonly variable?: string
}

/** `PARTITION BY … ORDER BY …`, inline or named. Frame bounds are part of `bounds`. */
export type Window = Node<'window'> & {
  readonly name?: string
  readonly refersTo?: string
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortKey[]
  readonly bounds: readonly Expression[]
}

/** One key of an ORDER BY. `using`: the operator that orders, its schema before it, where that is not the type's own. */
export type SortKey = Node<'sort-key'> & {
  readonly expression: Expression
  readonly descending: boolean
  readonly using?: Name
}

/**
 * Any operator, by its SQL spelling in lower case: `=`, `||`, `and`, `or`, `not`, `like`, `ilike`, `similar to`,
 * `between`, `in`, `is null`, `is true`, `is distinct from`, `at time zone`, `collate` …
 * Operands in source order; `in` and `between` have the tested value first.
 */
export type Operator = Node<'operator'> & {
  readonly op: string
  readonly schema?: string
  readonly operands: readonly Expression[]
}

/** A cast, however it is spelled. `array` for `type[]`. */
export type Cast = Node<'cast'> & {
  readonly operand: Expression
  readonly type: Name
  readonly array: boolean
}

/** CASE. With `subject`: `CASE x WHEN …`. */
export type Case = Node<'case'> & {
  readonly subject?: Expression
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise?: Expression
}

/** A query used as a value. `test` and `op` are there for `x IN (…)`, `x = ANY (…)`, `x < ALL (…)`. */
export type SubqueryExpression = Node<'subquery'> & {
  readonly mode: 'scalar' | 'exists' | 'any' | 'all' | 'array'
  readonly op?: string
  readonly test?: Expression
  readonly query: Query
}

/** A row constructor. */
export type Row = Node<'row'> & { readonly fields: readonly Expression[] }
/** `ARRAY[…]`. */
export type ArrayExpression = Node<'array'> & { readonly elements: readonly Expression[] }

/** `(expr).field`, or `(expr).*` when `field` is `*`. */
export type FieldSelect = Node<'field-select'> & { readonly operand: Expression; readonly field: string }

/** `expr[i]`, `expr[i:j]`. */
export type Subscript = Node<'subscript'> & {
  readonly operand: Expression
  readonly indexes: readonly Expression[]
}

/** The keyword DEFAULT in an assignment or a VALUES row. */
export type Default = Node<'default'>

/** Any expression. */
export type Expression =
  | ColumnRef
  | Star
  | Literal
  | Param
  | Call
  | Operator
  | Cast
  | Case
  | SubqueryExpression
  | Row
  | ArrayExpression
  | FieldSelect
  | Subscript
  | Default
