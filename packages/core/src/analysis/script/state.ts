import type { Catalog, Labeller } from '../../catalog/catalog.ts'
import type { Statement } from '../../statement/command.ts'
import type { NameContext, SessionNames } from '../context.ts'
import type { DialectTraits } from '../traits.ts'

/** The context in which the next statement of a script is read: a value. */
export type ScriptState = {
  readonly catalog: Catalog
  readonly context: NameContext
  readonly names: SessionNames
  /** Why the context cannot be told any more; absent where it can. */
  readonly lost?: string
  /** Absent outside of transactions. */
  readonly transaction?: OpenTransaction
}

/** What the end of a transaction leads back to. */
export type OpenTransaction = {
  readonly before: Kept
  readonly name?: string
  /** How many BEGINs are open; 1 where the dialect does not count. */
  readonly depth: number
  /** The context without what holds for the transaction only: what COMMIT leads to. */
  readonly lasting: NameContext
  readonly savepoints: readonly { readonly name: string; readonly kept: Kept }[]
}

/** What a rollback takes back to. */
export type Kept = { readonly catalog: Catalog; readonly context: NameContext }

/** What a dialect says of scripts. */
export type ScriptDialect = {
  readonly traits: DialectTraits
  /**
   * How names are looked up behind a statement that may have changed it (SET, USE, a call): the same context where it
   * did not; undefined where nobody can tell, so that what follows is Opaque.
   */
  contextAfter(context: NameContext, statement: Statement): NameContext | undefined
  /** Definitions and settings are taken back by ROLLBACK. Where they are not, DDL ends the transaction. */
  readonly rollsBackDefinitions: boolean
  /** ROLLBACK takes definitions back, and settings stay. */
  readonly settingsStay?: boolean
  /** BEGIN inside of a transaction is counted: only as many COMMITs end it. */
  readonly countsBegins?: boolean
  /**
   * What code sets, and the temporary tables that it makes, end with it: behind a procedure or a text that is run,
   * names are looked up as before.
   */
  readonly sealedCode?: boolean
  /** Kinds of objects beside tables and routines whose definition changes no name's meaning. */
  readonly harmless?: ReadonlySet<string>
}

/** A dialect, and who labels the columns of what a script makes. */
export type ScriptTraits = ScriptDialect & { readonly labeller: Labeller }
