import { statementFailureOf } from '@sluice/gateway/session/failure'
import { ProtocolViolation } from '@sluice/wire/violation'
import { frontend } from '../../messages/codes.ts'
import { typeFlags } from '../../messages/type-flags.ts'
import { allAnswered } from '../ask.ts'
import { failureCodes } from '../failure-code.ts'
import { namesAreFollowed, unfollowedName } from '../followed-names.ts'
import { refuseUnread, refuseUnrecorded, type UnreadMessage, unreadOf } from '../refuse-unread.ts'
import type { Session } from '../session.ts'
import { behindLimit } from './behind-limit.ts'
import { handleBind } from './bind.ts'
import { breakCopy } from './break-copy.ts'
import { brokenBody } from './broken-body.ts'
import { handleClose } from './close.ts'
import { breakStream, handleCopyData, handleCopyDone, handleCopyFail } from './copy-in.ts'
import { copyInRuns, streamRuns } from './copy-owed.ts'
import { handleDescribe } from './describe.ts'
import { handleExecute } from './execute.ts'
import type { ClientFrame } from './frame.ts'
import { handleFunctionCall } from './function-call.ts'
import { behindHeldSync } from './held-sync.ts'
import { handleParse } from './parse.ts'
import { handleQuery } from './query.ts'
import { refusedByReplication } from './replication.ts'
import { handleFlush, handleSync } from './sync.ts'
import { unanswered } from './unanswered.ts'

type Handler = (session: Session, frame: ClientFrame) => void | Promise<void>

/** Every message a client may send after authentication. INVARIANT (no-unread-bytes): there is no default. */
const handlers = byType([
  [frontend.Query, handleQuery],
  [frontend.Parse, handleParse],
  [frontend.Bind, handleBind],
  [frontend.Describe, handleDescribe],
  [frontend.Execute, handleExecute],
  [frontend.Close, handleClose],
  [frontend.Sync, handleSync],
  [frontend.Flush, handleFlush],
  [frontend.FunctionCall, handleFunctionCall],
  [frontend.CopyData, handleCopyData],
  [frontend.CopyDone, handleCopyDone],
  [frontend.CopyFail, handleCopyFail],
])

/** What the database passes over after an error in the extended protocol: everything but Sync and Terminate. */
const heardWhileSkipping: ReadonlySet<number> = new Set([frontend.Sync, frontend.Flush])

/** Messages that name nothing: a COPY that was begun goes on, whatever else waits. */
const neverWait = typeFlags([
  frontend.CopyData,
  frontend.CopyDone,
  frontend.CopyFail,
  frontend.Flush,
  frontend.Sync,
])

function byType(entries: readonly (readonly [number, Handler])[]): readonly (Handler | undefined)[] {
  const all: (Handler | undefined)[] = Array.from({ length: 256 })
  for (const [type, handler] of entries) all[type] = handler
  return all
}

/** Handles one whole message of the client. Messages are handled strictly one after the other. */
export function handleClientFrame(session: Session, frame: ClientFrame): void | Promise<void> {
  if (frame.type === frontend.Terminate) {
    session.terminated = true
    session.depart('client ended the session')
    return undefined
  }
  if (session.skipping && !heardWhileSkipping.has(frame.type)) return undefined
  const handler = handlers[frame.type]
  if (handler === undefined) throw unexpected(frame.type)
  const { type } = frame
  if (neverWait[type] !== 1 && streamRuns(session)) {
    if (!copyInRuns(session)) return breakStream(session, type)
    breakCopy(session, type)
  }
  try {
    const wait =
      behindHeldSync(session, type) ??
      behindLimit(session, frame) ??
      (neverWait[type] === 1 ? undefined : (waited(session) ?? unanswered(session, frame)))
    if (wait !== undefined) {
      const kept = frame.keep()
      // INVARIANT (hostile-both-sides): what a session owed that has ended is never answered, and would be waited for again.
      return wait.then(() =>
        session.waitingHeard || session.over ? undefined : handleClientFrame(session, kept),
      )
    }
    const refused = refusedByReplication(session, type)
    if (refused !== false) return refused === true ? undefined : refused
    // Behind all that it waits for, as every message: a refusal in front of it would undo what was done.
    if (!namesAreFollowed(frame)) return refuseUnread(session, unreadOf(frame), unfollowedName)
    const handled = handler(session, frame)
    if (!(handled instanceof Promise)) return undefined
    const unread = unreadOf(frame)
    return handled.catch((error: unknown) => unable(session, unread, error))
  } catch (error) {
    // Bodies are read at once: what is thrown later is no fault of theirs.
    const broken = brokenBody(frame, error)
    const unread = unreadOf(frame)
    return broken === undefined ? unable(session, unread, error) : refuseUnread(session, unread, broken)
  }
}

/** What every message waits for that names something. */
function waited(session: Session): Promise<void> | undefined {
  const { barrier, cancelling, brokenBy, expectations } = session
  // Where nothing is owed any more, nothing comes: the session may be over.
  const broken = brokenBy !== undefined && expectations.size > 0
  return barrier ?? cancelling ?? (broken ? allAnswered(session) : undefined)
}

function unexpected(type: number): ProtocolViolation {
  return new ProtocolViolation(
    'client',
    'unexpected',
    `message type 0x${type.toString(16)} may not come here`,
  )
}

/** The gateway could not do its part. Fails closed: the statement is refused, or the session ends. */
function unable(session: Session, unread: UnreadMessage, error: unknown): void | Promise<void> {
  if (error instanceof ProtocolViolation) throw error
  const { kind, told } = statementFailureOf(error)
  if (kind === 'internal') session.report(error)
  const refusal = { code: failureCodes[kind], ...told }
  // The one cannot be recorded, and the other has a record that says so.
  const isKnown = kind === 'journal' || kind === 'flows'
  return (isKnown ? refuseUnrecorded : refuseUnread)(session, unread, refusal)
}
