import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComStmtSendLongData } from '../../messages/com-stmt-send-long-data.ts'
import { sendCommand } from '../send.ts'
import type { WireSession } from '../wire-session.ts'

/**
 * COM_STMT_SEND_LONG_DATA, which is never answered: what it adds is kept for the record of the next execution and passed
 * on. Beyond what may be kept nothing is passed on, and that execution is refused. INVARIANT (hostile-both-sides).
 */
export function handleLongData(session: WireSession, frame: Frame): void {
  const { statementId, parameter, data } = decodeComStmtSendLongData(frame.payload)
  const prepared = session.prepared.get(statementId)
  if (prepared === undefined) return
  // For a parameter that is not there the database refuses the statement until it is reset.
  if (parameter >= prepared.parameters || prepared.long.add(parameter, data)) sendCommand(session, frame)
}
