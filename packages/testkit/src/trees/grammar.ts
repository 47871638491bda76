import type { Name } from '@sluice/core/statement/node'

/** A type as it stands in a cast, and the name that the dialect's reader gives it. */
type CastType = { readonly sql: string; readonly name: Name }

/** What a dialect's SQL has of all that the tree can hold: only such trees are made for it. */
export type TreeGrammar = {
  /** Names of tables, columns and aliases, folded as the dialect folds them. Take some that need quotes. */
  readonly names: readonly string[]
  /** Functions that the dialect's reader leaves as plain calls. */
  readonly functions: readonly string[]
  readonly types: readonly CastType[]
  /** Operators between two values, beside comparisons. */
  readonly valueOperators: readonly string[]
  /** Operators between two values that make a condition. */
  readonly comparisons: readonly string[]
  /** A condition may stand where a value stands (`SELECT a = b`), and a value where a condition does. */
  readonly conditionsAreValues: boolean
  readonly joins: readonly ('inner' | 'left' | 'right' | 'full' | 'cross')[]
  readonly joinUsing: boolean
  readonly naturalJoin: boolean
  readonly lateral: boolean
  readonly distinctOn: boolean
  /** `fn(…) FILTER (WHERE …)`. */
  readonly filter: boolean
  readonly windows: boolean
  readonly rows: boolean
  readonly arrays: boolean
  /** VALUES as a statement and in FROM. */
  readonly valuesQueries: boolean
  readonly setOperations: readonly ('union' | 'intersect' | 'except')[]
  /** `INTERSECT ALL` and `EXCEPT ALL` beside `UNION ALL`. */
  readonly allOfAnySet: boolean
  readonly limit: boolean
  /** OFFSET without LIMIT, and either of them without ORDER BY. */
  readonly freeOffset: boolean
  /** ORDER BY and LIMIT in subqueries and in the branches of set operations. */
  readonly orderedSubqueries: boolean
  /** WITH in front of a statement; `recursive` is written where the dialect has the word. */
  readonly with: boolean
  readonly recursive: boolean
  /** `true` and `false`. */
  readonly booleans: boolean
  readonly params: boolean
  readonly returning: boolean
  readonly onConflict: boolean
  readonly updateFrom: boolean
  readonly deleteUsing: boolean
  /** `SET (a, b) = (SELECT …)`. */
  readonly tupleAssignments: boolean
  /** DEFAULT in an assignment or a row of INSERT. */
  readonly defaults: boolean
  readonly merge: boolean
}

/** How a dialect writes what others write another way; the rest is common SQL. */
export type TreeStyle = {
  /** A name with quotes where it needs them. */
  readonly name: (name: string) => string
  readonly param: (index: number) => string
  /** The SQL of a cast's type, from `TreeGrammar.types`. */
  readonly type: (name: Name) => string
  /** The function's name as it is called; most are called by their last part. */
  readonly call: (name: Name) => string
  /** The clause of `LIMIT` and `OFFSET`, however the dialect says it. */
  readonly limit: (limit: string | undefined, offset: string | undefined) => string
  /** `WITH RECURSIVE`, or what stands for it. */
  readonly with: (recursive: boolean) => string
  readonly row: (fields: string) => string
}
