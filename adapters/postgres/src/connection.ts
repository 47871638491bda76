import { isExpected } from '@sluice/gateway/session/refused'
import type { Connection, ConnectionEnd } from '@sluice/gateway/session/serve'
import { ConnectionClosed } from '@sluice/wire/conversation'
import { clientAddress } from '@sluice/wire/socket/client-address'
import { leave } from '@sluice/wire/socket/leave'
import { sqlstate } from './replies/sqlstate.ts'
import { negotiate } from './startup/negotiate.ts'
import {
  type Arrival,
  carrySession,
  type Live,
  type LoginProgress,
  recordRefusal,
} from './startup/open-session.ts'
import { refusalFor } from './startup/refused.ts'

/** Carries a connection from its first byte. */
export function open(arrival: Arrival): Connection {
  const { socket } = arrival
  socket.setNoDelay(true)
  let stop: Connection['stop'] = () => socket.destroy()
  const ended = begin(arrival, (live) => {
    stop = (told) => live({ code: sqlstate.adminShutdown, ...told })
  })
  return { ended, stop: (told) => stop(told) }
}

async function begin(arrival: Arrival, live: Live): Promise<ConnectionEnd> {
  const { options, socket } = arrival
  const login: LoginProgress = { proven: () => clearTimeout(timer), late: false }
  const timer = setTimeout(() => {
    login.late = true
    socket.destroy()
  }, options.limits.authenticationTimeoutMs)
  try {
    const opening = await negotiate(socket, options.tls).catch((error: unknown) => notBegun(arrival, error))
    opening.stream.on('error', () => undefined)
    if (opening.kind === 'cancel') {
      await options.cancelDesk.request(opening.request, clientAddress(socket, options.unixSocket))
      opening.stream.end()
      return { reason: 'cancel request', error: undefined }
    }
    const end = await carrySession(arrival, opening, live, login)
    await leave(opening.stream)
    return end
  } catch (error) {
    return { reason: 'did not begin', error: isExpected(error) || socket.destroyed ? undefined : error }
  } finally {
    clearTimeout(timer)
  }
}

/** Records a connection that failed before its StartupMessage. Whoever left, as health checks do, is nobody to record. */
function notBegun(arrival: Arrival, error: unknown): never {
  if (!(error instanceof ConnectionClosed)) recordRefusal(arrival, new Map(), refusalFor(error), error)
  throw error
}
