import type { Catalog } from '../catalog/catalog.ts'
import type { Statement } from '../statement/command.ts'
import type { ReadStatement } from '../statement/reading.ts'
import type { Analysis, NameContext, SessionNames } from './context.ts'
import type { Findings } from './findings.ts'
import type { Columns } from './scope.ts'
import type { DialectTraits } from './traits.ts'

/** What a statement is analysed with. */
export type Surroundings = {
  readonly catalog: Catalog
  readonly context: NameContext
  readonly names: SessionNames
  readonly traits: DialectTraits
  /**
   * True where the statement is planned and not run: of what it does, only what planning does counts. Databases evaluate
   * functions to find a plan, whatever they do.
   */
  readonly planned?: boolean
}

/** What binding made of one statement: what the later steps work from. */
export type BoundStatement = {
  readonly read: ReadStatement
  readonly statement: Statement
  readonly around: Surroundings
  readonly findings: Findings
  /** What the statement returns. */
  readonly outputs: Columns | 'none' | 'unknown'
  /** The statement that this one explains, prepares, declares, runs or fetches from, understood by itself. */
  readonly inner: Analysis | undefined
  /** Why it cannot be understood. */
  readonly opaque?: string | undefined
  /** Runs text that is itself SQL. */
  readonly dynamic: boolean
}
