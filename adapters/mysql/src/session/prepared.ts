import type { Analysis, NameContext } from '@sluice/core/analysis/context'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { BoundType } from '../messages/parameters.ts'
import type { MysqlColumn } from '../values/column.ts'

/** A prepared statement that the database has confirmed. */
export type Prepared = {
  /** As the database numbers it. */
  readonly id: number
  readonly read: ReadStatement
  /** How names were looked up when it was prepared, as the database will do at each execution. */
  readonly names: NameContext
  readonly parameters: number
  readonly traceparent: string | undefined
  /** As the last execution that said them; an execution may leave them out. */
  types: readonly BoundType[] | undefined
  /** Values that came by COM_STMT_SEND_LONG_DATA, by parameter, until the next execution. */
  readonly long: Map<number, Buffer[]>
  longBytes: number
  /** More came than may be held: the next execution is refused. */
  longRefused: boolean
  /** Open where the last execution asked for one and the database opened it. */
  cursor: Cursor | undefined
}

/** A cursor of a prepared statement. */
export type Cursor = {
  readonly analysis: Analysis
  readonly columns: readonly MysqlColumn[]
  readonly returned: { rows: number }
}

/** Prepared statements that one session may have: what the servers allow all sessions together by default. */
export const MAX_PREPARED = 16_382

/** Bytes that may wait for one execution. INVARIANT (hostile-both-sides). */
export const MAX_LONG_DATA_BYTES: number = 64 * 1024 * 1024

/** Prepared statements by the database's id. Advances on the database's word only. */
export class PreparedStatements {
  readonly #byId = new Map<number, Prepared>()

  get size(): number {
    return this.#byId.size
  }

  get(id: number): Prepared | undefined {
    return this.#byId.get(id)
  }

  /** The database has prepared it. */
  add(prepared: Prepared): void {
    this.#byId.set(prepared.id, prepared)
  }

  /** COM_STMT_CLOSE: the database forgets it without a word. */
  remove(id: number): void {
    this.#byId.delete(id)
  }

  /** The session begins anew. */
  clear(): void {
    this.#byId.clear()
  }
}
