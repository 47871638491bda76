import { hash } from 'node:crypto'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComResetConnection } from '../../messages/com-reset-connection.ts'
import { carryOut } from '../carry-out.ts'
import { readCommand } from '../context.ts'
import { decide } from '../decide.ts'
import { freshSession } from '../session.ts'
import type { WireSession } from '../wire-session.ts'

/** No text says it: it is decided and recorded by this name, as what it does. */
const RESET: ReadStatement = {
  statement: { kind: 'discard', target: 'all', called: 'reset connection' },
  canonical: 'reset connection',
  fingerprint: hash('sha256', 'mysql\nreset connection', 'hex').slice(0, 32),
  literals: false,
  parameterCount: 0,
}

/**
 * COM_RESET_CONNECTION: what is open is rolled back, temporary tables and locks go, and the session is as it was right
 * after its login. Who is on it stays. INVARIANT (identity-bound).
 */
export async function handleResetConnection(session: WireSession, frame: Frame): Promise<void> {
  decodeComResetConnection(frame.payload)
  const analysis = await readCommand(session, RESET)
  const decision = decide(session, analysis)
  const order = { kind: 'command', analysis, decision, traceparent: undefined, message: frame } as const
  if ((await carryOut(session, order)) === 'failed') return
  session.prepared.clear()
  session.obscured = false
  // Both servers forget the warnings, too.
  session.warner = undefined
  session.text = freshSession(session.text.modes, undefined, session.text.characterSet)
  session.contextStale = true
}
