import type { Statement } from '@sluice/core/statement/command'
import type { Understood } from '@sluice/gateway/pipeline/understand'
import { whenReady } from '@sluice/gateway/session/interruptible'
import { traceparentIn } from '@sluice/gateway/session/traceparent'
import type { Slice } from '@sluice/wire/outgoing'
import { decodeParse, encodeParse, type Parse } from '../../messages/parse.ts'
import { canceled } from '../canceled.ts'
import { decide } from '../decide.ts'
import { pathOf } from '../hidden.ts'
import type { Opened, Prepared } from '../names.ts'
import { actsAsRead } from '../own-types.ts'
import { withParameterTypes } from '../parameter-types.ts'
import { noteIsolation, readText } from '../read.ts'
import { refuseUnread, unreadOf } from '../refuse-unread.ts'
import type { Change } from '../register.ts'
import { denyParseWithoutRoom } from '../room.ts'
import type { Running } from '../running.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import { weightOf } from '../statement-weight.ts'
import type { ClientFrame } from './frame.ts'
import { decidedRead, open, sendEarly } from './open.ts'

/** Parse: the statement is analysed now and decided now, so that planning runs nothing that is refused. */
export function handleParse(session: Session, frame: ClientFrame): void | Promise<void> {
  const parse = decodeParse(frame.payload, session.encoding)
  const understood = readText(session, parse.sql)
  if (!(understood instanceof Promise)) return prepare(session, parse, frame, understood)
  const kept = frame.keep()
  return whenReady(
    session,
    understood,
    (ready) => prepare(session, parse, kept, ready),
    () => refuseUnread(session, { ...unreadOf(kept), traceparent: traceparentIn(parse.sql) }, canceled),
  )
}

function prepare(
  session: Session,
  parse: Parse,
  frame: ClientFrame,
  understood: readonly Understood[],
): void | Promise<void> {
  if (isDeaf(session)) return undefined
  const [first, second] = understood
  if (second !== undefined || first === undefined) return leaveToDatabase(session, parse)
  session.ownTexts.note(first.read)
  noteIsolation(session, first.read)
  const traceparent = traceparentIn(parse.sql)
  const weight = parse.name === '' ? 0 : weightOf(first.read, first.analysis)
  const typed = withParameterTypes(session, first.analysis, parse.parameterTypes)
  const decision = denyParseWithoutRoom(session, parse.name, weight) ?? decide(session, typed)
  const prepared: Prepared = {
    name: parse.name,
    read: first.read,
    analysis: first.analysis,
    weight,
    path: pathOf(session),
    parameterTypes: parse.parameterTypes,
    prescribed: parse.parameterTypes,
    described: undefined,
    traceparent,
  }
  const acts = !unread.has(first.read.statement.kind) && actsAsRead(first.read, typed)
  if (decision.kind === 'deny' || acts) {
    return open(session, decidedRead(prepared, typed, decision), prepared, frame, sendRecorded)
  }
  expect(session, prepared, undefined)
  session.toUpstream.addSlice(frame)
  session.sinceSync += 1
  return undefined
}

/** Of which the database takes the text alone until it executes them (backend/parser/analyze.c, `transformStmt`). */
const unread: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'execute',
  'fetch',
  'prepare',
  'copy',
  'do',
])

/** What the database runs as it reads the statement is recorded for itself: it is read once and executed many times. */
function sendRecorded(session: Session, opened: Opened, prepared: Prepared, frame: Slice): void {
  expect(session, prepared, opened.run)
  sendEarly(session, opened, frame)
}

function expect(session: Session, prepared: Prepared, run: Running | undefined): void {
  const change = session.names.definePrepared(prepared)
  session.expectations.push({ kind: 'parse', change, prepared, run, state: 'parse' })
}

/** Any two: the database counts commands before it looks at them (backend/tcop/postgres.c, `exec_parse_message`). */
const SEVERAL_COMMANDS = 'SELECT; SELECT'

/**
 * Several commands may not be prepared as one. The database says so itself, of a text that can run nothing, so that
 * the client gets the very error, and the transaction the very end, that it would get without the gateway.
 */
function leaveToDatabase(session: Session, parse: Parse): void {
  session.expectations.push({
    kind: 'parse',
    change: NO_CHANGE,
    prepared: undefined,
    run: undefined,
    state: 'parse',
  })
  session.toUpstream.add(encodeParse({ ...parse, sql: SEVERAL_COMMANDS }))
  session.sinceSync += 1
}

const NO_CHANGE: Change = { confirm: () => undefined, undo: () => undefined }
