import type { Frame } from '../../framing/frame-piece.ts'
import { decodeErrPacket } from '../../messages/err-packet.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'
import { emit, relay } from './emit.ts'
import { finish } from './finish.ts'
import { tellOverLimit } from './over-limit.ts'
import { seenWarnings } from './warnings.ts'
import { withheldError } from './withhold.ts'

/** ERR: the command failed; nothing more of it comes. The session and, but for a few errors, its transaction live on. */
export function handleError(session: WireSession, owed: Exchange, frame: Frame): void {
  const error = decodeErrPacket(frame.payload)
  owed.failure = error.code
  const exceeded = owed.run?.overLimit
  if (exceeded !== undefined) tellOverLimit(session, exceeded)
  else if (owed.kind !== 'ask' && owed.kind !== 'forget') tell(session, owed, frame)
  // What it warned of before it failed may be listed, too.
  seenWarnings(session, owed, 0)
  finish(session, owed, 'failed', String(error.code))
}

function tell(session: WireSession, owed: Exchange | undefined, frame: Frame): void {
  const withheld = withheldError(session, decodeErrPacket(frame.payload), owed)
  if (withheld === undefined) relay(session, frame)
  else emit(session, withheld)
}

/** An error that answers nothing: the database says why it ends the connection. */
export function handleLastWord(session: WireSession, frame: Frame): void {
  tell(session, undefined, frame)
  session.end('the database ended the session')
}
