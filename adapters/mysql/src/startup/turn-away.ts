import { refuseSession } from '@sluice/gateway/session/record'
import { hasLeft, isExpected, recordedReason } from '@sluice/gateway/session/refused'
import { clientAddress } from '@sluice/wire/socket/client-address'
import { leave } from '@sluice/wire/socket/leave'
import { encodeErrPacket } from '../messages/err-packet.ts'
import { errorReply, type Refusal } from '../replies/refusal.ts'
import type { Arrival, NotLoggedIn, Told } from './arrival.ts'
import type { Beginning } from './negotiate.ts'
import { refusalFor } from './refused.ts'

/** Tells a client why it is turned away, and the record as well. Resolves once the words have left. */
export async function turnAway(
  arrival: Arrival,
  beginning: Beginning,
  told: Told,
  error: unknown,
): Promise<NotLoggedIn> {
  const refusal = refusalFor(error)
  const { talk, stream, socket } = beginning
  const { greeted, user } = told
  stream.on('error', () => undefined)
  socket.on('error', () => undefined)
  if (!stream.destroyed) talk.say(greeted ? errorReply(refusal) : bareError(refusal))
  talk.release()
  // Whoever left without a word, as health checks do, is nobody to record.
  if (!(hasLeft(error) && user === '')) recordRefusal(arrival, told, refusal, error)
  await leave(stream)
  socket.destroySoon()
  return {
    kind: 'refused',
    reason: refusal.message,
    error: isExpected(error) || hasLeft(error) ? undefined : error,
  }
}

/** What is known of a client that was turned away before it said anything. */
export const NOTHING_SAID: Told = { greeted: false, user: '', database: '' }

/** Records that a connection did not become a session. */
export function recordRefusal(
  { options, socket, session }: Pick<Arrival, 'options' | 'socket' | 'session'>,
  { user, principal, database }: Told,
  refusal: Refusal,
  error: unknown,
): void {
  refuseSession(options.governance, {
    session,
    clientAddress: clientAddress(socket, options.unixSocket),
    protocol: 'mysql',
    login: user,
    ...(principal === undefined ? {} : { principal }),
    database,
    code: String(refusal.code),
    reason: recordedReason(error, refusal),
  })
}

/** Before the greeting no form of an error is agreed on: one without SQLSTATE is understood by all. */
export function bareError({ code, message, hint }: Refusal): Buffer {
  return encodeErrPacket({ code, sqlState: undefined, message: `${message}; ${hint}` })
}
