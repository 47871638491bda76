import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ExpiryWatch } from '@sluice/gateway/session/expiry-watch'
import { closeSession } from '@sluice/gateway/session/record'
import type { Connection, ConnectionEnd } from '@sluice/gateway/session/serve'
import { leave } from '@sluice/wire/socket/leave'
import type { MysqlAdapterOptions } from './adapter.ts'
import { errno } from './replies/errno.ts'
import { type LiveSession, runSession, type SessionEnd } from './session/run-session.ts'
import type { Arrival, LoggedIn } from './startup/arrival.ts'
import { logIn, logInAnew } from './startup/log-in.ts'

/** A connection that was accepted, and what it shares with the others of its listener. */
type Line = {
  readonly options: MysqlAdapterOptions
  readonly expiry: ExpiryWatch
  readonly socket: Socket
  /** The session's id. */
  readonly session: string
}

/** Carries a connection from its first byte. */
export function open(line: Line): Connection {
  const { socket } = line
  let stop: Connection['stop'] = () => socket.destroy()
  const ended = begin(line, (live) => {
    stop = (told) => live.stop({ code: errno.serverShutdown, ...told })
  })
  return { ended, stop: (told) => stop(told) }
}

async function begin(line: Line, live: (session: LiveSession) => void): Promise<ConnectionEnd> {
  const { options, socket, session } = line
  const connectionId = options.connections.issue()
  let arrival: Arrival = { options, socket, session, connectionId }
  let login = await logIn(arrival)
  for (;;) {
    if (login.kind === 'refused') return login
    const { next, ...end } = await carry(line, login, connectionId, live)
    if (next === undefined) return end
    // INVARIANT (identity-bound): a session of its own, for whoever is proven now.
    arrival = { ...arrival, session: randomUUID() }
    login = await logInAnew(arrival, login, next)
  }
}

/** One session, from its login to its end. */
async function carry(
  line: Line,
  login: LoggedIn,
  connectionId: number,
  live: (session: LiveSession) => void,
): Promise<SessionEnd> {
  const { options, expiry } = line
  const { governance } = options
  let statements = 0
  let end: SessionEnd = { reason: 'did not begin', error: undefined }
  try {
    const running = prepared(line, login, connectionId)
    live(running)
    const unwatch = expiry.add({
      who: login.who,
      expire: (told) => running.expire({ code: errno.accessDenied, ...told }),
    })
    login.welcome()
    running.start()
    end = await running.ended
    unwatch()
    ;({ statements } = running.session)
  } catch (error) {
    end = { reason: 'could not be carried', error }
    login.upstream.stream.destroy()
  }
  closeSession(governance, login.who, statements, end.reason)
  if (end.next === undefined) await leave(login.stream)
  return end
}

/** The session behind both logins. Throws where their results would have different forms. */
function prepared({ options, session }: Line, login: LoggedIn, connectionId: number): LiveSession {
  const { governance, maskerFor, connections } = options
  const { stream, framer, who, request, upstream } = login
  return runSession(
    { client: stream, clientFramer: framer, upstream: upstream.stream, upstreamFramer: upstream.framer },
    {
      governance,
      who,
      maskerFor,
      capabilities: request.capabilities,
      upstreamCapabilities: upstream.capabilities,
      connections,
      connectionId,
      upstreamId: upstream.connectionId,
      status: upstream.status,
      cancelUpstream: () => options.upstream.cancel(upstream),
      report: (error) => options.log(`session ${session}: a statement failed in the gateway`, error),
      server: upstream.profile,
      characterSet: request.characterSet,
    },
  )
}
