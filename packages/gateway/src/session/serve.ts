import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import * as Effect from 'effect/Effect'
import type { Adapter } from '../ports/adapter.ts'
import type { Told } from './failure.ts'

/** How a connection ended. `error` is there for failures that are not the client's input. */
export type ConnectionEnd = { readonly reason: string; readonly error: unknown }

/** A connection under way, whether or not it has become a session. */
export type Connection = {
  /** Resolves when the connection is over. */
  readonly ended: Promise<ConnectionEnd>
  /** Ends it from outside, and tells the client why in its protocol. */
  readonly stop: (told: Told) => void
}

/** What a protocol brings along, so that its connections are counted, carried and ended. */
export type ServeOptions = {
  readonly maxSessions: number
  /** Carries a connection from its first byte. `session` is the id of the session that it becomes. */
  readonly open: (socket: Socket, session: string) => Connection
  /** Tells a client that has not said anything yet why there is no session for it, and the record as well. */
  readonly turnAway: (socket: Socket, session: string, told: Told) => void
  /** Told of failures that are nobody's input: for the gateway's own log. */
  readonly log: (message: string, error: unknown) => void
}

/** The lifecycle of the connections at one adapter: `maxSessions` at a time, each told when the gateway shuts down. */
export function serveConnections(options: ServeOptions): Adapter['serve'] {
  let sessions = 0
  return (socket) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        sessions += 1
        // Whoever listens later may be too late: an error that nobody hears would end the process.
        socket.on('error', () => undefined)
        // Nor does one that is closed say whose it was: asked once, it is remembered.
        void socket.remoteAddress
        return sessions <= options.maxSessions
      }),
      (room) => (room ? carry(options, socket) : full(options, socket)),
      () =>
        Effect.sync(() => {
          sessions -= 1
          socket.destroySoon()
        }),
    )
}

function full({ turnAway }: ServeOptions, socket: Socket): Effect.Effect<void> {
  return Effect.sync(() => {
    if (!socket.destroyed) turnAway(socket, randomUUID(), noRoom)
  })
}

/** From the first byte to the end. */
function carry({ open, log }: ServeOptions, socket: Socket): Effect.Effect<void> {
  return Effect.callback<void>((resume) => {
    const session = randomUUID()
    const connection = open(socket, session)
    connection.ended.then(
      ({ reason, error }) => {
        if (error !== undefined) log(`session ${session}: ${reason}`, error)
        resume(Effect.void)
      },
      (error: unknown) => {
        log(`session ${session}: could not be opened`, error)
        resume(Effect.void)
      },
    )
    return Effect.promise(async () => {
      connection.stop(shuttingDown)
      await connection.ended.catch(() => undefined)
    })
  })
}

const noRoom: Told = {
  message: 'the gateway has as many sessions as it may',
  hint: 'close idle connections or raise `limits.maxSessions`',
}

const shuttingDown: Told = {
  message: 'the gateway is shutting down',
  hint: 'connect again in a moment',
}
