import { encodeComQuery } from '../messages/com-query.ts'
import { errno } from '../replies/errno.ts'
import { Canceled } from './canceled.ts'
import { exchange } from './exchange.ts'
import { sendCommand } from './send.ts'
import type { Outcome } from './session.ts'
import type { WireSession } from './wire-session.ts'

/** What the database answered: rows, or the number of the error by which it refused. */
export type Answer = {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly failure: number | undefined
}

/**
 * Puts a question of the gateway's own to the database, between two commands of the client. Nothing of it reaches the client.
 * Rejects with `Canceled` where a cancel ended it: that was meant for the statement behind it.
 */
export async function askServer(session: WireSession, sql: string): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const asked = exchange('ask', resolve)
  session.exchange = asked
  sendCommand(session, encodeComQuery({ sql, attributes: [] }, session.upstreamCapabilities.flags))
  if ((await promise) === 'done') return { rows: asked.answer, failure: undefined }
  if (asked.failure === errno.queryInterrupted) throw new Canceled()
  return { rows: [], failure: asked.failure ?? errno.unknownError }
}
