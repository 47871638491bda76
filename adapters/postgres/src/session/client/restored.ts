import { whenReady } from '@sluice/gateway/session/interruptible'
import { canceled } from '../canceled.ts'
import type { Prepared } from '../names.ts'
import { mustAskFor, refreshContext } from '../read.ts'
import { refuseExtended } from '../refuse.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/** True where the database is to be asked first whether it is still what Parse made. */
export function mayBeRestored(session: Session, { before }: Prepared): boolean {
  return before !== undefined && session.names.areVoided && mustAskFor(session, undefined)
}

/** Asks, and handles the message then. */
export function restoredFirst(
  session: Session,
  frame: ClientFrame,
  handle: (session: Session, frame: ClientFrame) => void | Promise<void>,
): Promise<void> {
  const kept = frame.keep()
  return whenReady(
    session,
    refreshContext(session),
    () => handle(session, kept),
    () => refuseExtended(session, canceled),
  )
}
