import { ProtocolViolation } from '@sluice/wire/violation'
import { encodeComStmtReset } from '../messages/com-stmt-reset.ts'
import { exchange } from './exchange.ts'
import type { Prepared } from './prepared.ts'
import { sendCommand } from './send.ts'
import type { Outcome } from './session.ts'
import type { WireSession } from './wire-session.ts'

/**
 * Runs an execution, and has the database forget what was sent ahead of it where it never got there. A server forgets that
 * with every execution, also with one that fails, so that clients send it anew: behind a refused one it would get it twice.
 */
export async function forgettingLongData(
  session: WireSession,
  prepared: Prepared,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) await forgetLongData(session, prepared)
    throw error
  }
  await forgetLongData(session, prepared)
}

async function forgetLongData(session: WireSession, prepared: Prepared): Promise<void> {
  if (!prepared.long.any || session.over) return
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  session.exchange = exchange('forget', resolve)
  sendCommand(session, encodeComStmtReset({ statementId: prepared.id }))
  if ((await promise) === 'failed') return
  prepared.cursor = undefined
  prepared.long.clear()
}
