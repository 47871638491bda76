import { ProtocolViolation } from '@sluice/wire/violation'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComStmtPrepareOk } from '../../messages/com-stmt-prepare-ok.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'

/** COM_STMT_PREPARE_OK: the statement's id, and how many definitions follow. */
export function handlePrepared(session: WireSession, owed: Exchange, frame: Frame): void {
  const ok = decodeComStmtPrepareOk(frame.payload)
  if (session.prepared.get(ok.statementId) !== undefined)
    throw new ProtocolViolation('upstream', 'unexpected', 'a statement was given the id of another')
  owed.prepareOk = ok
  owed.due = ok.parameters
  skipEmpty(owed)
}

/** Of what is counted as none, nothing comes, not even an EOF. */
export function skipEmpty(owed: Exchange): void {
  if (owed.state === 'prepare-parameters' && owed.due === 0) owed.state = 'prepare-columns'
  if (owed.state !== 'prepare-columns' || owed.due > 0) return
  owed.due = owed.prepareOk?.columns ?? 0
  if (owed.due === 0) owed.state = 'done'
}
