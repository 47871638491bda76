import { countRows, type Exceeded } from '@sluice/gateway/pipeline/spend'
import { cancelRunning } from '@sluice/gateway/session/interruptible'
import { errno } from '../../replies/errno.ts'
import { errorReply } from '../../replies/refusal.ts'
import type { Running } from '../running.ts'
import type { WireSession } from '../wire-session.ts'
import { emit } from './emit.ts'

/** Counts rows; false once a limit is passed: then they are dropped and the database is asked to stop. */
export function countOrStop(session: WireSession, run: Running, rows: number, bytes: number): boolean {
  if (run.overLimit !== undefined) return false
  if (countRows(session.governance, run, rows, bytes)) {
    run.resultRows += rows
    return true
  }
  void cancelRunning(session)
  return false
}

/** Tells the client that a limit ended its result. Behind an error nothing more of its text runs, as with the servers. */
export function tellOverLimit(session: WireSession, { message, hint }: Exceeded): void {
  session.moreFollow = false
  emit(session, errorReply({ code: errno.queryInterrupted, message, hint }))
}
