import type { Analysis } from '@sluice/core/analysis/context'
import { renewed } from '@sluice/core/analysis/renewed'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { onceReady } from '@sluice/gateway/pipeline/once-ready'
import { whenReady } from '@sluice/gateway/session/interruptible'
import type { Slice } from '@sluice/wire/outgoing'
import { encodeDescribe } from '../../messages/describe.ts'
import { decodeExecute } from '../../messages/execute.ts'
import { encodeFlush } from '../../messages/flush.ts'
import { Remembered } from '../../messages/remembered.ts'
import { databaseWords } from '../../replies/database-words.ts'
import { isAwaited, raiseBarrier } from '../barrier.ts'
import { canceled } from '../canceled.ts'
import { decide } from '../decide.ts'
import { isLookedUpLate, readLate } from '../looked-up-late.ts'
import type { Opened, Portal, Prepared } from '../names.ts'
import { doubtedSince, mustAskFor, refreshContext } from '../read.ts'
import { refuseExtended } from '../refuse.ts'
import { refuseUnread, unreadOf } from '../refuse-unread.ts'
import type { Running } from '../running.ts'
import { isDeaf, sendStatement } from '../send.ts'
import type { Session } from '../session.ts'
import { noteSent } from './behind-limit.ts'
import type { ClientFrame } from './frame.ts'
import { decidedOf, open, takeOpened } from './open.ts'

const executes = new Remembered(decodeExecute)

/** Execute: decided and recorded anew each time, with today's policy, tables and settings. */
export function handleExecute(session: Session, frame: ClientFrame): void | Promise<void> {
  const name = executes.read(frame, session.encoding).portal
  const portal = session.names.portal(name)
  if (portal === undefined) {
    refuseExtended(session, databaseWords.portalUnknown(name))
    return undefined
  }
  const current = today(session, portal)
  if (!(current instanceof Promise)) return govern(session, portal, frame, current)
  const kept = frame.keep()
  return whenReady(
    session,
    current,
    (ready) => govern(session, portal, kept, ready),
    () => refuseUnread(session, unreadOf(kept), canceled),
  )
}

/** What the portal meant when it was bound, with the columns and labels of today's catalog; of what is no query, what it means now. */
function today(session: Session, { analysis, prepared, boundAfter }: Portal): Analysis | Promise<Analysis> {
  if (prepared.read !== undefined && isLookedUpLate(prepared.read))
    return readLate(session, prepared.read, analysis)
  const { catalog } = session.governance
  const now = (newest: Catalog): Analysis =>
    doubtedSince(session, prepared.read, renewed(analysis, newest), newest)
  const renew = (): Analysis | Promise<Analysis> => onceReady(catalog.current() ?? catalog.settled(), now)
  // Its rows come in the encoding of today, which a statement since Bind may have set; what it changes itself is for the next.
  const moved = analysis.changes.length === 0 || boundAfter !== session.changesSent
  const asks = moved && mustAskFor(session, prepared.read)
  return asks ? refreshContext(session).then(renew) : renew()
}

function govern(
  session: Session,
  portal: Portal,
  frame: ClientFrame,
  analysis: Analysis,
): void | Promise<void> {
  if (isDeaf(session)) return undefined
  const decided = decidedOf(portal, analysis, decide(session, analysis))
  const opened = takeOpened(session, portal, decided)
  if (opened === undefined) return open(session, decided, portal, frame, forward)
  return forward(session, opened, portal, frame)
}

function forward(session: Session, { run, permit }: Opened, portal: Portal, frame: Slice): void {
  if (mustDescribe(session, run, portal)) {
    session.expectations.push({ kind: 'describe-portal', portal, visible: false, state: 'describe-portal' })
    session.toUpstream.add(encodeDescribe({ target: 'portal', name: portal.name }))
  }
  sendStatement(session, permit, frame)
  session.sinceSync += 1
  session.pipelineBegun = true
  noteSent(session, run)
  const expectation = { kind: 'execute' as const, run, portal, state: 'execute' as const }
  if (!isAwaited(run.execution.analysis)) {
    session.expectations.push(expectation)
    return
  }
  // The database answers a Flush with what it has done so far: the wait ends without the client's Sync.
  session.toUpstream.add(encodeFlush())
  session.expectations.push({ ...expectation, settled: raiseBarrier(session) })
}

/** A result whose columns were never described cannot be masked: then the gateway asks for itself. */
function mustDescribe(session: Session, run: Running, portal: Portal): boolean {
  if (!run.execution.decision.obligations.masks.any) return false
  if (portal.described !== undefined || isDescribed(session, portal.prepared)) return false
  return run.execution.analysis.facts.outputs !== 'none'
}

/**
 * The same columns may be of another table by now, which was made anew under the name of the first, or is first on another
 * search path: what they were of when they were described would disagree with what the statement reads.
 */
function isDescribed(
  { context, governance, names }: Session,
  { described, describedIn, describedUnder, askedIn }: Prepared,
): boolean {
  // Asked in an earlier pipeline it may be passed over there, and this one is executed all the same.
  if (described === 'asked') return askedIn === names.pipeline
  if (described === undefined || described === 'none') return described === 'none'
  if (describedIn !== context) return false
  return describedUnder !== undefined && describedUnder === governance.catalog.current()?.version
}
