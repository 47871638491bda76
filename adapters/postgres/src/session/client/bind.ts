import type { Analysis } from '@sluice/core/analysis/context'
import { type BoundValues, isPureRead, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { runsOwnCode } from '@sluice/gateway/pipeline/near-masked'
import { nothingReturned } from '@sluice/gateway/pipeline/spend'
import { whenReady } from '@sluice/gateway/session/interruptible'
import type { Slice } from '@sluice/wire/outgoing'
import { type Bind, decodeBind } from '../../messages/bind.ts'
import { unknownFormatAt } from '../../messages/body.ts'
import { databaseWords } from '../../replies/database-words.ts'
import type { Refusal } from '../../replies/refusal.ts'
import { canceled } from '../canceled.ts'
import { decide } from '../decide.ts'
import { isLookedUpLate, isPlanned } from '../looked-up-late.ts'
import type { Opened, Portal, Prepared } from '../names.ts'
import { withParameterTypes } from '../parameter-types.ts'
import { readPrepared } from '../read-prepared.ts'
import { refuseExtended } from '../refuse.ts'
import { refuseUnread, unreadOf } from '../refuse-unread.ts'
import type { Running } from '../running.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'
import { decidedOf, open, sendEarly } from './open.ts'
import { mayBeRestored, restoredFirst } from './restored.ts'

/**
 * Bind: a portal with its values. The values are hashed for the record and not kept. The database plans the statement
 * now, so what it means is what it means now.
 */
export function handleBind(session: Session, frame: ClientFrame): void | Promise<void> {
  const bind = decodeBind(frame.payload, session.encoding)
  const prepared = session.names.statement(bind.statement)
  if (prepared === undefined) {
    refuseExtended(session, databaseWords.statementUnknown(bind.statement))
    return undefined
  }
  const unfit = unfitFormats(bind)
  if (unfit !== undefined) {
    refuseExtended(session, unfit)
    return undefined
  }
  if (mayBeRestored(session, prepared)) return restoredFirst(session, frame, handleBind)
  const analysis = readPrepared(session, prepared)
  if (!(analysis instanceof Promise)) return define(session, bind, prepared, analysis, frame)
  const kept = frame.keep()
  return whenReady(
    session,
    analysis,
    (ready) => define(session, bind, prepared, ready, kept),
    () => refuseUnread(session, unreadOf(kept), canceled),
  )
}

/** What the database says to such formats (`exec_bind_message`, `printtup_prepare_info`). */
function unfitFormats({ portal, parameterFormats, values, resultFormats }: Bind): Refusal | undefined {
  if (parameterFormats.length > 1 && parameterFormats.length !== values.length)
    return databaseWords.bindFormats(parameterFormats.length, values.length)
  const given = unknownFormatAt(parameterFormats)
  // The format of nothing is not looked at.
  if (given >= 0 && values.length > 0)
    return databaseWords.parameterFormatUnknown(parameterFormats[given] as number, portal, given)
  const wanted = unknownFormatAt(resultFormats)
  return wanted < 0 ? undefined : databaseWords.formatUnknown(resultFormats[wanted] as number)
}

function define(
  session: Session,
  bind: Bind,
  prepared: Prepared,
  analysis: Analysis,
  frame: ClientFrame,
): void | Promise<void> {
  if (isDeaf(session)) return undefined
  const typed = withParameterTypes(session, analysis, prepared.prescribed)
  const portal: Portal = {
    name: bind.portal,
    prepared,
    analysis: prepared.read !== undefined && isLookedUpLate(prepared.read) ? analysis : typed,
    values: boundValues(session, prepared, bind.values),
    resultFormats: bind.resultFormats,
    described: undefined,
    returned: nothingReturned(),
    opened: undefined,
    boundAfter: session.changesSent,
  }
  if (typed === analysis && !mayActEarly(prepared, analysis)) {
    expect(session, portal, undefined)
    session.toUpstream.addSlice(frame)
    session.sinceSync += 1
    session.pipelineBegun = true
    return undefined
  }
  return open(session, decidedOf(portal, typed, decide(session, typed)), portal, frame, sendBound)
}

/**
 * Whether planning may do something, or tell a value in an error: it runs functions that are declared stable or immutable,
 * and such a declaration proves nothing. What a table runs for those who write it is not in the facts.
 */
function mayActEarly({ read }: Prepared, analysis: Analysis): boolean {
  if (isPureRead(analysis) && !runsOwnCode(analysis.facts)) return false
  return read === undefined || isPlanned(read)
}

/** Such a statement is decided and recorded before it is planned; the record is its first execution's as well. */
function sendBound(session: Session, opened: Opened, portal: Portal, frame: Slice): void {
  portal.opened = opened
  expect(session, portal, opened.run)
  sendEarly(session, opened, frame)
  // What it changes itself as it is planned is no change behind it.
  portal.boundAfter = session.changesSent
}

function expect(session: Session, portal: Portal, run: Running | undefined): void {
  const change = session.names.definePortal(portal)
  session.expectations.push({ kind: 'bind', change, portal, run, state: 'bind' })
}

/** The values as the record keeps them: hashed. */
function boundValues(
  { governance }: Session,
  prepared: Prepared,
  values: readonly (Buffer | null)[],
): BoundValues {
  if (values.length === 0) return NO_VALUES
  const hashes = values.map((value) => (value === null ? null : governance.hashValue(value)))
  return { types: typeNames(prepared, values.length), hashes }
}

/** One list of names for all executions, as long as the database describes the parameters alike. */
function typeNames(prepared: Prepared, count: number): readonly string[] {
  const last = prepared.lastTypeNames
  if (last?.types === prepared.parameterTypes && last.names.length === count) return last.names
  const types = prepared.parameterTypes
  const names = Array.from({ length: count }, (_, i) => String(types[i] ?? 0))
  prepared.lastTypeNames = { types, names }
  return names
}
