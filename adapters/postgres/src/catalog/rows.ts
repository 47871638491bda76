import type { Stamp } from './stamp.ts'
import type { DefinitionFound } from './written.ts'

/** A table, view or sequence as pg_class has it. `definition` is a user's view's query. */
export type RelationFound = {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f' | 'S'
  readonly system: boolean
  readonly definition: string | null
  /** What it is a part of or inherits from. */
  readonly parents: readonly number[]
}

/** A column as pg_attribute has it. `expression` is a generated column's. */
export type ColumnFound = {
  readonly relation: number
  readonly name: string
  readonly ordinal: number
  readonly type: string
  /** Null: none. */
  readonly modifier: number | null
  readonly comment: string | null
  readonly expression: string | null
  readonly computed: boolean
  /** Of a generated column: what it runs, as `DefaultFound` has it. Of others null. */
  readonly routines: readonly number[] | null
  readonly types: readonly number[] | null
}

/** A user's function as pg_proc has it. */
export type RoutineFound = {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly language: string
  readonly volatility: 'i' | 's' | 'v'
  readonly kind: 'f' | 'p' | 'a' | 'w'
  readonly extension: string | null
  readonly source: string
  readonly body: string | null
  /** The CREATE FUNCTION or CREATE PROCEDURE of one in PL/pgSQL. */
  readonly definition: string | null
  /** The defaults of its arguments, where one is more than a constant: each runs in every call that leaves its argument out. */
  readonly defaults: string | null
  readonly parts: readonly number[]
  /** Parts that are the system's own: `name volatility`. */
  readonly system: readonly string[]
  /** Users' types among those of its arguments and its value. */
  readonly types: readonly number[]
}

/** An operator or a type, and the functions that using it runs by itself. */
export type Running = {
  readonly schema: string
  readonly name: string
  readonly parts: readonly number[]
  /** Functions of the system among them: `name volatility`. */
  readonly system: readonly string[]
}

/** A user's type, or one of the system's that somebody made a cast to. */
export type TypeFound = Running & {
  readonly id: number
  /** A domain's checks, as the server prints them. */
  readonly calls: string | null
  /** Types that a domain's checks name. */
  readonly uses: readonly number[]
}

/** A user's type as pg_type has it; what its kind does not have is null. */
export type ShapeFound = {
  readonly id: number
  readonly name: string
  readonly kind: 'base' | 'array' | 'enum' | 'domain' | 'composite' | 'range' | 'multirange'
  readonly extension: string | null
  readonly element: number | null
  readonly delimiter: string | null
  readonly base: number | null
  /** Of the base. */
  readonly modifier: number | null
  readonly required: boolean
  readonly labels: readonly string[] | null
  readonly fields: readonly number[] | null
  /** Of the fields; null where none has one. */
  readonly modifiers: readonly (number | null)[] | null
  readonly subtype: number | null
  readonly range: number | null
}

/** A trigger: its arguments as one text, each ended by `\\000`. */
export type TriggerFound = {
  readonly relation: number
  readonly routine: number
  readonly args: string
  /** What it calls the tables of all old and new rows. */
  readonly tables: readonly string[]
}

/** A rule; null: it could not be printed. */
export type RuleFound = { readonly relation: number; readonly definition: string | null }

/** A column's default, or that of its domain, that calls something; null: it could not be printed. */
export type DefaultFound = {
  readonly relation: number
  readonly ordinal: number
  readonly expression: string | null
  /** The users' functions that it calls, those of operators among them. */
  readonly routines: readonly number[]
  /** Users' types in it. */
  readonly types: readonly number[]
}

/**
 * A foreign key: columns, and those that they refer to, in the same order. `updates`, `deletes`: what is done to a row that
 * is referred to changes the rows that refer to it.
 */
export type ReferenceFound = {
  readonly relation: number
  readonly ordinals: readonly number[]
  readonly target: number
  readonly targets: readonly number[]
  readonly updates: boolean
  readonly deletes: boolean
}

/** A table's check: the columns that it looks at, 0 for the whole row, and the users' functions that it calls. */
export type CheckFound = {
  readonly relation: number
  /** Null: none. */
  readonly ordinals: readonly number[] | null
  readonly routines: readonly number[]
}

/** What decides by columns, 0 and below for all of them, whether a row may be in a table, or where. */
export type TestFound = {
  readonly relation: number
  readonly ordinals: readonly number[]
  /** It tells no more than whether a value equals another; null: than whether it is in the table twice. */
  readonly equality: boolean | null
}

/** A policy or an index of a table, and what it runs: functions, those of operators among them. */
export type AttachedFound = {
  readonly relation: number
  /** It runs for tables as well that the table is a part of. */
  readonly inherited: boolean
  /** It runs when the table is read, and not only when it is written. */
  readonly reading: boolean
  readonly routines: readonly number[]
  readonly types: readonly number[]
  /** Tables and views that it reads. */
  readonly relations: readonly number[]
  /** Functions of the system that a policy calls: `name volatility`. */
  readonly system: readonly string[]
}

/** Everything read of one database at one moment. */
export type Snapshot = {
  readonly database: string
  /** The server's, as `server_version_num`. */
  readonly version: number
  /** The cluster's identifier and the database's id: a copy that was dumped and restored has others. */
  readonly identity: string
  /** Tells the schemas, and who may use them, from those of another moment. */
  readonly schemas: string
  /** Whether code of the users' own runs at definitions, as `Catalog` has it. */
  readonly definitionsRun: boolean
  /** The encoding of the database. */
  readonly encoding: string
  readonly relations: readonly RelationFound[]
  readonly columns: readonly ColumnFound[]
  readonly routines: readonly RoutineFound[]
  readonly operators: readonly Running[]
  readonly types: readonly TypeFound[]
  readonly shapes: readonly ShapeFound[]
  readonly triggers: readonly TriggerFound[]
  readonly rules: readonly RuleFound[]
  readonly defaults: readonly DefaultFound[]
  readonly references: readonly ReferenceFound[]
  readonly checks: readonly CheckFound[]
  readonly attached: readonly AttachedFound[]
  readonly tests: readonly TestFound[]
  /** The functions that somebody blessed, as they are. */
  readonly blessed: readonly DefinitionFound[]
  /** SHA-256 over all of the above: two snapshots with equal hashes are equal. */
  readonly hash: string
  /** The versions of the rows it was read from; undefined where locks kept something from being read. */
  readonly stamp: Stamp | undefined
}
