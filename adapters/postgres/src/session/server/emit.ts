import type { Slice } from '@sluice/wire/outgoing'
import type { Session } from '../session.ts'

/** Queues a message for the client, unless the client was told of an error that the database does not know of. */
export function emit(session: Session, bytes: Buffer): void {
  if (session.muted === undefined) session.toClient.add(bytes)
}

/** The same for a message that goes on as it came. */
export function relay(session: Session, message: Slice): void {
  if (session.muted === undefined) session.toClient.addSlice(message)
}

/** The same for what is no answer: nobody tells of it again. */
export function emitAside(session: Session, bytes: Buffer): void {
  session.toClient.add(bytes)
}
