import type { ComStmtPrepareOk } from '../messages/com-stmt-prepare-ok.ts'
import type { Refusal } from '../replies/refusal.ts'
import type { UpstreamState } from '../states/upstream-leg.ts'
import type { MysqlColumn } from '../values/column.ts'
import type { Prepared } from './prepared.ts'
import type { Running } from './running.ts'
import type { Described, Description } from './server/description.ts'
import type { Outcome } from './session.ts'

/** What a command is for. `command`: answered by OK or EOF alone. `ask`, `forget`: the gateway's own. */
export type ExchangeKind =
  | 'query'
  | 'execute'
  | 'fetch'
  | 'prepare'
  | 'field-list'
  | 'statistics'
  | 'command'
  | 'ask'
  | 'forget'

/** A file of the client's that a statement names. */
type NamedFile = {
  /** As the database has to ask for it. */
  readonly name: Buffer
  /** The sequence id of the next packet of it to the database. */
  sequence: number
  /** What the client is told at its end: a limit was passed, and the rest is dropped. */
  exceeded: Refusal | undefined
  /** Bytes that were. */
  dropped: number
}

/** A file that is not asked for yet. */
export const namedAs = (name: Buffer): NamedFile => ({
  name,
  sequence: 0,
  exceeded: undefined,
  dropped: 0,
})

/** The one command that the database is answering. */
export type Exchange = {
  readonly kind: ExchangeKind
  state: UpstreamState
  /** The execution whose result it is; undefined where nothing of a table comes back. */
  readonly run: Running | undefined
  /** For `prepare`, `execute` and `fetch`: the statement. */
  readonly prepared: Prepared | undefined
  /** Definitions that are still to come. */
  due: number
  /** The present result's columns, once all were described. */
  columns: readonly MysqlColumn[]
  /** The present result's columns as far as they were described, where they are not those of `before`. */
  described: Described | undefined
  /** How the result was described the last time, as long as it is described so again. */
  before: Description | undefined
  /** The catalog was read anew since the database began to answer, or need not be. */
  reread: boolean
  /** The present result's one row holds the OUT parameters of a routine, and another result was announced with it. */
  outParameters: boolean
  /** Results with rows so far. */
  results: number
  /** Results of any kind so far. */
  replies: number
  /** For `prepare`: what the database said, once it has. */
  prepareOk: ComStmtPrepareOk | undefined
  /** The file that the database may ask for, until all of it was sent. */
  file: NamedFile | undefined
  /** For `ask`: the rows. */
  readonly answer: (string | null)[][]
  /** The number of the error that the command failed with. */
  failure: number | undefined
  /** Called once, when the command is answered in full. */
  readonly over: (outcome: Outcome) => void
}

/** Results that one command may have. INVARIANT (hostile-both-sides): a server could send results without end. */
export const MAX_RESULTS = 100_000

/** Rows that an answer to a question of the gateway's own may have, and bytes of each. */
export const MAX_ANSWER_ROWS = 16
/** See MAX_ANSWER_ROWS. */
export const MAX_ANSWER_ROW_BYTES = 4096

/** A command that is about to be sent. */
export function exchange(
  kind: ExchangeKind,
  over: Exchange['over'],
  run?: Running,
  prepared?: Prepared,
): Exchange {
  return {
    kind,
    state: kind,
    run,
    prepared,
    due: 0,
    columns: [],
    described: undefined,
    before: undefined,
    // A cursor's rows were planned before.
    reread: kind === 'fetch',
    outParameters: false,
    results: 0,
    replies: 0,
    prepareOk: undefined,
    file: undefined,
    answer: [],
    failure: undefined,
    over,
  }
}
