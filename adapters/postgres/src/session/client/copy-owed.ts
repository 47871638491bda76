import { frontend } from '../../messages/codes.ts'
import type { UpstreamState } from '../../states/upstream-leg.ts'
import { mayCopyIn } from '../barrier.ts'
import type { Expectation } from '../expectations.ts'
import type { Running } from '../running.ts'
import { runOf } from '../server/rows.ts'
import type { Session } from '../session.ts'

/** True while the database takes CopyData and the client has not ended it. */
export function copyInRuns(session: Session): boolean {
  const { head } = session.expectations
  return head?.state === 'copy-in' && runOf(head)?.copyEndedBehindSyncs === undefined
}

/** True while the database ignores a Sync: amid data that it takes, be it of a COPY or of `UPLOAD_MANIFEST`. */
export function ignoresSync(session: Session): boolean {
  const { head } = session.expectations
  return (head?.state === 'copy-in' || head?.state === 'replication-copy-in') && streamRuns(session)
}

/**
 * True while the client's stream is what the database hears and nothing else: another message ends the session there
 * (`CopyGetData`, `ProcessRepliesIfAny`). It must not wait here for an answer either, which comes only behind the stream.
 */
export function streamRuns({ expectations: { head } }: Session): boolean {
  if (head === undefined || runOf(head)?.copyEndedBehindSyncs !== undefined) return false
  return head.state === 'copy-in' || streams.has(head.state)
}

/**
 * The type of a message that waits here for an answer, and so stands before the client's stream which the database hears from
 * now on: neither would ever come. Undefined: none does. Another Sync is ignored there.
 */
export function waitingAmid({ waiting }: Session, run: Running | undefined): number | undefined {
  return waiting === frontend.Sync || run?.copyEndedBehindSyncs !== undefined ? undefined : waiting
}

/** True while a permitted COPY IN has not ended. */
export function copyInOwed(session: Session): boolean {
  return openCopy(session) !== undefined
}

/** What takes the client's next CopyData, or may come to, and how many Syncs stand behind it. */
export function openCopy(
  session: Session,
): { readonly run: Running; readonly syncsBehind: number } | undefined {
  const found = session.expectations.findWithSyncs((owed) => copyRunOf(owed) !== undefined)
  const run = found === undefined ? undefined : copyRunOf(found.owed)
  return found === undefined || run === undefined ? undefined : { run, syncsBehind: found.syncsBehind }
}

/** The execution that takes, or may come to take, the client's next CopyData. */
function copyRunOf(owed: Expectation): Running | undefined {
  if (owed.kind === 'execute') return takesCopy(owed.run) || takesNow(owed, owed.run) ? owed.run : undefined
  if (owed.kind === 'replication') return takesStream(owed) ? owed.run : undefined
  // A text that failed is over with all its statements.
  if (owed.kind !== 'query' || owed.state === 'sync') return undefined
  return owed.runs.find(
    (run, i) => (i === owed.at && takesNow(owed, run)) || (i >= owed.at && takesCopy(run)),
  )
}

/** States in which a replication command takes the client's stream, or the end of it. */
const streams: ReadonlySet<UpstreamState> = new Set(['copy-both', 'copy-both-end', 'replication-copy-in'])

function takesStream({ run, state }: Extract<Expectation, { kind: 'replication' }>): boolean {
  return streams.has(state) && run.copyEndedBehindSyncs === undefined
}

/** The database says so, whatever was understood. */
function takesNow(owed: Expectation, run: Running): boolean {
  return owed.state === 'copy-in' && run.copyEndedBehindSyncs === undefined
}

/** A COPY IN whose data has not ended, or what may be one. */
export function takesCopy({ execution: { analysis }, copyEndedBehindSyncs }: Running): boolean {
  return copyEndedBehindSyncs === undefined && mayCopyIn(analysis)
}
