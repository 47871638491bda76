import type { Telling } from '../catalog/catalog.ts'
import type { Call, Expression } from './expression.ts'
import type { Name, Node } from './node.ts'
import type { Query, TableRef } from './query.ts'
import type { Assignment, Delete, Insert, JoinedDelete, JoinedUpdate, Merge, Update } from './write.ts'

/** CREATE, ALTER, DROP, TRUNCATE, COMMENT, RENAME, REFRESH … of anything. */
export type Ddl = Node<'ddl'> & {
  readonly verb: 'create' | 'alter' | 'drop' | 'truncate' | 'comment' | 'refresh' | 'import'
  /** What is made or changed, in lower case: `table`, `index`, `view`, `function`, `role` … */
  readonly object: string
  /** The objects named; for an index or a trigger also the table it is on. */
  readonly names: readonly Name[]
  /** The table that an index, a trigger or statistics is made on, where the names do not hold it. */
  readonly on?: TableRef
  /** Tables read or written by it that are not among `names` (a foreign key's target, INHERITS …). */
  readonly tables: readonly TableRef[]
  /** Tables that statements kept for later write: a rule's actions, a routine's body. */
  readonly targets?: readonly TableRef[]
  /** The verbs of what it does beside: what CREATE SCHEMA makes and grants, what CREATE OR REPLACE drops with its rows. */
  readonly parts?: readonly string[]
  /** The query of CREATE TABLE AS, CREATE VIEW, CREATE MATERIALIZED VIEW. */
  readonly query?: Query
  /** Expressions that run: checks, index expressions. */
  readonly expressions: readonly Expression[]
  /** What comes into columns of the table that it makes or changes: defaults, what is generated, ALTER … USING. */
  readonly assignments?: readonly Assignment[]
  /** CREATE TABLE: those of both that are computed as it is made, as far as they can be: of partitions, and of generated columns. */
  readonly computes?: readonly Expression[]
  /** CREATE SCHEMA: what is made inside of it, by full names. */
  readonly elements?: readonly Ddl[]
  /** Tables whose rows are another's no more: DETACH PARTITION, NO INHERIT. */
  readonly leaving?: readonly Leaving[]
  readonly temporary: boolean
  /** ALTER TABLE: rows, or what a column has in all of them, are gone or other ones behind it. */
  readonly takesRows?: true
  /** Columns that stay and get another name, type, comment or table, or lose one, by which they are known; empty: all. */
  readonly relabels?: readonly string[]
  /** What rows that are there, or come at once, are put in order or into parts by: columns, and other words. */
  readonly arrangedBy?: readonly string[]
  /** Keys and exclusions of a table that is there: what its rows have in these columns decides whether they may be made. */
  readonly keys?: readonly KeyColumns[]
  /** Columns that go or get another name, so that others may take theirs. */
  readonly frees?: readonly string[]
  /** A column's old name and its new one, where ids are not names. */
  readonly renamesColumn?: readonly [from: string, to: string]
  /** Where ids are names: what is under which other names from now on. */
  readonly renames?: readonly Renaming[]
  /** CREATE TABLE … AS: the table has columns of its own too, so where those of the query stand is not known. */
  readonly ownColumns?: true
  /**
   * CREATE TABLE: its columns, where the statement lists all of them. With `query`: the names that its columns get,
   * which may be fewer; their types are empty.
   */
  readonly columns?: readonly ColumnDefinition[]
  /** ALTER TABLE: columns that it adds whatever there is. CREATE TABLE: its own, among others that it may have. */
  readonly adds?: readonly ColumnDefinition[]
  /** CREATE FUNCTION, PROCEDURE, RULE: what using it does, where its body was read. Nothing of it runs yet. */
  readonly runs?: Procedural
  /** What it makes calls functions that are not among its expressions. */
  readonly calls?: true
  /** CREATE FUNCTION, PROCEDURE: the text of its body. Absent: it has none that says anything. */
  readonly code?: string
  /** CREATE FUNCTION of a trigger's: it reads and tells nothing of any row, whatever table it is called for. */
  readonly stamps?: true
  /** CREATE TRIGGER: the function that it calls. Absent: what it does is not known. */
  readonly fires?: Name
}

/** `telling`: what it says of them that it is made, or is not. */
export type KeyColumns = { readonly columns: readonly string[]; readonly telling: Telling }

/** A table, and the one that it was a part of or inherited from. */
export type Leaving = { readonly part: Name; readonly parent: Name }

/** What one table holds is found in another, or in other columns of the same. */
export type Renaming = {
  readonly from: Name
  readonly to: Name
  /** Columns by their old names and the new ones; those that are not here keep theirs. */
  readonly columns: ReadonlyMap<string, string>
  /** Where `to` has columns of its own that stay: whether they have the names of those that come. */
  readonly joins?: 'same names' | 'any names'
}

/** A column of a table that is made. `type` as the statement names it. */
export type ColumnDefinition = { readonly name: string; readonly type: string }

/** GRANT, REVOKE, DENY, ALTER DEFAULT PRIVILEGES, REASSIGN OWNED, SECURITY LABEL. */
export type Dcl = Node<'dcl'> & {
  readonly verb: 'grant' | 'revoke' | 'deny' | 'reassign' | 'security label'
  readonly names: readonly Name[]
  /** Those of `names` that are tables or views. */
  readonly tables?: readonly TableRef[]
}

/** Transaction control. */
export type Transaction = Node<'transaction'> & {
  readonly op:
    | 'begin'
    | 'commit'
    | 'rollback'
    | 'savepoint'
    | 'release'
    | 'rollback to'
    | 'prepare transaction'
    | 'commit prepared'
    | 'rollback prepared'
    | 'set transaction'
  readonly name?: string
  /** True where it may be another session's that it ends. */
  readonly others?: true
}

/** SET and RESET of a session setting. `value` is absent for RESET and TO DEFAULT; a `name` of `all` is RESET ALL. */
export type SetVariable = Node<'set'> & {
  readonly name: string
  readonly local: boolean
  readonly value?: readonly string[]
  /** True where it is set for the whole server. */
  readonly server?: boolean
  /** SET … TO DEFAULT. */
  readonly toDefault?: boolean
  /** What is computed for it. Absent: it is given constants. */
  readonly expressions?: readonly Expression[]
}

/** SHOW of a setting, or of a list. */
export type Show = Node<'show'> & {
  readonly name: string
  /** Which rows of it there are is asked of more than the name that each has. */
  readonly picks?: true
}

/** DISCARD ALL | PLANS | SEQUENCES | TEMP. */
export type Discard = Node<'discard'> & { readonly target: string }

/** COPY between a table or query and the client, a file or a program. */
export type Copy = Node<'copy'> & {
  readonly direction: 'in' | 'out'
  /** Exactly one of `table` and `query`. */
  readonly table?: TableRef
  readonly query?: Query | Insert | Update | Delete | Merge
  /** Empty: every column. */
  readonly columns: readonly string[]
  readonly via: 'client' | 'file' | 'program'
  /** True where the database asks the client for a file by its name, and not for rows. */
  readonly clientFile?: boolean
  /** Rows with the same key are deleted first. */
  readonly replaces?: true
  readonly where?: Expression
  /** What is computed for columns of the table from what is read. */
  readonly assignments?: readonly Assignment[]
  readonly format: 'text' | 'csv' | 'binary' | 'unknown'
  /** The other options, names in lower case: `delimiter`, `null`, `header`, `quote`, `escape`, `encoding` … */
  readonly options: Readonly<Record<string, string>>
}

/** EXPLAIN; with `analyze` the statement inside runs. */
export type Explain = Node<'explain'> & { readonly analyze: boolean; readonly statement: Statement }

/** CALL. */
export type CallProcedure = Node<'call-procedure'> & { readonly call: Call }

/** DO: an anonymous block. `language` and `body` are its literals. */
export type DoBlock = Node<'do'> & {
  readonly language: string
  readonly body: string
  /** What the body does. Absent: it cannot be read. */
  readonly runs?: Procedural
}

/** PREPARE: names a statement for EXECUTE. */
export type Prepare = Node<'prepare'> & { readonly name: string; readonly statement: Statement }
/** EXECUTE of a prepared statement, or of one whose text stands in it: then `statement` is that, and `name` empty. */
export type Execute = Node<'execute'> & {
  readonly name: string
  readonly args: readonly Expression[]
  readonly statement?: Statement
}
/** `name` is absent for DEALLOCATE ALL. */
export type Deallocate = Node<'deallocate'> & { readonly name?: string }
/** DECLARE CURSOR. */
export type DeclareCursor = Node<'declare-cursor'> & {
  readonly name: string
  readonly hold: boolean
  readonly query: Query
}
/** FETCH and MOVE. */
export type Fetch = Node<'fetch'> & { readonly cursor: string; readonly move: boolean }
/** `name` is absent for CLOSE ALL. */
export type CloseCursor = Node<'close-cursor'> & { readonly name?: string }

/** LISTEN, UNLISTEN, NOTIFY. */
export type Notification = Node<'notification'> & {
  readonly op: 'listen' | 'unlisten' | 'notify'
  readonly channel: string
}

/** LOCK TABLE. */
export type LockTable = Node<'lock'> & {
  readonly tables: readonly TableRef[]
  /** Tables that are locked for reading only. */
  readonly reads?: readonly TableRef[]
}

/** VACUUM, ANALYZE, CLUSTER, REINDEX, CHECKPOINT, LOAD, ALTER SYSTEM: work on the server itself. */
export type Maintenance = Node<'maintenance'> & {
  readonly verb: string
  readonly tables: readonly TableRef[]
  /** It puts the rows of the tables, or of all where it names none, in the order of columns that it does not name. */
  readonly sorts?: true
}

/**
 * A statement of a procedural language: IF, WHILE, BEGIN … END, TRY … CATCH, DECLARE, SET of a variable, PRINT … All
 * of `statements` may run, in any order, any number of times, or none.
 */
export type Procedural = Node<'procedural'> & {
  /** Its first word in lower case. */
  readonly verb: string
  /** Conditions and values. */
  readonly expressions: readonly Expression[]
  readonly statements: readonly Statement[]
  /** False where rows that `statements` return stay inside: they are put into variables or another table. */
  readonly returns: boolean
  /** What the body of a trigger puts into the row that it is called for. Absent: nothing. */
  readonly fills?: readonly RowFill[]
  /** Types of its variables: values of them are made whenever it runs. */
  readonly types?: readonly Name[]
  /**
   * Functions, operators and types of the system that its statements are known by, as a catalog keeps its routines: texts
   * that it runs are put together by them. Where users have their own of such a name, other texts may run.
   */
  readonly assumes?: readonly string[]
  /** Names of its variables, where what they hold came by its statements alone. Absent: nothing is known of them. */
  readonly variables?: readonly string[]
  /** True where a variable may hold the text of an error of the database. Absent: none does. */
  readonly diagnoses?: true
}

/** One value for the row that a trigger is called for. `column` absent: any of them; `value` absent: it is not known. */
export type RowFill = Node<'row-fill'> & { readonly column?: string; readonly value?: Expression }

/** An empty statement: `;` or nothing but comments. */
export type Empty = Node<'empty'>

/** SQL that is not understood. INVARIANT (deny-by-default): only a rule that names opaque statements lets it through. */
export type Opaque = Node<'opaque'> & { readonly reason: string }

/** Any statement. */
export type Statement =
  | Query
  | Insert
  | Update
  | Delete
  | JoinedUpdate
  | JoinedDelete
  | Merge
  | Ddl
  | Dcl
  | Transaction
  | SetVariable
  | Show
  | Discard
  | Copy
  | Explain
  | CallProcedure
  | DoBlock
  | Prepare
  | Execute
  | Deallocate
  | DeclareCursor
  | Fetch
  | CloseCursor
  | Notification
  | LockTable
  | Maintenance
  | Procedural
  | Empty
  | Opaque
