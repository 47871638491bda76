import type { Relation } from '../catalog/catalog.ts'
import type { ReadStatement } from '../statement/reading.ts'
import type { CodeChange } from './code-change.ts'
import type { Facts } from './facts.ts'
import type { OwnCode } from './own-code.ts'
import type { TableChange } from './tables-since.ts'

/** What a session has set that changes how the next statement is read. Comes from the server, never from a guess. */
export type NameContext = {
  readonly database: string
  /** Schemas in the order names are looked up, implicit ones (pg_temp, pg_catalog) included. */
  readonly searchPath: readonly string[]
  /** The database that the catalog is of, where the session has gone to another: nothing is known of names there. */
  readonly home?: string
  /** What the end of acting as somebody else leads back to. */
  readonly before?: NameContext
  /** Inside a trigger or a rule: what it is called for. */
  readonly row?: RowContext
  /** Inside a block: its variables, which hold nothing but what its own statements read. */
  readonly variables?: readonly string[]
}

/** The row that a trigger or a rule is called for. */
export type RowContext = {
  readonly relation: Relation
  /** What it is called before and after: `old`, `new`. */
  readonly names: readonly string[]
  /** Names of tables that hold all such rows of the statement. */
  readonly tables: readonly string[]
}

/** What the session knows of names that statements define for later ones. */
export type SessionNames = {
  readonly prepared: (name: string) => Analysis | undefined
  /** What was prepared, to be read anew at each use as the database does; absent where only the analysis is known. */
  readonly preparedText?: (name: string) => ReadStatement | undefined
  readonly cursor: (name: string) => Analysis | undefined
}

/** How a statement, once the server has confirmed it, changes the reading of later ones. */
export type ContextChange =
  /** search_path, role or another setting may have changed: ask the server before the next statement is read. */
  | {
      readonly kind: 'settings'
      /** A setting may get a value under which texts and results are read otherwise than the gateway reads them. */
      readonly unreadable?: true
      /** Only how values are written changes: names lead where they did. */
      readonly texts?: true
      /** By a definition that leaves the schemas that names are looked up in as they are. */
      readonly samePath?: true
      /** Rights were given or taken: by them schemas count, for other sessions too. */
      readonly rights?: true
    }
  /**
   * Tables, views or functions may have changed. `code` absent: no code that later statements run; `tables` absent: any
   * table may be another.
   */
  | { readonly kind: 'catalog'; readonly code?: CodeChange; readonly tables?: TableChange }
  | {
      readonly kind: 'prepare'
      readonly name: string
      readonly analysis: Analysis
      readonly read: ReadStatement
    }
  /** `name` absent: all. */
  | { readonly kind: 'deallocate'; readonly name?: string }
  | { readonly kind: 'declare'; readonly name: string; readonly hold: boolean; readonly analysis: Analysis }
  | { readonly kind: 'close'; readonly name?: string }
  /** A transaction or a savepoint ended: what was defined since may be gone. */
  | { readonly kind: 'transaction-end' }
  /**
   * Code ran that may have defined names of its own: what is known of prepared statements and cursors is void. `only`
   * there: of cursors alone.
   */
  | { readonly kind: 'names-void'; readonly only?: 'cursors' }

/** The shape of a COPY stream, as the statement asks for it. Option names in lower case. */
type CopyShape = {
  readonly direction: 'in' | 'out'
  readonly format: 'text' | 'csv' | 'binary' | 'unknown'
  readonly options: Readonly<Record<string, string>>
}

/** One statement, understood. A value: cached by its canonical text, the name context and the catalog version. */
export type Analysis = {
  readonly facts: Facts
  /** Empty for the great majority. Where it is not, later messages wait for the server's confirmation. */
  readonly changes: readonly ContextChange[]
  readonly catalogVersion: number
  /** The users' own code that it runs, as the catalog has it. Absent: none that is known. */
  readonly own?: OwnCode
  /** For COPY: how its stream is written. */
  readonly copy?: CopyShape
  /** For FETCH: from which cursor. */
  readonly fetches?: string
  /** Steps that ran, in order, for `explain`. */
  readonly steps: readonly string[]
}
