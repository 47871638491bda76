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

/**
 * Takes one of the `maxSessions` places, once it is clear that the connection is to become a session. Gives what the
 * client is to be told where none is left.
 */
export type Enter = () => Told | undefined

/** What a protocol brings along, so that its connections are counted, carried and ended. */
export type ServeOptions = {
  readonly maxSessions: number
  /** Carries a connection from its first byte. `session` is the id of the session that it becomes. */
  readonly open: (socket: Socket, session: string, enter: Enter) => Connection
  /** Tells a client for which there is no session why, as far as it can still be told, and the record as well. */
  readonly turnAway: (socket: Socket, session: string, told: Told) => void
  /** Told of failures that are nobody's input: for the gateway's own log. */
  readonly log: (message: string, error: unknown) => void
}

/** Connections without a place that are kept besides the sessions: as many as `maxSessions`, and so many at least. */
export const MIN_ARRIVING = 64

/**
 * The lifecycle of the connections at one adapter: `maxSessions` sessions at a time, and about as many connections that
 * are none yet. Each is told when the gateway shuts down.
 */
export function serveConnections(options: ServeOptions): Adapter['serve'] {
  const arrive = arrivals(options)
  return (socket) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        // Whoever listens later may be too late: an error that nobody hears would end the process.
        socket.on('error', () => undefined)
        // Nor does one that is closed say whose it was: asked once, it is remembered.
        void socket.remoteAddress
        return arrive(socket)
      }),
      (place) => carry(options, socket, place),
      ({ leave }) =>
        Effect.sync(() => {
          leave()
          socket.destroySoon()
        }),
    )
}

type Place = { readonly session: string; readonly enter: Enter; readonly leave: () => void }

/**
 * Counts who comes, who enters and who leaves. One that is no session yet may be a cancel request, so that it is heard
 * where no place is left. Of too many the one that has waited longest makes room: whoever says what it wants is done soon,
 * and those who come to say nothing shut nobody out.
 */
function arrivals({ maxSessions, turnAway }: ServeOptions): (socket: Socket) => Place {
  const most = Math.max(maxSessions, MIN_ARRIVING)
  /** With the session that each would be; without one where it was told already that it is none. */
  const arriving = new Map<Socket, string | undefined>()
  let sessions = 0
  const makeRoom = (): void => {
    for (const [socket, session] of arriving) {
      arriving.delete(socket)
      if (session !== undefined) turnAway(socket, session, waitedLongest)
      socket.destroySoon()
      return
    }
  }
  return (socket) => {
    const session = randomUUID()
    let inside = false
    if (arriving.size >= most) makeRoom()
    arriving.set(socket, session)
    return {
      session,
      enter: () => {
        if (sessions >= maxSessions) {
          if (arriving.has(socket)) arriving.set(socket, undefined)
          return noRoom
        }
        sessions += 1
        inside = true
        arriving.delete(socket)
        return undefined
      },
      leave: () => {
        arriving.delete(socket)
        if (inside) sessions -= 1
      },
    }
  }
}

/** From the first byte to the end. */
function carry({ open, log }: ServeOptions, socket: Socket, { session, enter }: Place): Effect.Effect<void> {
  return Effect.callback<void>((resume) => {
    const connection = open(socket, session, enter)
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

const waitedLongest: Told = {
  message: 'too many connections have not said yet what they want, and this one waited longest',
  hint: 'connect again in a moment',
}

const shuttingDown: Told = {
  message: 'the gateway is shutting down',
  hint: 'connect again in a moment',
}
