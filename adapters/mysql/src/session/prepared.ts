import type { Analysis, NameContext } from '@sluice/core/analysis/context'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { Returned } from '@sluice/gateway/pipeline/spend'
import type { MysqlModes } from '../dialect/modes.ts'
import type { ParameterType } from '../messages/binary-value-text.ts'
import { columnTypeName } from '../messages/column-types.ts'
import type { BoundType } from '../messages/parameters.ts'
import type { MysqlColumn } from '../values/column.ts'
import type { LongBudget, LongData } from './long-data.ts'
import type { Outcome } from './session.ts'

/** A prepared statement that the database has confirmed. */
export type Prepared = {
  /** As the database numbers it. */
  readonly id: number
  readonly read: ReadStatement
  /** How names were looked up when it was prepared, as the database will do at each execution. */
  readonly names: NameContext
  readonly parameters: number
  /** How the text was read. */
  readonly modes: MysqlModes
  /** The character set that it was in; undefined where it is the same in all of them. */
  readonly characterSet: string | undefined
  readonly traceparent: string | undefined
  /** It may be executed without asking the database for its settings; see `needsNoAnswer`. */
  readonly needsNoAnswer: boolean
  /** How long its text is: so long may its constants be. */
  readonly textBytes: number
  /** Of its placeholders, as the client said them last; an execution may leave them out. */
  types: readonly BoundType[] | undefined
  /** Their names: one value for as long as they stay the same, so that the journal knows it again. */
  typeNames: readonly string[]
  /** False where the execution that said them was refused or failed: the database may not have heard of them. */
  typesTold: boolean
  readonly long: LongData
  /** Whether the last execution asked for a cursor. */
  cursorAsked: boolean
  /** Open where the last execution asked for one and the database opened it. */
  cursor: Cursor | undefined
}

/** A cursor of a prepared statement. */
type Cursor = {
  readonly analysis: Analysis
  readonly columns: readonly MysqlColumn[]
  readonly returned: Returned
  /** `MysqlSession.rowChanges` when its columns were described. */
  readonly rowChanges: number
}

/**
 * Takes the types of its values as the client says them, and their names for the record. Those of attributes behind them
 * hold for the one execution: the next may have others, or none.
 */
export function learnTypes(prepared: Prepared, told: readonly BoundType[]): void {
  prepared.typesTold = false
  const { types: before, parameters } = prepared
  const types = told.slice(0, parameters)
  if (before?.length === types.length && types.every((type, i) => isSameType(type, before[i]))) return
  prepared.types = types.map(({ type, unsigned, name }) => ({ type, unsigned, name }))
  prepared.typeNames = typeNamesOf(types)
}

/** As the record has them. */
export function typeNamesOf(types: readonly ParameterType[]): readonly string[] {
  return types.map(({ type }) => columnTypeName(type) ?? String(type))
}

function isSameType(a: BoundType, b: BoundType | undefined): boolean {
  return a.type === b?.type && a.unsigned === b.unsigned && a.name === b.name
}

/** The database closes the cursor whatever becomes of the execution, and forgets the long data. */
export function executed(prepared: Prepared, cursorAsked: boolean): void {
  prepared.cursorAsked = cursorAsked
  prepared.typesTold = true
  prepared.cursor = undefined
  prepared.long.clear()
}

/** An execution that failed may have ended before the database took its types: the next one says them again. */
export function forgetTypes(prepared: Prepared, outcome: Outcome): void {
  if (outcome === 'failed') prepared.typesTold = false
}

/**
 * MariaDB's id for the statement that was prepared last, so that it can be run before its own id was told ("COM_STMT_EXECUTE").
 */
export const LAST_PREPARED = 0xffff_ffff

/** Prepared statements that one session may have: what the servers allow all sessions together by default. */
export const MAX_PREPARED = 16_382

/** Prepared statements by the database's id. Advances on the database's word only. */
export class PreparedStatements {
  readonly #byId = new Map<number, Prepared>()
  #last: number | undefined
  /** Whether the database knows the last one by `LAST_PREPARED`. */
  readonly #knowsLast: boolean
  /** What all of them hold of values that were sent ahead. */
  readonly longBudget: LongBudget = { bytes: 0 }

  constructor(mariadb: boolean) {
    this.#knowsLast = mariadb
  }

  get size(): number {
    return this.#byId.size
  }

  get(id: number): Prepared | undefined {
    const last = this.#knowsLast && id === LAST_PREPARED ? this.#last : undefined
    return this.#byId.get(last ?? id)
  }

  /** The database has prepared it. */
  add(prepared: Prepared): void {
    this.#last = prepared.id
    this.#byId.set(prepared.id, prepared)
  }

  /** Another is being prepared. If that fails there is no last one. */
  beginAnother(): void {
    this.#last = undefined
  }

  /** COM_STMT_CLOSE: the database forgets it without a word. */
  remove(id: number): void {
    if (this.#last === id) this.#last = undefined
    this.#byId.get(id)?.long.clear()
    this.#byId.delete(id)
  }

  /** The session begins anew. */
  clear(): void {
    this.#last = undefined
    for (const { long } of this.#byId.values()) long.clear()
    this.#byId.clear()
  }
}
