import { errorReply, type Refusal } from '../replies/refusal.ts'
import { emit } from './server/emit.ts'
import type { WireSession } from './wire-session.ts'

/** Refuses a command. The session and its transaction live on. INVARIANT (session-survives-deny). */
export function refuse(session: WireSession, refusal: Refusal): void {
  if (session.over) return
  emit(session, errorReply(refusal))
  session.toClient.flush()
}
