import { frameHeader } from '../../framing/frame-piece.ts'
import { decodeCopyDone } from '../../messages/copy-done.ts'
import { decodeCopyFail, encodeCopyFail } from '../../messages/copy-fail.ts'
import { encodeFlush } from '../../messages/flush.ts'
import type { Session } from '../session.ts'
import { copyInOwed, openCopy } from './copy-owed.ts'
import type { ClientFrame } from './frame.ts'
import { followHeldSync } from './held-sync.ts'

/** Has the database end a stream of replication for such a message: it sees the type, of one that holds nothing it could do. */
export function breakStream({ toUpstream }: Session, type: number): void {
  toUpstream.add(Buffer.concat([frameHeader(type, 1), Buffer.of(0)]))
  toUpstream.flush()
}

/**
 * CopyData, CopyDone, CopyFail. Forwarded only for a COPY IN that was permitted and has not ended; late ones are
 * dropped, as the database itself drops them.
 */
export function handleCopyData(session: Session, { raw }: ClientFrame): void {
  if (takesCopyData(session)) session.toUpstream.add(raw)
}

/** True where the client's data goes to the database, as it does now. */
export function takesCopyData(session: Session): boolean {
  if (session.skipping || !copyInOwed(session)) return false
  followHeldSync(session)
  return true
}

/** CopyDone: the client has sent all its data. */
export function handleCopyDone(session: Session, { payload, raw }: ClientFrame): void {
  decodeCopyDone(payload)
  endCopy(session, raw)
}

/** CopyFail: the client gives up; the database fails the COPY, also where it cannot read why. */
export function handleCopyFail(session: Session, { payload, raw }: ClientFrame): void {
  decodeCopyFail(payload, 'latin1')
  endCopy(session, raw)
}

/** The gateway gives up in the client's place. */
export function giveUpCopy(session: Session): void {
  endCopy(session, encodeCopyFail({ message: 'the text failed before' }))
  session.toUpstream.flush()
}

function endCopy(session: Session, raw: Buffer): void {
  const owed = openCopy(session)
  if (owed === undefined) return
  owed.run.copyEndedBehindSyncs = owed.syncsBehind
  followHeldSync(session)
  session.toUpstream.add(raw)
  // What stands behind it in its pipeline waits for the answer, and so does the Sync behind that; see `isAwaited`.
  if (session.sinceSync > 0) session.toUpstream.add(encodeFlush())
}
