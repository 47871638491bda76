import { encodeParse } from '../messages/parse.ts'
import { encodeQuery } from '../messages/query.ts'
import { encodeReadyForQuery } from '../messages/ready-for-query.ts'
import { databaseWords } from '../replies/database-words.ts'
import { errorReply, type Refusal } from '../replies/refusal.ts'
import { allAnswered } from './ask.ts'
import { isDeaf } from './send.ts'
import type { Session } from './session.ts'

/** Not SQL, so the database is sure to refuse it; it reads as what it is in the database's own log. */
const POISON = 'refused by sluice'

/**
 * Refuses a simple Query. An open transaction, or a pipeline that the Query would have ended, is made to fail on the
 * database too, as every error does in PostgreSQL, so that the client's COMMIT or Sync cannot keep half of it.
 * INVARIANT (session-survives-deny).
 */
export async function refuseSimple(session: Session, refusal: Refusal): Promise<void> {
  await allAnswered(session)
  if (isDeaf(session)) return
  const reply = errorReply(refusal)
  if (session.transaction === 'T' || session.sinceSync > 0) {
    failSimple(session, reply)
    return
  }
  session.toClient.add(reply)
  session.toClient.add(encodeReadyForQuery({ status: session.transaction }))
  session.toClient.flush()
}

/**
 * Refuses a message of the extended protocol: the client's messages up to Sync are passed over, and whatever the
 * database already did of this pipeline is undone with it.
 */
export function refuseExtended(session: Session, refusal: Refusal): void {
  if (isDeaf(session)) return
  const reply = errorReply(refusal)
  session.skipping = true
  if (session.sinceSync === 0 && session.transaction === 'I' && session.expectations.size === 0) {
    session.toClient.add(reply)
    session.toClient.flush()
    return
  }
  failExtended(session, reply)
}

/**
 * Makes the open transaction fail on the database behind an error that the client alone was told of. What was sent ahead,
 * which changes nothing, is answered first; what is sent from here on finds the transaction failed.
 */
export function failTransaction(session: Session): void {
  session.transactionDoomed = true
  if (session.sinceSync > 0) failExtended(session, errorReply(databaseWords.transactionFailed))
  else failSimple(session, NOTHING, true)
}

/** The client was told already. */
export const NOTHING = Buffer.alloc(0)

/**
 * Makes the transaction fail on the database by a Query; the client gets `reply` and then its ReadyForQuery, which is kept
 * from it where the Query is the gateway's `own`.
 */
export function failSimple(session: Session, reply: Buffer, own = false): void {
  session.expectations.push({ kind: 'refusal', reply, protocol: 'simple', own, state: 'refusal' })
  session.toUpstream.add(encodeQuery({ sql: POISON }))
  session.toUpstream.flush()
  session.sinceSync = 0
}

/** Makes the pipeline fail on the database; the client gets `reply`, and ReadyForQuery for its own Sync. */
export function failExtended(session: Session, reply: Buffer): void {
  session.expectations.push({ kind: 'refusal', reply, protocol: 'extended', own: false, state: 'refusal' })
  session.toUpstream.add(encodeParse({ name: 'sluice_refused', sql: POISON, parameterTypes: [] }))
  session.toUpstream.flush()
  session.sinceSync += 1
}
