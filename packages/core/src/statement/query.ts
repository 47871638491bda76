import type { Expression, SortKey, Window } from './expression.ts'
import type { Name, Node } from './node.ts'
import type { Delete, Insert, Merge, Update } from './write.ts'

/** Anything that gives rows without writing. */
export type Query = Select | SetOperation | Values

/** SELECT. */
export type Select = Node<'select'> & {
  readonly with?: With
  readonly distinct: boolean
  /** The expressions of `DISTINCT ON (…)`. */
  readonly distinctOn: readonly Expression[]
  readonly targets: readonly Target[]
  readonly from: readonly FromItem[]
  readonly where?: Expression
  readonly groupBy: readonly Expression[]
  readonly having?: Expression
  readonly windows: readonly Window[]
  readonly orderBy: readonly SortKey[]
  readonly limit?: Expression
  readonly offset?: Expression
  /** FOR UPDATE, FOR SHARE and their like: the rows are locked. */
  readonly locks: boolean
  /** `SELECT … INTO table`: the query creates this table. */
  readonly into?: TableRef
}

/** UNION, INTERSECT, EXCEPT of two queries. */
export type SetOperation = Node<'set-operation'> & {
  readonly with?: With
  readonly op: 'union' | 'intersect' | 'except'
  readonly all: boolean
  readonly left: Query
  readonly right: Query
  readonly orderBy: readonly SortKey[]
  readonly limit?: Expression
  readonly offset?: Expression
  readonly locks: boolean
  /** INTO of its first query: all of it creates this table. */
  readonly into?: TableRef
}

/** VALUES as a query. */
export type Values = Node<'values'> & {
  readonly with?: With
  readonly rows: readonly (readonly Expression[])[]
  readonly orderBy: readonly SortKey[]
  readonly limit?: Expression
  readonly offset?: Expression
}

/** One item of a select list or of RETURNING. */
export type Target = Node<'target'> & { readonly expression: Expression; readonly alias?: string }

/** WITH: named queries for the statement behind it. */
export type With = Node<'with'> & { readonly recursive: boolean; readonly ctes: readonly Cte[] }

/** One named query of a WITH. */
export type Cte = Node<'cte'> & {
  readonly name: string
  readonly columns: readonly string[]
  readonly query: Query | Insert | Update | Delete | Merge
  /** SEARCH and CYCLE clauses add columns of their own; a CTE that has them has unknown lineage. */
  readonly extraColumns: boolean
}

/** Anything that stands in FROM. */
export type FromItem = TableRef | Join | Derived | FunctionTable | Pivot

/** A table or view by name. */
export type TableRef = Node<'table-ref'> & {
  readonly name: Name
  /** ONLY: without the rows of its partitions and of the tables that inherit from it. */
  readonly only?: true
  /** REFERENCES: it is looked up whether it has a key, and no value comes from it. */
  readonly keys?: true
  readonly alias?: string
  readonly columnAliases: readonly string[]
  /** The expressions of TABLESAMPLE. */
  readonly sample: readonly Expression[]
}

/** A join of two items. */
export type Join = Node<'join'> & {
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross'
  readonly natural: boolean
  readonly left: FromItem
  readonly right: FromItem
  readonly on?: Expression
  readonly using: readonly string[]
  /** `(a JOIN b) AS j`: hides the names inside. */
  readonly alias?: string
  readonly columnAliases: readonly string[]
  /** `JOIN … USING (…) AS u`. */
  readonly usingAlias?: string
}

/** A subquery in FROM. */
export type Derived = Node<'derived'> & {
  readonly query: Query
  readonly alias?: string
  readonly columnAliases: readonly string[]
  readonly lateral: boolean
}

/** A function in FROM, `ROWS FROM (…)`, XMLTABLE, JSON_TABLE: its columns have unknown lineage. */
export type FunctionTable = Node<'function-table'> & {
  /** True where `columnAliases` are all of its columns: each is fed by the arguments and nothing else. */
  readonly complete?: boolean
  /** WITH ORDINALITY adds a column. Absent: the reader cannot tell, so the columns cannot be counted. */
  readonly ordinality?: boolean
  readonly calls: readonly Expression[]
  readonly alias?: string
  readonly columnAliases: readonly string[]
  readonly lateral: boolean
}

/** PIVOT and UNPIVOT: columns of `source` go, and others that are computed of them come behind the rest. */
export type Pivot = Node<'pivot'> & {
  readonly source: FromItem
  /** The columns that go. */
  readonly consumed: readonly string[]
  /** The columns that come, and the ones that feed each. */
  readonly made: readonly { readonly name: string; readonly from: readonly string[] }[]
  readonly alias?: string
  readonly columnAliases: readonly string[]
}
