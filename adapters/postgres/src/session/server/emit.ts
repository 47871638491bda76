import type { Session } from '../session.ts'

/** Queues a message for the client, unless the client was told of an error that the database does not know of. */
export function emit(session: Session, bytes: Buffer): void {
  if (!session.muted) session.toClient.add(bytes)
}
