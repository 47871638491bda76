import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { CellMaskerFor } from '@sluice/core/mask/plan'
import type { Adapter } from '@sluice/gateway/ports/adapter'
import { ExpiryWatch } from '@sluice/gateway/session/expiry-watch'
import type { Governance } from '@sluice/gateway/session/governance'
import { Effect } from 'effect'
import type { CancelDesk } from './cancel/cancel-desk.ts'
import { open, turnAway } from './connection.ts'
import { sqlstate } from './replies/sqlstate.ts'
import type { ClientTls } from './startup/negotiate.ts'
import type { Arrival, ConnectionEnd } from './startup/open-session.ts'
import type { UpstreamSource } from './upstream/source.ts'

/** What the adapter needs to stand in front of one PostgreSQL database. */
export type PostgresAdapterOptions = {
  readonly governance: Governance
  readonly upstream: UpstreamSource
  /** Absent: no TLS towards clients. */
  readonly tls?: ClientTls
  /** The connections come by a socket in this machine's file system. */
  readonly unixSocket: boolean
  /** Where cancel requests are taken: one for the whole process. */
  readonly cancelDesk: CancelDesk
  readonly maskerFor: CellMaskerFor
  /** Key from which verifiers for unknown logins are made up. */
  readonly mockKey: Uint8Array
  readonly limits: {
    /** From the first byte to a proven principal; the database has as long to let the gateway in. */
    readonly authenticationTimeoutMs: number
    readonly maxFrameBytes: number
    readonly maxSessions: number
  }
  /** Told of failures that are nobody's input: for the gateway's own log. */
  readonly log: (message: string, error: unknown) => void
}

/** The PostgreSQL adapter. */
export function postgresAdapter(options: PostgresAdapterOptions): Adapter {
  const shared = {
    options,
    expiry: new ExpiryWatch(options.governance),
  }
  let sessions = 0
  return {
    protocol: 'postgresql',
    serve: (socket) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          sessions += 1
          return sessions <= options.limits.maxSessions
        }),
        (room) => (room ? carry({ ...shared, socket, session: randomUUID() }) : full(socket)),
        () =>
          Effect.sync(() => {
            sessions -= 1
            socket.destroySoon()
          }),
      ),
  }
}

function full(socket: Socket): Effect.Effect<void> {
  return Effect.sync(() => {
    turnAway(socket, {
      code: sqlstate.tooManyConnections,
      message: 'the gateway has as many sessions as it may',
      hint: 'close idle connections or raise `limits.maxSessions`',
    })
  })
}

/** From the first byte to the end. The promise inside never rejects: see `open`. */
function carry(arrival: Arrival): Effect.Effect<void> {
  const { options, session } = arrival
  return Effect.callback<void>((resume) => {
    const connection = open(arrival)
    connection.ended.then(
      (end: ConnectionEnd) => {
        if (end.error !== undefined) options.log(`session ${session}: ${end.reason}`, end.error)
        resume(Effect.void)
      },
      (error: unknown) => {
        options.log(`session ${session}: could not be opened`, error)
        resume(Effect.void)
      },
    )
    return Effect.promise(async () => {
      connection.stop({
        code: sqlstate.adminShutdown,
        message: 'the gateway is shutting down',
        hint: 'connect again in a moment',
      })
      await connection.ended.catch(() => undefined)
    })
  })
}
