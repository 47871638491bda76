import { isPureRead } from '@sluice/gateway/pipeline/admit'
import { encodeTerminate } from '../messages/terminate.ts'
import { runOf } from './server/rows.ts'
import type { Session } from './session.ts'

/**
 * The client has left, and all that it sent before is handled: as the database itself would, what it asked for is run
 * to its end, so that its record tells the outcome. Only a read is cancelled, whose rows nobody takes any more.
 * `over` is called when nothing is owed.
 */
export function takeLeave(session: Session, over: () => void): void {
  if (session.expectations.size === 0) {
    over()
    return
  }
  const { heldSync } = session
  if (heldSync !== undefined && !heldSync.begun) {
    session.toUpstream.flush()
    void heldSync.answered.then(() => takeLeave(session, over))
    return
  }
  // Read behind everything that was sent: the database answers that, and then ends the connection.
  session.toUpstream.add(encodeTerminate())
  session.toUpstream.flush()
  const { head } = session.expectations
  const run = runOf(head)
  const alone = head?.kind !== 'query' || head.runs.length === 1
  if (
    run !== undefined &&
    alone &&
    isPureRead(run.execution.analysis) &&
    !session.expectations.owesBehindSync()
  )
    void session.cancelUpstream()
  void session.expectations.empty().then(over)
}
