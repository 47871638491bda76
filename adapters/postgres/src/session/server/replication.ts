import { backend } from '../../messages/codes.ts'
import { breakStream } from '../client/copy-in.ts'
import { waitingAmid } from '../client/copy-owed.ts'
import type { Expectation } from '../expectations.ts'
import type { Session } from '../session.ts'
import { emit } from './emit.ts'

type Replication = Extract<Expectation, { kind: 'replication' }>

/**
 * Part of the answer to a replication command. Its results, its streams and their order differ by command and version:
 * the state table says what may come, the permit that nothing in it is masked.
 */
export function handleReplicationReply(session: Session, owed: Replication, type: number, raw: Buffer): void {
  owed.run.bytes += raw.length
  if (type === backend.DataRow) owed.run.rows += 1
  if (type === backend.CopyInResponse || type === backend.CopyBothResponse) breakForWaiting(session, owed)
  emit(session, raw)
}

function breakForWaiting(session: Session, { run }: Replication): void {
  const waiting = waitingAmid(session, run)
  if (waiting === undefined) return
  breakStream(session, waiting)
  session.waitingHeard = true
}
