import type { Expression, SortKey } from './expression.ts'
import type { Name, Node } from './node.ts'
import type { FromItem, Query, TableRef, Target, With } from './query.ts'

/** `column = value`; more than one column for `(a, b) = (…)`, whose value is a row or a subquery. */
export type Assignment = Node<'assignment'> & {
  readonly columns: readonly string[]
  readonly value: Expression
  /** In a `JoinedUpdate`: the table whose columns they are, by its alias or name, where that is said. */
  readonly qualifier?: Name
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
  /** Rows with the same key are deleted first. */
  readonly replaces?: true
}

/** ON CONFLICT … DO UPDATE, or DO NOTHING where `assignments` is empty. */
export type OnConflict = Node<'on-conflict'> & {
  readonly arbiter: readonly Expression[]
  readonly assignments: readonly Assignment[]
  readonly where?: Expression
  /** What the row that was to be inserted is called; absent: `excluded`. */
  readonly excluded?: readonly string[]
  /** Names for its columns in place of the table's own. */
  readonly excludedColumns?: readonly string[]
  /** True where the assignments see the tables of the INSERT's own SELECT too. */
  readonly seesSource?: boolean
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
  /** The order in which rows are taken until `limit`. */
  readonly orderBy?: readonly SortKey[]
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
  /** The order in which rows are taken until `limit`. */
  readonly orderBy?: readonly SortKey[]
  readonly limit?: Expression
  readonly returning: readonly Target[]
  readonly returningNames?: ReturningNames
}

/**
 * UPDATE of what a join makes, as MySQL has it: every table of the join may be written, and which one is, each
 * assignment says.
 */
export type JoinedUpdate = Node<'joined-update'> & {
  readonly with?: With
  readonly from: readonly FromItem[]
  readonly assignments: readonly Assignment[]
  readonly where?: Expression
  readonly orderBy: readonly SortKey[]
  readonly limit?: Expression
}

/** DELETE of the rows that some of the tables of a join have in it; `targets` are their aliases or names. */
export type JoinedDelete = Node<'joined-delete'> & {
  readonly with?: With
  readonly targets: readonly Name[]
  readonly from: readonly FromItem[]
  readonly where?: Expression
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

/** A statement that writes rows into one table. */
export type Write = Insert | Update | Delete | Merge

/** Whether a node of the tree is one. */
export const isWrite = <N extends Node<string>>(node: N): node is Extract<N, Write> =>
  node.kind === 'insert' || node.kind === 'update' || node.kind === 'delete' || node.kind === 'merge'

/** Which rows an UPDATE or DELETE takes. */
export type Taken = Pick<Update, 'where' | 'orderBy' | 'limit'>
