import type { CalledFunction, Column, End, FlowPlace, RelationRef } from '../catalog/catalog.ts'
import type { UseFact } from './uses.ts'

/** What running a statement can do. `session` changes the session only; `unknown` may be anything. */
export type Effect =
  | 'read'
  | 'write'
  | 'ddl'
  | 'dcl'
  | 'session'
  | 'admin'
  | 'file'
  | 'network'
  | 'program'
  | 'unknown'

/** What a column is used for. `assignment`: it is written, or its value is written somewhere; `Flow` says which way. */
export type ColumnRole = 'output' | 'predicate' | 'join' | 'order' | 'group' | 'assignment'

/** One table a statement touches. */
export type TableFact = {
  readonly schema: string
  readonly name: string
  readonly access: readonly ('read' | 'write')[]
  /** The union of its columns' label names. */
  readonly labels: readonly string[]
  /** False where the catalog does not have it (a temp table, one made a moment ago). */
  readonly known: boolean
  /** It is looked up only whether it has a key (REFERENCES): no value comes from it. Of unknown ones alone. */
  readonly keys?: true
  /** Named with ONLY wherever it is. */
  readonly only?: true
  /** Tables that some rows of it, or all of them, are rows of as well. Absent: none. */
  readonly relatives?: readonly RelationRef[]
}

/** One column a statement uses, and as what. */
export type ColumnFact = { readonly column: Column; readonly roles: readonly ColumnRole[] }

/** One function a statement calls. */
export type FunctionFact = CalledFunction

/** Where one output column of a statement comes from. */
export type OutputLineage = {
  readonly name: string
  /** Base columns that feed the value. */
  readonly sources: readonly Column[]
  /** True where something that could not be followed feeds it too: then only a mask makes it safe. */
  readonly unknown: boolean
  /** True where the value is the one source's own, unchanged. */
  readonly direct: boolean
  /** The functions and operators applied on the way. */
  readonly functions: readonly string[]
  /** True where one of them looks at what is stored, and not only at what it is given. Absent: none does. */
  readonly looks?: true
  /** True where the value being NULL may tell more than that its sources are. Absent: it does not. */
  readonly blank?: true
  /** Names that queries inside gave the value on its way, where it is `direct`. Absent: none but its source's. */
  readonly as?: readonly string[]
}

/** `unknown`: the output columns could not be listed, so everything the statement returns is unproven. */
export type Outputs = readonly OutputLineage[] | 'none' | 'unknown'

/** A flow of base columns into a table that the statement writes or makes. */
export type Flow = {
  readonly sources: readonly Column[]
  readonly unknown: boolean
  /** True where the value is the one source's own, unchanged. */
  readonly direct: boolean
  /** The column written, `undefined` where it is new or not known. */
  readonly target: Column | undefined
  /** Where the value goes, where the catalog does not have that yet. Absent: `target`, or nobody knows. */
  readonly place?: FlowPlace
  /** Where more of the value comes from, where the catalog does not have that. Absent: nowhere. */
  readonly from?: readonly FlowPlace[]
  /** True where it stays where it is, under another name. Absent: it goes somewhere. */
  readonly stays?: true
  /** True where code moves it, of whose names and stars nothing is told. Absent: the statement does. */
  readonly byCode?: true
  /** The view that is defined to show the value, without its schema. Absent: none is. */
  readonly view?: string
}

/**
 * What a statement reaches beside the columns that the catalog has, where tables have changed since it was read: `*`, places in
 * a row, and names that no column has.
 */
export type Unlisted = {
  /** Absent columns: any of the table's. */
  readonly reads: readonly FlowPlace[]
  /** Where more values come than are known, if more are read. */
  readonly writes: readonly End[]
  /** A write that has RETURNING: what `*` there reads, and only the client gets. */
  readonly returned?: readonly FlowPlace[]
}

/** A column of texts that is compared with a bind value, for which a client may send a number. */
export type TextBinding = { readonly column: Column /** Counted from 1. */; readonly param: number }

/** What policy can ask about one statement. */
export type Facts = {
  /** The statement's first word or two, in lower case: `select`, `create table`, `rollback to`. */
  readonly verb: string
  /** The same, and all that it runs, plans or prepares: of statements inside it, of WITH, of what EXECUTE and FETCH name. */
  readonly verbs: readonly string[]
  /** Sorted, without repeats; empty for `BEGIN`. */
  readonly effects: readonly Effect[]
  readonly tables: readonly TableFact[]
  readonly columns: readonly ColumnFact[]
  readonly functions: readonly FunctionFact[]
  /** Channels that LISTEN, NOTIFY and UNLISTEN name; `*` for all. Absent: none. A function's are its values. */
  readonly channels?: readonly string[]
  /** The database asks the client for a file of its own (LOAD DATA LOCAL). Absent: it does not. */
  readonly clientFile?: true
  /** Has a WHERE that is not a tautology, or a LIMIT. True for statements that touch no row. */
  readonly bounded: boolean
  /** Where a text is read as a number that it is compared with. Absent: none. */
  readonly textBindings?: readonly TextBinding[]
  readonly outputs: Outputs
  readonly flows: readonly Flow[]
  /** What it tells of columns beside what it shows of them: which rows there are, their order, whether it fails. */
  readonly uses: readonly UseFact[]
  /** Columns that it stores values in, without those that triggers and functions write. Absent: none is known. */
  readonly written?: readonly Column[]
  /** What may have another name behind it; `tables`: columns keep theirs. Absent: nothing has. */
  readonly renames?: 'tables' | 'columns'
  /** What functions which it calls look at. Absent: nothing. */
  readonly reads?: readonly End[]
  /** Absent: nothing but the columns that the catalog has. */
  readonly unlisted?: Unlisted
  /** Runs text that is itself SQL (DO, EXECUTE of an unknown name, dblink …). */
  readonly dynamic: boolean
  readonly opaque?: string
  readonly parameterCount: number
  readonly fingerprint: string
  readonly canonical: string
}
