import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { CellMaskerFor } from '@sluice/core/mask/plan'
import type { Adapter } from '@sluice/gateway/ports/adapter'
import { ExpiryWatch } from '@sluice/gateway/session/expiry-watch'
import { Effect } from 'effect'
import { type ConnectionEnd, type Line, open } from './connection.ts'
import { toPackets } from './framing/packets.ts'
import { errno } from './replies/errno.ts'
import type { ConnectionRegister } from './session/connections.ts'
import type { LoginOptions } from './startup/arrival.ts'
import { bareError } from './startup/turn-away.ts'
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
  let sessions = 0
  return {
    protocol: 'mysql',
    serve: (socket) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          sessions += 1
          return sessions <= options.limits.maxSessions
        }),
        (room) => (room ? carry({ options, expiry, socket, session: randomUUID() }) : full(socket)),
        () =>
          Effect.sync(() => {
            sessions -= 1
            socket.destroySoon()
          }),
      ),
  }
}

/** Where there is no session, the error stands in the greeting's place. */
function full(socket: Socket): Effect.Effect<void> {
  return Effect.sync(() => {
    socket.on('error', () => undefined)
    const refusal = {
      code: errno.tooManyConnections,
      message: 'the gateway has as many sessions as it may',
      hint: 'close idle connections or raise `limits.maxSessions`',
    }
    if (!socket.destroyed) socket.end(toPackets(bareError(refusal), 0))
  })
}

/** From the first byte to the end. The promise inside never rejects: see `open`. */
function carry(line: Line): Effect.Effect<void> {
  const { options, session } = line
  return Effect.callback<void>((resume) => {
    const connection = open(line)
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
        code: errno.serverShutdown,
        message: 'the gateway is shutting down',
        hint: 'connect again in a moment',
      })
      await connection.ended.catch(() => undefined)
    })
  })
}
