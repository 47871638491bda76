import type { ReadStatement } from '../statement/reading.ts'
import type { Label } from './label.ts'
import type { TypeShapes } from './type-shape.ts'

/** A column as the database declares it. Columns are compared by identity within one catalog version. */
export type Column = {
  readonly relation: RelationRef
  readonly name: string
  /** The database's own ordinal (PostgreSQL attnum, counting from 1, gaps where columns were dropped). */
  readonly ordinal: number
  /** The database's name of the type, e.g. `text`, `numeric`, `app.email`. */
  readonly type: string
  /** What the type is declared with, as the database counts it (PostgreSQL: `atttypmod`). Absent: nothing. */
  readonly modifier?: number
  readonly comment?: string
  readonly labels: readonly Label[]
  /** True where only its name reaches it: `*`, NATURAL and an INSERT without names leave it out (MySQL: INVISIBLE). */
  readonly hidden?: true
  /** Of a view's column, and of a table's generated one: the base columns that feed it. Absent on others of tables. */
  readonly derivedFrom?: Derivation
  /** Of the family of its table, those that have the column as well. Absent: none. */
  readonly family?: readonly RelationRef[]
}

/** What a labeller sees of a column. */
export type ColumnDescription = {
  readonly schema: string
  readonly relation: string
  readonly relationType: Relation['type']
  readonly system: boolean
  readonly name: string
  readonly type: string
  readonly comment?: string
}

/** Labels a column. Must be pure: it is asked once per column and catalog version. */
export type Labeller = (column: ColumnDescription) => readonly Label[]

/** Which relation: by name, and by the database's own id. */
export type RelationRef = { readonly schema: string; readonly name: string; readonly id: number }

/** Tables that share rows with one: it is a part of them or inherits from them, or they from it, over any number of steps. */
export type Family = {
  /** Its rows are theirs too. */
  readonly ancestors: readonly RelationRef[]
  /** These, and behind them those whose rows are its own too, but for ONLY. */
  readonly all: readonly RelationRef[]
}

/** What a computed value comes from. */
export type Derivation = {
  /** Base columns that feed the value, and the columns of other views that it comes through. */
  readonly sources: readonly Column[]
  /** True where something that cannot be followed feeds it too. */
  readonly unknown: boolean
  /** True where the value is the one source column's own, unchanged. */
  readonly direct: boolean
  /** Of a generated column: whether it can be made tells of the value. Absent: it always can. */
  readonly tells?: true
}

/** A table or a view. */
export type Relation = RelationRef & {
  readonly type: 'table' | 'view' | 'materialized view' | 'foreign table' | 'sequence'
  /** Columns in the database's own order: what `*` stands for. */
  readonly columns: readonly Column[]
  /** True for a database's own catalogs. */
  readonly system: boolean
  /** Tables that its rows belong to as well, by id: it is a part of them or inherits from them. Absent: none. */
  readonly parents?: readonly number[]
  /** All that it shares rows with through parents. Absent: none. */
  readonly family?: Family
  /** What using it calls: a view's definition all that is not pure, a table's policies and indexes what does more than look. */
  readonly functions?: readonly CalledFunction[]
  /** What writing it calls as well that does more than look. Absent: nothing. */
  readonly whenWritten?: readonly CalledFunction[]
  /** For a table: its policies or indexes run code of the users' own, which may only look. */
  readonly ownCode?: true
  /** For a view: the columns that decide which rows it has. Absent: none. */
  readonly conditions?: readonly Column[]
  /** For a view: the tables and views that its definition names, by id. Absent: none. */
  readonly over?: readonly number[]
  /** For a view: what its rows, their order and its errors tell, beside what it shows. Absent: nothing. */
  readonly tells?: readonly Told[]
}

/**
 * How much is told of a value: whether it equals one that somebody may know already, or more. `unique`: whether it stands in
 * its table twice, which keys of any table tell.
 */
export type Telling = 'unique' | 'equality' | 'more'

/** What is told of a column's values. `column` undefined: of one that could not be followed. */
type Told = { readonly column: Column | undefined; readonly telling: Telling }

/**
 * A function that something calls, by what its name leads to and not as it is written. `schema`: empty where the system's
 * own functions have none, or where it is not known. `blessed`: its value is as a reviewer says.
 */
export type CalledFunction = {
  readonly schema: string
  readonly name: string
  readonly effect: FunctionEffect
  readonly blessed?: true
}

/** A user function: `effect` is what its declaration and body prove, or a reviewer says. */
export type Routine = {
  readonly schema: string
  readonly name: string
  readonly effect: FunctionEffect
  /** What a reviewer says of its value. Absent: only what its body proves. */
  readonly blessed?: BlessedValue
  /** A trigger's function that reads and tells nothing of any row, whatever table it is called for. */
  readonly stamps?: true
}

/** What a blessed function's value shows. */
export type BlessedValue = {
  /** Stands for the value, with the labels it is said to have. Absent: it shows what its arguments show. */
  readonly shows?: Column
  /** In FROM: the names of the columns it makes, where they are certain. */
  readonly columns?: readonly string[]
}

/** What calling a function can do, the worst of it. */
export type FunctionEffect =
  | 'pure'
  | 'reads'
  | 'writes'
  | 'sequence'
  | 'session'
  | 'file'
  | 'network'
  | 'program'
  | 'dynamic'
  | 'admin'
  | 'unknown'

/** What is known of one database at one moment: a value. A new reading is a new version. */
export type Catalog = {
  readonly version: number
  readonly database: string
  /** Tells this database from a copy of it whose ids are others. Absent: it has none. */
  readonly identity?: string
  /**
   * True where the database shows no ids: a relation's is made of its name, and a column keeps its name while its
   * ordinal changes. What is renamed is another one. Absent: ids last.
   */
  readonly idsAreNames?: true
  /** Which schemas there are and who may use them: where it differs, a search path may lead elsewhere. Absent: not known. */
  readonly schemas?: string
  /**
   * False where code of the users' own runs at definitions only if they, or the tables that they name, tell of it: none does
   * at every definition, or compares or converts values. Absent: it is not known.
   */
  readonly definitionsRun?: boolean
  relation(schema: string, name: string): Relation | undefined
  /** By the database's own id (PostgreSQL: pg_class.oid). */
  relationById(id: number): Relation | undefined
  routines(schema: string, name: string): readonly Routine[]
  /** True where a routine has the name, in whichever schema; `beside`: one that does not stamp. Absent: it is not known. */
  hasRoutine?(name: string, beside?: 'stamps'): boolean
  readonly relations: readonly Relation[]
  /** Labels the columns of a table that is about to be made. Absent: nobody knows how. */
  readonly labeller?: Labeller
  /** The types that users and extensions made. Absent: none are known. */
  readonly types?: TypeShapes
  /** Types whose values run code when they are made, as `Column.type` spells them. Absent: none do. */
  readonly running?: ReadonlyMap<string, RunningType>
  /** Which values the database itself brings from column to column, whoever writes. Absent: none. */
  readonly standing?: readonly StandingMove[]
  /** What writing does by itself. Absent: nothing. */
  readonly writing?: Writing
  /** What is told of a column's value by its coming into another: by that one's type, rules of its table, views. Absent: nothing. */
  readonly tells?: (target: Column, source: Column) => Telling | undefined
  /** What calling a function reads and moves, as far as its body tells. Absent: nothing is known of any. */
  code?(schema: string, name: string): CodeMoves | undefined
  /** The same of a function that a statement is about to make. Absent: nothing is known of any. */
  defined?(read: ReadStatement): CodeMoves | undefined
}

/** A type whose values run code when they are made. */
export type RunningType = {
  readonly effect: FunctionEffect
  /** True where values of such a type stand in its own: an array, a row, a range. */
  readonly holds: boolean
}

/** A column that a statement writes and the catalog does not have: of a table that is made now or was a moment ago. */
export type FlowPlace = {
  /** Empty: not known. */
  readonly schema: string
  readonly table: string
  /** Its name; absent: not known for sure. */
  readonly column?: string
  /** Its place in the table, counting from 1; absent with `column`: any of its columns. */
  readonly ordinal?: number
  /** True where the statement makes the table. */
  readonly made: boolean
  /**
   * True for a table that the catalog has, and a column that it does not have: the open transaction added it. Without
   * `column`: any of the table's, those that it added among them.
   */
  readonly added?: true
}

/** One end of a move: a column of the catalog, or a place that it does not have yet. */
export type End = Column | FlowPlace

/**
 * What code of the users' own that runs by itself may say in errors. `traced`: anything, but the database adds where it was
 * said, and not to what it says itself (PostgreSQL: CONTEXT). `values`: of any row, under the code that the database gives.
 */
export type Speech = 'traced' | 'values' | 'anything'

/** What the database does by itself when somebody writes. */
export type Writing = {
  /** Tables and views that run code of the users' own then, by id: triggers, rules, checks, defaults. */
  readonly running: ReadonlyMap<number, Speech>
  /** Those of them that may run some of it as a statement is planned: all but triggers. Absent: none. */
  readonly planned?: ReadonlySet<number>
  /** What the worst of all says, where it cannot be told what runs. */
  readonly speech: Speech
  /** What tables say that the catalog does not have yet. Absent: `traced`. */
  readonly unknown?: Speech
  /** What the actions of foreign keys write, by the id of the table that is referred to. */
  readonly keys: ReadonlyMap<number, readonly KeyAction[]>
  /** What triggers and rules bring into columns, by the id of the table that is written. Absent: nothing is known of any. */
  readonly brings?: ReadonlyMap<number, readonly StandingMove[]>
  /** Error codes that stand in code of the users' own. */
  readonly codes: ReadonlySet<string>
}

/** A foreign key: the table that has it, by id, and what is done to the one referred to that changes it too. */
export type KeyAction = { readonly relation: number; readonly on: ReadonlySet<RowChange> }

/** What is done to rows that are there. */
export type RowChange = 'update' | 'delete' | 'truncate'

/** Values that triggers, rules, defaults, checks and keys bring into a column. */
export type StandingMove = {
  readonly source: End
  readonly target: End
  /** True where they are the source's own, unchanged. */
  readonly direct: boolean
}

/** What code does with columns when it is called. */
export type CodeMoves = {
  /** What it looks at. */
  readonly reads: readonly End[]
  readonly moves: readonly StandingMove[]
  /** What it writes: what it is given may come into that. */
  readonly writes: readonly End[]
}
