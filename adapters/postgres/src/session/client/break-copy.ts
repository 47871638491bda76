import { randomUUID } from 'node:crypto'
import { encodeCopyFail } from '../../messages/copy-fail.ts'
import type { ErrorResponse } from '../../messages/error-response.ts'
import { databaseWords } from '../../replies/database-words.ts'
import { fatalReply } from '../../replies/refusal.ts'
import type { Session } from '../session.ts'
import { openCopy } from './copy-owed.ts'

/** What the database is told of a COPY that ends for another message of its client's. Nobody can guess it. */
const BROKEN = `sluice: a message that is no data came (${randomUUID()})`

/** The first major version that ends the session for it (`CopyGetData`). */
const ENDS_SESSION = 14

/**
 * The client sent a message of this type amid the data of a COPY. The database would end the session for it, or the COPY
 * (PostgreSQL 13); but where the data has failed by now, which nobody knows here, it would carry it out. So it hears CopyFail
 * in its place, over which it passes then, and its error tells which it was: see `heardAmidCopy`. INVARIANT
 * (no-unproven-column): an answer that is not expected would be taken for that of the next statement.
 */
export function breakCopy(session: Session, type: number): void {
  const owed = openCopy(session)
  if (owed === undefined) return
  owed.run.copyEndedBehindSyncs = owed.syncsBehind
  session.brokenBy = type
  session.toUpstream.add(encodeCopyFail({ message: BROKEN }))
  session.toUpstream.flush()
}

/** The COPY has failed. Undefined: for its data, so that the message behind it counts; otherwise what the client is told. */
export function heardAmidCopy(session: Session, error: ErrorResponse): ErrorResponse | undefined {
  const { brokenBy, heldSync } = session
  session.brokenBy = undefined
  if (brokenBy === undefined || error.fields.get('M')?.includes(BROKEN) !== true) return undefined
  session.waitingHeard = true
  // It came amid the data as well.
  session.heldSync = undefined
  heldSync?.answer()
  const { code, message } = databaseWords.amidCopy(brokenBy)
  return { ...error, fields: new Map([...error.fields, ['C', code], ['M', message]]) }
}

/** Behind such an error: the newer majors end the session. */
export function endBrokenCopy(session: Session): void {
  if ((session.modes.major ?? ENDS_SESSION) < ENDS_SESSION) return
  session.toClient.add(fatalReply(databaseWords.synchronizationLost))
  session.toClient.flush()
  session.end('the client sent a message that is no data amid a COPY')
}
