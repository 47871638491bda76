import type { CodeSince } from '@sluice/core/analysis/code-since'
import type { NameContext } from '@sluice/core/analysis/context'
import type { TablesSince } from '@sluice/core/analysis/tables-since'
import type { OpenMoves } from '@sluice/gateway/pipeline/follow'
import type { Exceeded } from '@sluice/gateway/pipeline/spend'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import type { Outgoing } from '@sluice/wire/outgoing'
import type { TextEncoding } from '@sluice/wire/text'
import type { PostgresModes } from '../dialect/dialect.ts'
import type { ReplicationMode } from '../replication/command.ts'
import type { FloatTexts } from '../values/families/family.ts'
import type { Maskers } from '../values/masker.ts'
import type { HeldSync } from './client/held-sync.ts'
import type { Expectations } from './expectations.ts'
import type { Names } from './names.ts'
import type { OwnTexts } from './own-texts.ts'
import type { Running } from './running.ts'
import type { Uncommitted } from './server/implicit-commit.ts'
import type { Passing } from './server/pieces.ts'

/** ReadyForQuery's status: idle, in a transaction, in a failed transaction. */
type TransactionStatus = 'I' | 'T' | 'E'

/**
 * One client on one database connection. Plain data: what happens to it stands in `client/` (a file per message
 * the client sends) and `server/` (a file per kind of reply).
 */
export type Session = {
  readonly governance: Governance
  readonly who: SessionIdentity
  readonly toClient: Outgoing
  readonly toUpstream: Outgoing
  readonly expectations: Expectations
  readonly names: Names
  readonly maskers: Maskers
  /** The process that serves the session at the database; undefined where that did not say. */
  readonly processId: number | undefined
  /** Asks the database to cancel what runs on this session. Resolves when the request has been delivered. */
  readonly cancelUpstream: () => Promise<void>
  /** Tells the gateway's own log of what failed in it and ended no more than a statement. */
  readonly report: (error: unknown) => void
  /** Ends the session; the reason goes into the record. */
  readonly end: (reason: string) => void
  /** The client has left: what it sent before is still carried out, then the session ends. */
  readonly depart: (reason: string) => void

  readonly replication: ReplicationMode
  /** What its client has put into settings of free text. */
  readonly ownTexts: OwnTexts
  /** What the running transaction moves. */
  readonly moves: OpenMoves

  /** How names were looked up when the server was last asked. */
  context: NameContext
  /** What the catalog said of schemas when the server was last asked; see `Catalog`. */
  contextUnder: string | undefined
  /** A setting may have changed since: ask again before the next statement is read. */
  contextStale: boolean
  /** `default_transaction_isolation` as the server last said, in no transaction; undefined: not since it may have changed. */
  isolation: string | undefined
  /** A question of the gateway's own failed, and may have left its statement. */
  questionFailed: boolean
  /** How many messages were sent so far that may change settings. */
  changesSent: number
  modes: PostgresModes
  /** How texts are read; see `readingOf`. */
  encoding: TextEncoding
  /** How the database writes floats as texts, when it was last asked. */
  floats: FloatTexts
  /** The encoding of the database; undefined until it has said so. */
  serverEncoding: string | undefined
  /** As the last ReadyForQuery said; failed no longer than the database has told otherwise. See `readTag`. */
  transaction: TransactionStatus
  /** Extended-query messages forwarded since the last Sync: an implicit transaction may be open. */
  sinceSync: number
  /**
   * A Query or FunctionCall behind a pipeline without a Sync has left a transaction open, in which that pipeline is: perhaps no
   * block of the client's, but one that the next text of several statements ends.
   */
  pipelineOpen: boolean
  /** Set by an error in the extended protocol: the client's messages up to Sync are passed over. */
  skipping: boolean
  /** What was completed since the last ReadyForQuery and is not known to be committed. */
  uncommitted: Uncommitted
  /** The database has said an error since the last ReadyForQuery. */
  failed: boolean
  /** The limit of which the client was told by an error that the database knows nothing of: replies up to the next Sync's are swallowed. */
  muted: Exceeded | undefined
  /** What makes the open transaction fail is on its way: until then the database says that it is well. */
  transactionDoomed: boolean
  /** Tables were changed in a transaction that others cannot see yet. */
  catalogDirty: boolean
  /** Rights were changed in such a transaction. */
  rightsTouched: boolean
  /** What code it has changed there. */
  codeSince: CodeSince | undefined
  /** How it has changed tables there. */
  tablesSince: TablesSince | undefined
  /** Set while a statement runs that may change how later ones are read; see `raiseBarrier`. */
  barrier: Promise<void> | undefined
  /** Sent to be read or planned, with code that may redefine names; what uses one waits for the answer. */
  voiding: Running | undefined
  /** Settings were changed in the running transaction: its end may change them back. */
  settingsTouched: boolean
  /** Set while a statement waits in the gateway: ends the wait as a cancel does; see `whenReady`. */
  interrupt: (() => void) | undefined
  /** Set while a cancel is on its way to the database; the next message waits for it. */
  cancelling: Promise<void> | undefined
  /** The type of the client's message that waits for something: those behind it are not looked at. */
  waiting: number | undefined
  /** That message is the database's already, which ended a COPY for it; see `heardAmidCopy`. */
  waitingHeard: boolean
  /** The type of the message for which a COPY was given up, until it has failed; see `breakCopy`. */
  brokenBy: number | undefined
  /** A Sync that may be one of those that the database ignores; see `HeldSync`. */
  heldSync: HeldSync | undefined
  /** A long CopyData of the client is on its way in pieces: its rest must follow. */
  relayingCopyData: boolean
  /** A long message of the database is on its way in pieces: nothing else may be said to the client before its rest. */
  passing: Passing | undefined
  statements: number
  /** The last execution sent whose rows are limited; see `behindLimit`. */
  limited: Running | undefined
  /** A Bind or an Execute was sent since the last Sync, or what ran as it was read: a Sync would end what that has begun. */
  pipelineBegun: boolean
  /** Something was sent since the last Sync that changes something. */
  pipelineKeeps: boolean
  /** A Query or an Execute was sent since the last Sync that is a COPY IN, or may be one. */
  pipelineMayCopyIn: boolean
  /** The client said Terminate: nothing behind it is heard. */
  terminated: boolean
  /** Why the client left, once it has. */
  departing: string | undefined
  /** Nothing is sent to the database any more. */
  over: boolean
}
