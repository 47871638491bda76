import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import { type Frame, HEADER_BYTES } from '../../framing/frame-piece.ts'
import { backend } from '../../messages/codes.ts'
import { decodeErrorResponse } from '../../messages/error-response.ts'
import { typeFlags } from '../../messages/type-flags.ts'
import { backendName } from '../../states/message-name.ts'
import { upstreamLeg } from '../../states/upstream-leg.ts'
import type { Expectation } from '../expectations.ts'
import type { Session } from '../session.ts'
import { handleAnswer } from './ask.ts'
import { handleNotice, handleNotification, handleParameterStatus } from './asynchronous.ts'
import { confirmBound, confirmRead, handleComplete, readTag } from './complete.ts'
import { handleCopyData, handleCopyDone, handleCopyIn, handleCopyOut } from './copy.ts'
import { handleNoData, handleParameterDescription, handleRowDescription } from './description.ts'
import { emit, relay } from './emit.ts'
import { handleError } from './error.ts'
import { handleFunctionCallResponse } from './function-call.ts'
import { handleReady } from './ready.ts'
import { handleReplicationReply } from './replication.ts'
import { handleDataRow, runOf } from './rows.ts'
import { withheldError } from './withhold.ts'

/** Handles one whole message of the database. What may come is what the head of the queue expects. */
export function handleServerFrame(session: Session, frame: Frame): void {
  const { type } = frame
  if (asynchronous(session, frame)) return
  const owed = session.expectations.head
  if (owed === undefined) {
    unasked(session, frame)
    return
  }
  const name = backendName(type)
  if (name === undefined) throw unexpected(type)
  if (mustFail(owed) && type !== backend.ErrorResponse) throw unexpected(type)
  if (bodyless[type] === 1) empty(frame)
  owed.state = advance(upstreamLeg.upstream, owed.state, name)
  if (type === backend.ErrorResponse) handleError(session, owed, frame.payload, frame.raw)
  else if (type === backend.ReadyForQuery) handleReady(session, owed, frame)
  else if (owed.kind === 'ask') handleAnswer(session, owed, type, frame.payload)
  else if (owed.kind === 'replication') handleReplicationReply(session, owed, type, frame.raw)
  else handleReply(session, owed, frame)
}

/** Messages that are their type and no more. */
const bodyless = typeFlags([
  backend.BindComplete,
  backend.CloseComplete,
  backend.CopyDone,
  backend.EmptyQueryResponse,
  backend.NoData,
  backend.ParseComplete,
  backend.PortalSuspended,
])

/** INVARIANT (no-unread-bytes): what follows a type that has no body was read by nobody. */
function empty({ type, start, end }: Frame): void {
  if (end - start === HEADER_BYTES) return
  throw new ProtocolViolation('upstream', 'malformed', `message type 0x${type.toString(16)} has no body`)
}

/** The gateway relies on the failure of what a cut text ends in. */
function mustFail(owed: Expectation): boolean {
  return (
    owed.kind === 'query' &&
    owed.refusal !== undefined &&
    owed.at === owed.runs.length &&
    owed.state === 'query'
  )
}

/** Messages the database may send at any moment. */
function asynchronous(session: Session, frame: Frame): boolean {
  const { type } = frame
  if (type === backend.NoticeResponse) handleNotice(session, frame.payload, frame.raw)
  else if (type === backend.ParameterStatus) handleParameterStatus(session, frame.payload, frame.raw)
  else if (type === backend.NotificationResponse) handleNotification(session, frame.payload, frame.raw)
  else return false
  return true
}

/** Nothing is owed: only the error with which the database ends the session may come. */
function unasked(session: Session, { type, payload, raw }: Frame): void {
  if (type !== backend.ErrorResponse) throw unexpected(type)
  emit(session, withheldError(session, decodeErrorResponse(payload), undefined) ?? raw)
  session.toClient.flush()
  session.end('the database ended the session')
}

function handleReply(session: Session, owed: Expectation, frame: Frame): void {
  const run = runOf(owed)
  switch (frame.type) {
    case backend.RowDescription:
      return handleRowDescription(session, owed, frame)
    case backend.NoData:
      return handleNoData(session, owed, frame)
    case backend.ParameterDescription:
      return handleParameterDescription(session, owed, frame)
    case backend.CommandComplete:
      readTag(session, run, frame)
      return handleComplete(session, owed, run, frame)
    case backend.EmptyQueryResponse:
    case backend.PortalSuspended:
      return handleComplete(session, owed, run, frame)
    case backend.FunctionCallResponse:
      if (owed.kind !== 'function-call') throw unexpected(frame.type)
      return handleFunctionCallResponse(session, owed, frame.payload, frame.raw)
    case backend.CopyInResponse:
      return handleCopyIn(session, run, frame.payload, frame.raw)
    case backend.ParseComplete:
    case backend.BindComplete:
    case backend.CloseComplete:
      if ('change' in owed) owed.change.confirm()
      if (owed.kind === 'bind') confirmBound(session, owed)
      if (owed.kind === 'parse') confirmRead(session, owed)
      session.expectations.shift()
      return relay(session, frame)
  }
  if (run === undefined) throw unexpected(frame.type)
  handleResult(session, owed, run, frame)
}

function handleResult(
  session: Session,
  owed: Expectation,
  run: NonNullable<ReturnType<typeof runOf>>,
  { type, payload, raw }: Frame,
): void {
  switch (type) {
    case backend.DataRow:
      return handleDataRow(session, owed, run, raw)
    case backend.CopyOutResponse:
      return handleCopyOut(session, run, payload, raw)
    case backend.CopyData:
      return handleCopyData(session, run, payload, raw)
    case backend.CopyDone:
      return handleCopyDone(session, run, raw)
  }
  throw unexpected(type)
}

function unexpected(type: number): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'unexpected',
    `message type 0x${type.toString(16)} may not come here`,
  )
}
