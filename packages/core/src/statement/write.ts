import type { Expression } from './expression.ts'
import type { Node } from './node.ts'
import type { FromItem, Query, TableRef, Target, With } from './query.ts'

/** `column = value`; more than one column for `(a, b) = (…)`, whose value is a row or a subquery. */
export type Assignment = Node<'assignment'> & {
  readonly columns: readonly string[]
  readonly value: Expression
}

/**
 * What `old` and `new` are called in RETURNING, where it renames them: `RETURNING WITH (OLD AS o, NEW AS n)`. Both
 * stand for rows of the target.
 */
export type ReturningNames = { readonly old: string; readonly new: string }

/** INSERT. */
export type Insert = Node<'insert'> & {
  readonly with?: With
  readonly target: TableRef
  readonly columns: readonly string[]
  /** Absent for DEFAULT VALUES. */
  readonly source?: Query
  readonly onConflict?: OnConflict
  readonly returning: readonly Target[]
  readonly returningNames?: ReturningNames
}

/** ON CONFLICT … DO UPDATE, or DO NOTHING where `assignments` is empty. */
export type OnConflict = Node<'on-conflict'> & {
  readonly arbiter: readonly Expression[]
  readonly assignments: readonly Assignment[]
  readonly where?: Expression
}

/** UPDATE. */
export type Update = Node<'update'> & {
  readonly with?: With
  readonly target: TableRef
  readonly assignments: readonly Assignment[]
  readonly from: readonly FromItem[]
  /** The target stands in `from` too, and only there columns are looked up: it is one table, not two. */
  readonly targetInFrom?: boolean
  readonly where?: Expression
  /** LIMIT or TOP. */
  readonly limit?: Expression
  readonly returning: readonly Target[]
  readonly returningNames?: ReturningNames
}

/** DELETE. */
export type Delete = Node<'delete'> & {
  readonly with?: With
  readonly target: TableRef
  readonly using: readonly FromItem[]
  /** See `Update`. */
  readonly targetInFrom?: boolean
  readonly where?: Expression
  /** LIMIT or TOP. */
  readonly limit?: Expression
  readonly returning: readonly Target[]
  readonly returningNames?: ReturningNames
}

/** MERGE. */
export type Merge = Node<'merge'> & {
  readonly with?: With
  readonly target: TableRef
  readonly source: FromItem
  readonly on: Expression
  readonly actions: readonly MergeAction[]
  /** TOP. */
  readonly limit?: Expression
  readonly returning: readonly Target[]
  readonly returningNames?: ReturningNames
}

/** One WHEN of a MERGE. */
export type MergeAction = Node<'merge-action'> & {
  readonly action: 'insert' | 'update' | 'delete' | 'nothing'
  /** WHEN NOT MATCHED BY SOURCE: rows of the target that no row of the source finds. */
  readonly bySource?: boolean
  readonly condition?: Expression
  /** For insert: the columns named, and the values beside them. */
  readonly columns: readonly string[]
  readonly values: readonly Expression[]
  /** For update. */
  readonly assignments: readonly Assignment[]
}
