import type { CellMaskerFor } from '@sluice/core/mask/plan'
import type { Adapter } from '@sluice/gateway/ports/adapter'
import { ExpiryWatch } from '@sluice/gateway/session/expiry-watch'
import { type ServeOptions, serveConnections } from '@sluice/gateway/session/serve'
import { open } from './connection.ts'
import { toPackets } from './framing/packets.ts'
import { errno } from './replies/errno.ts'
import type { ConnectionRegister } from './session/connections.ts'
import type { LoginOptions } from './startup/arrival.ts'
import { bareError, NOTHING_SAID, recordRefusal } from './startup/turn-away.ts'
import type { MysqlColumn } from './values/column.ts'

/** What the adapter needs to stand in front of one MySQL or MariaDB database. */
export type MysqlAdapterOptions = LoginOptions & {
  readonly maskerFor: CellMaskerFor<MysqlColumn>
  /** The sessions on this database, of all its listeners. */
  readonly connections: ConnectionRegister
  readonly limits: LoginOptions['limits'] & { readonly maxSessions: number }
  /** Told of failures that are nobody's input: for the gateway's own log. */
  readonly log: (message: string, error: unknown) => void
}

/** The adapter for MySQL and MariaDB. */
export function mysqlAdapter(options: MysqlAdapterOptions): Adapter {
  const expiry = new ExpiryWatch(options.governance)
  const turnAway: ServeOptions['turnAway'] = (socket, session, told) => {
    const refusal = { code: errno.tooManyConnections, ...told }
    // The error stands in the greeting's place.
    socket.end(toPackets(bareError(refusal), 0))
    recordRefusal({ options, socket, session }, NOTHING_SAID, refusal, undefined)
  }
  return {
    protocol: 'mysql',
    serve: serveConnections({
      maxSessions: options.limits.maxSessions,
      // The server speaks first, and whoever connects wants a session: a running statement is ended by one, too.
      open: (socket, session, enter) => {
        const full = enter()
        if (full === undefined) return open({ options, expiry, socket, session })
        turnAway(socket, session, full)
        return {
          ended: Promise.resolve({ reason: full.message, error: undefined }),
          stop: () => undefined,
        }
      },
      turnAway,
      log: options.log,
    }),
  }
}
