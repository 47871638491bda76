import type { CellMaskerFor } from '@sluice/core/mask/plan'
import { OpenMoves } from '@sluice/gateway/pipeline/follow'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { Outgoing } from '@sluice/wire/outgoing'
import type { Legs } from '@sluice/wire/socket/legs'
import type { MysqlModes } from '../dialect/modes.ts'
import type { Framer } from '../framing/framer.ts'
import { type Capabilities, capability, has } from '../messages/capabilities.ts'
import type { MysqlColumn } from '../values/column.ts'
import type { ConnectionRegister } from './connections.ts'
import { PreparedStatements } from './prepared.ts'
import { freshSession } from './session.ts'
import type { WireSession } from './wire-session.ts'

/** What a session needs beside its two legs. */
export type SessionOptions = {
  readonly governance: Governance
  readonly who: SessionIdentity
  readonly maskerFor: CellMaskerFor<MysqlColumn>
  /** What was agreed on with the client, and with the database. */
  readonly capabilities: Capabilities
  readonly upstreamCapabilities: Capabilities
  readonly connections: ConnectionRegister
  /** The id that the client was told, and the database's own of its connection. */
  readonly connectionId: number
  readonly upstreamId: number
  /** What the database said of its session behind the login: bits of `status`. */
  readonly status: number
  /** Ends what runs on the database's connection: KILL QUERY. */
  readonly cancelUpstream: () => Promise<void>
  /** Told of what failed in the gateway and ended no more than a statement. */
  readonly report: (error: unknown) => void
  /** Which server it is; what it has set is asked before the first text. */
  readonly server: Pick<MysqlModes, 'mariadb' | 'version'>
  /** `character_set_client` by the login's collation, in lower case. */
  readonly characterSet: string
}

/** A session that has not heard a command yet. What the database has set is asked before its first text. */
export function newSession(
  legs: Legs<Framer>,
  options: SessionOptions,
  { end, depart, changeUser }: Pick<WireSession, 'end' | 'depart' | 'changeUser'>,
): WireSession {
  const { governance, who, maskerFor, capabilities, upstreamCapabilities, connections, connectionId } =
    options
  const modes: MysqlModes = {
    ...options.server,
    ansiQuotes: false,
    noBackslashEscapes: false,
    pipesAsConcat: false,
    lowerCaseTableNames: false,
  }
  return {
    governance,
    who,
    maskerFor,
    capabilities,
    upstreamCapabilities,
    connections,
    connectionId,
    cancelUpstream: options.cancelUpstream,
    report: options.report,
    toClient: new Outgoing(legs.client),
    toUpstream: new Outgoing(legs.upstream),
    clientFramer: legs.clientFramer,
    upstreamFramer: legs.upstreamFramer,
    prepared: new PreparedStatements(options.server.mariadb),
    moves: new OpenMoves(),
    end,
    depart,
    changeUser,
    text: freshSession(modes, undefined, options.characterSet),
    obscured: false,
    contextStale: true,
    warner: undefined,
    status: options.status,
    exchange: undefined,
    replySequence: 0,
    multiStatements: has(capabilities.flags, capability.MULTI_STATEMENTS),
    moreFollow: false,
    sent: false,
    answer: undefined,
    fileAsked: undefined,
    interrupt: undefined,
    cancelling: undefined,
    statements: 0,
    terminated: false,
    departing: undefined,
    over: false,
  }
}
