import type { Duplex } from 'node:stream'
import { leave } from '@sluice/wire/socket/leave'
import { fatalReply, type Refusal } from './replies/refusal.ts'
import { negotiate } from './startup/negotiate.ts'
import {
  type Arrival,
  type ConnectionEnd,
  carrySession,
  clientAddress,
  type Live,
} from './startup/open-session.ts'
import { isExpected } from './startup/refused.ts'

/** A connection under way, whether or not it has become a session. */
export type Connection = {
  readonly ended: Promise<ConnectionEnd>
  readonly stop: (refusal: Refusal) => void
}

/** Carries a connection from its first byte. */
export function open(arrival: Arrival): Connection {
  const { socket } = arrival
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  let stop = (_refusal: Refusal): void => {
    socket.destroy()
  }
  const ended = begin(arrival, (live) => {
    stop = live
  })
  return { ended, stop: (refusal) => stop(refusal) }
}

/** Tells a client that has not said anything yet why it is turned away. */
export function turnAway(stream: Duplex, refusal: Refusal): void {
  if (!stream.destroyed) stream.end(fatalReply(refusal))
}

async function begin(arrival: Arrival, live: Live): Promise<ConnectionEnd> {
  const { options, socket } = arrival
  const timer = setTimeout(() => socket.destroy(), options.limits.authenticationTimeoutMs)
  try {
    const opening = await negotiate(socket, options.tls)
    opening.stream.on('error', () => undefined)
    if (opening.kind === 'cancel') {
      await options.cancelDesk.request(opening.request, clientAddress(arrival))
      opening.stream.end()
      return { reason: 'cancel request', error: undefined }
    }
    const end = await carrySession(arrival, opening, live, () => clearTimeout(timer))
    await leave(opening.stream)
    return end
  } catch (error) {
    return { reason: 'did not begin', error: isExpected(error) || socket.destroyed ? undefined : error }
  } finally {
    clearTimeout(timer)
  }
}
