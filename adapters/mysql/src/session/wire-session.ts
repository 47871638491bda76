import type { Facts } from '@sluice/core/analysis/facts'
import type { CellMaskerFor } from '@sluice/core/mask/plan'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import type { OpenMoves } from '@sluice/gateway/pipeline/follow'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import type { Outgoing } from '@sluice/wire/outgoing'
import type { Framer } from '../framing/framer.ts'
import type { Capabilities } from '../messages/capabilities.ts'
import type { ComChangeUser } from '../messages/com-change-user.ts'
import type { Refusal } from '../replies/refusal.ts'
import type { MysqlColumn } from '../values/column.ts'
import type { ConnectionRegister } from './connections.ts'
import type { Exchange } from './exchange.ts'
import type { PreparedStatements } from './prepared.ts'
import type { MysqlSession } from './session.ts'

/** The last statement that the database may have warned of, and the masks that held for it. */
type Warner = { readonly facts: Facts; readonly masks: ColumnMasks }

/**
 * One client on one database connection, one command at a time. Plain data: what happens to it stands in `client/` (a
 * file per command) and `server/` (a file per kind of reply).
 */
export type WireSession = {
  readonly governance: Governance
  readonly who: SessionIdentity
  readonly toClient: Outgoing
  readonly toUpstream: Outgoing
  readonly clientFramer: Framer
  readonly upstreamFramer: Framer
  /** What was agreed on with the client. */
  readonly capabilities: Capabilities
  /** What was agreed on with the database. Results have the same form on both legs. */
  readonly upstreamCapabilities: Capabilities
  readonly maskerFor: CellMaskerFor<MysqlColumn>
  readonly prepared: PreparedStatements
  readonly connections: ConnectionRegister
  /** The id that the client was told. */
  readonly connectionId: number
  /** Ends what runs on the database for this session. Resolves when the database has been told. */
  readonly cancelUpstream: () => Promise<void>
  /** Tells the gateway's own log of what failed in it and ended no more than a statement. */
  readonly report: (error: unknown) => void
  /** Ends the session; the reason goes into the record, and the client is told `refusal`. */
  readonly end: (reason: string, refusal?: Refusal) => void
  /** The client has left: what it sent before is still carried out, then the session ends. */
  readonly depart: (reason: string) => void
  /** Ends the session and leaves the client's connection to a new login. INVARIANT (identity-bound). */
  readonly changeUser: (message: ComChangeUser) => void
  /** What the running transaction moves. */
  readonly moves: OpenMoves

  /** What was set that changes how the next text is read. */
  text: MysqlSession
  /** Code ran whose effect on temporary tables is not known: nothing that is read is proven. */
  obscured: boolean
  /** A reply of the database did not fit what was known of its settings: they are asked for before the next text. */
  contextStale: boolean
  /** What the database may keep warnings of, which may tell what is masked; undefined where nothing was masked. */
  warner: Warner | undefined
  /** Status flags as the database last said them. */
  status: number
  /** What the database is busy with; undefined where it owes nothing. */
  exchange: Exchange | undefined
  /** The sequence id of the next packet to the client. */
  replySequence: number
  /** COM_SET_OPTION: the client may send several statements in one text. */
  multiStatements: boolean
  /** Another statement of the same text follows the one that runs: what ends its last result says so. */
  moreFollow: boolean
  /** The database was sent the statement that is being handled: it answers, or has answered. */
  sent: boolean
  /** The command that is being answered; kept where the client may have to send a file before it can be. */
  answer: Promise<void> | undefined
  /** Tells whoever waits for `answer` that the client has to send a file first. */
  fileAsked: (() => void) | undefined
  /** Set while a statement waits in the gateway: ends the wait as a cancel does; see `whenReady`. */
  interrupt: (() => void) | undefined
  /** Set while a cancel is on its way to the database; the next command waits for it. */
  cancelling: Promise<void> | undefined
  statements: number
  /** The client said COM_QUIT: nothing behind it is heard. */
  terminated: boolean
  /** Why the client left, once it has. */
  departing: string | undefined
  /** Nothing is sent to the database any more. */
  over: boolean
}
