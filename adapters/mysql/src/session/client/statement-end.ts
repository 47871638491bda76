import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComStmtClose } from '../../messages/com-stmt-close.ts'
import { decodeComStmtReset } from '../../messages/com-stmt-reset.ts'
import { ask } from '../carry-out.ts'
import { unknownStatement } from '../prepared-now.ts'
import { refuse } from '../refuse.ts'
import { sendCommand } from '../send.ts'
import type { WireSession } from '../wire-session.ts'

/** COM_STMT_CLOSE, which is never answered. */
export function handleClose(session: WireSession, frame: Frame): void {
  const { statementId } = decodeComStmtClose(frame.payload)
  const prepared = session.prepared.get(statementId)
  if (prepared === undefined) return
  session.prepared.remove(prepared.id)
  sendCommand(session, frame)
}

/** COM_STMT_RESET: the cursor is closed and the long data forgotten. */
export async function handleReset(session: WireSession, frame: Frame): Promise<void> {
  const prepared = session.prepared.get(decodeComStmtReset(frame.payload).statementId)
  if (prepared === undefined) return refuse(session, unknownStatement)
  const { outcome } = await ask(session, 'command', frame)
  if (outcome === 'failed') return undefined
  prepared.cursor = undefined
  prepared.long.clear()
  return undefined
}
