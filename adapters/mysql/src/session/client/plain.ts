import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComChangeUser } from '../../messages/com-change-user.ts'
import { decodeComPing } from '../../messages/com-ping.ts'
import { decodeComSetOption, MULTI_STATEMENTS_ON } from '../../messages/com-set-option.ts'
import { decodeComStatistics } from '../../messages/com-statistics.ts'
import { ask } from '../carry-out.ts'
import { answerEof } from '../local-ok.ts'
import type { WireSession } from '../wire-session.ts'

/** COM_PING: asks the database too. */
export async function handlePing(session: WireSession, frame: Frame): Promise<void> {
  decodeComPing(frame.payload)
  await ask(session, 'command', frame)
}

/** COM_STATISTICS. */
export async function handleStatistics(session: WireSession, frame: Frame): Promise<void> {
  decodeComStatistics(frame.payload)
  await ask(session, 'statistics', frame)
}

/** COM_CHANGE_USER: never forwarded. The session ends; another begins behind a full new login. INVARIANT (identity-bound). */
export function handleChangeUser(session: WireSession, frame: Frame): void {
  session.changeUser(decodeComChangeUser(frame.payload, session.capabilities.flags))
}

/** COM_SET_OPTION: a matter of the gateway alone, which sends the database one statement at a time. */
export function handleSetOption(session: WireSession, frame: Frame): void {
  session.multiStatements = decodeComSetOption(frame.payload).option === MULTI_STATEMENTS_ON
  answerEof(session)
}
