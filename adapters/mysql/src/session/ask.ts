import { encodeComQuery } from '../messages/com-query.ts'
import { exchange } from './exchange.ts'
import { sendCommand } from './send.ts'
import type { Outcome } from './session.ts'
import type { WireSession } from './wire-session.ts'

/**
 * Puts a question of the gateway's own to the database, between two commands of the client. Resolves with the rows, or
 * undefined when the database refused it. Nothing of it reaches the client.
 */
export async function askServer(
  session: WireSession,
  sql: string,
): Promise<readonly (readonly (string | null)[])[] | undefined> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const asked = exchange('ask', resolve)
  session.exchange = asked
  sendCommand(session, encodeComQuery({ sql, attributes: [] }, session.upstreamCapabilities.flags))
  return (await promise) === 'done' ? asked.answer : undefined
}
