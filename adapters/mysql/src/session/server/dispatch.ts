import { unproven } from '@sluice/core/analysis/doubted'
import { isOfToday } from '@sluice/gateway/pipeline/plan-result'
import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Frame } from '../../framing/frame-piece.ts'
import { capability, has } from '../../messages/capabilities.ts'
import { EOF_HEADER } from '../../messages/eof-packet.ts'
import { ERR_HEADER } from '../../messages/err-packet.ts'
import { LOCAL_INFILE_REQUEST } from '../../messages/local-infile-request.ts'
import { OK_HEADER } from '../../messages/ok-packet.ts'
import { status } from '../../messages/status-flags.ts'
import { decodeTextResultsetRow } from '../../messages/text-resultset-row.ts'
import type { ReplyName } from '../../states/reply-name.ts'
import { type UpstreamState, upstreamLeg } from '../../states/upstream-leg.ts'
import { type Exchange, MAX_ANSWER_ROW_BYTES, MAX_ANSWER_ROWS } from '../exchange.ts'
import { resultEnded } from '../running.ts'
import type { WireSession } from '../wire-session.ts'
import { beginResult, countReply, endsWithoutEof, readDefinition, takeDefinition } from './columns.ts'
import { relay } from './emit.ts'
import { handleError, handleLastWord } from './error.ts'
import { handleField } from './field-list.ts'
import { finish } from './finish.ts'
import { handleFileRequest } from './local-file.ts'
import { type Ending, readEof, readOk } from './ok.ts'
import { tellOverLimit } from './over-limit.ts'
import { handlePrepared, skipEmpty } from './prepare.ts'
import { handleRow, isRow } from './rows.ts'
import { handleStatistics } from './statistics.ts'

type Handler = (session: WireSession, owed: Exchange, frame: Frame) => void

/** What may come in each state, by what it is. INVARIANT (no-unread-bytes): there is no default. */
const handlers: ReadonlyMap<UpstreamState, Handler> = new Map<UpstreamState, Handler>([
  ['query', handleStart],
  ['local-file-end', handleStart],
  ['query-columns', handleDefinition],
  ['query-columns-end', handleDefinitionsEnd],
  ['query-rows', handleRowOrEnd],
  ['execute', handleStart],
  ['execute-columns', handleDefinition],
  ['execute-columns-end', handleDefinitionsEnd],
  ['execute-rows', handleRowOrEnd],
  ['fetch', handleRowOrEnd],
  ['ask', handleStart],
  ['ask-columns', handleDefinition],
  ['ask-columns-end', handleDefinitionsEnd],
  ['ask-rows', handleRowOrEnd],
  ['forget', handleForgotten],
  ['prepare', handlePrepareStart],
  ['prepare-parameters', handlePrepareDefinition],
  ['prepare-parameters-end', handlePrepareEof],
  ['prepare-columns', handlePrepareDefinition],
  ['prepare-columns-end', handlePrepareEof],
  ['field-list', handleFieldOrEnd],
  ['statistics', handleStatistics],
  ['command', handleCommandEnd],
])

/** Handles one whole message of the database. What may come is what its state expects. */
export function handleServerFrame(session: WireSession, frame: Frame): void {
  const owed = session.exchange
  if (owed === undefined) {
    advance(upstreamLeg.upstream, 'idle', frame.type === ERR_HEADER ? 'Err' : 'Ok')
    handleLastWord(session, frame)
    return
  }
  if (isError(owed, frame)) {
    step(owed, 'Err')
    handleError(session, owed, frame)
    return
  }
  const handler = handlers.get(owed.state)
  if (handler === undefined) throw unexpected(owed)
  handler(session, owed, frame)
  if (owed.state === 'done' && session.exchange === owed) finish(session, owed, 'done')
}

/** A column's definition begins with a length, and the line of figures with a letter. */
function isError(owed: Exchange, { type, payload }: Frame): boolean {
  return type === ERR_HEADER && (owed.state !== 'statistics' || payload.length > 2)
}

function step(owed: Exchange, name: ReplyName): void {
  owed.state = advance(upstreamLeg.upstream, owed.state, name)
}

function unexpected(owed: Exchange): ProtocolViolation {
  return new ProtocolViolation('upstream', 'unexpected', `a reply came in state \`${owed.state}\``)
}

/** The first reply, or the next result's. */
function handleStart(session: WireSession, owed: Exchange, frame: Frame): void {
  if (frame.type === OK_HEADER) {
    const ending = readOk(session, owed, frame)
    countReply(owed)
    step(owed, more(ending) ? 'MoreOk' : 'Ok')
    const { run } = owed
    // A procedure's last OK says how many rows it changed; the rows of its results count by themselves.
    if (run !== undefined && owed.results === 0) run.rows += Number(ending.affectedRows)
    tell(session, owed, ending)
    return
  }
  if (frame.type === LOCAL_INFILE_REQUEST) {
    handleFileRequest(session, owed, frame)
    return
  }
  beginResult(session, owed, frame.payload)
  step(owed, 'ColumnCount')
  show(session, owed, frame)
}

function handleDefinition(session: WireSession, owed: Exchange, frame: Frame): void {
  const last = takeDefinition(session, owed, frame)
  const bare = last && endsWithoutEof(session)
  step(owed, bare ? 'LastColumnDefinitionNoEof' : last ? 'LastColumnDefinition' : 'ColumnDefinition')
  show(session, owed, frame)
}

function handleDefinitionsEnd(session: WireSession, owed: Exchange, frame: Frame): void {
  const eof = readEof(session, owed, frame)
  const opened = opensCursor(owed, eof)
  owed.outParameters = more(eof) && (eof.status & status.PS_OUT_PARAMS) !== 0
  step(owed, opened ? 'CursorEof' : 'Eof')
  if (opened) openCursor(session, owed)
  if (opened || (owed.kind !== 'ask' && owed.run?.overLimit === undefined)) eof.tell()
}

/** MariaDB says of a cursor that code has open that it exists, too: behind that come rows. */
function opensCursor({ kind, prepared }: Exchange, ending: Ending): boolean {
  return kind === 'execute' && prepared?.cursorAsked === true && (ending.status & status.CURSOR_EXISTS) !== 0
}

/** The rows come by COM_STMT_FETCH; the columns are those that were just described. */
function openCursor({ governance, text }: WireSession, owed: Exchange): void {
  const { prepared, run, columns } = owed
  if (prepared === undefined || run === undefined) throw unexpected(owed)
  const { analysis } = run.execution
  // INVARIANT (no-unproven-column): its rows were planned now, and by this catalog.
  const proven = isOfToday(governance, analysis) ? analysis : unproven(analysis)
  prepared.cursor = { analysis: proven, columns, returned: run.returned, rowChanges: text.rowChanges }
}

function handleRowOrEnd(session: WireSession, owed: Exchange, frame: Frame): void {
  if (isRow(owed, frame.type, frame.payload.length)) {
    step(owed, 'Row')
    if (owed.kind === 'ask') keepRow(owed, frame.payload)
    else if (owed.run === undefined) throw unexpected(owed)
    else handleRow(session, owed, owed.run, frame)
    return
  }
  const ending = readEnd(session, owed, frame)
  // MySQL announces what follows OUT parameters before their row, and not behind it.
  step(owed, owed.outParameters || more(ending) ? 'MoreEnd' : 'End')
  owed.outParameters = false
  if (owed.run !== undefined) resultEnded(owed.run)
  if (opensCursor(owed, ending)) openCursor(session, owed)
  tell(session, owed, ending)
}

function keepRow(owed: Exchange, payload: Buffer): void {
  // INVARIANT (hostile-both-sides): nobody else takes these rows.
  if (owed.answer.length >= MAX_ANSWER_ROWS || payload.length > MAX_ANSWER_ROW_BYTES)
    throw new ProtocolViolation('upstream', 'limit', 'the gateway’s question has too long an answer')
  const { values } = decodeTextResultsetRow(payload, owed.columns.length)
  owed.answer.push(values.map((value) => value?.toString('utf8') ?? null))
}

function readEnd(session: WireSession, owed: Exchange, frame: Frame): Ending {
  if (frame.type !== EOF_HEADER) throw unexpected(owed)
  return endsWithoutEof(session) ? readOk(session, owed, frame) : readEof(session, owed, frame)
}

function more(ending: Ending): boolean {
  return (ending.status & status.MORE_RESULTS_EXISTS) !== 0
}

/** Tells the client of an end. Behind a row limit it hears of the limit instead, once all is over. */
function tell(session: WireSession, owed: Exchange, ending: Ending): void {
  if (owed.kind === 'ask') return
  const exceeded = owed.run?.overLimit
  if (exceeded === undefined) ending.tell()
  else if (owed.state === 'done') tellOverLimit(session, exceeded)
}

function show(session: WireSession, owed: Exchange, frame: Frame): void {
  if (owed.kind !== 'ask' && owed.run?.overLimit === undefined) relay(session, frame)
}

function handlePrepareStart(session: WireSession, owed: Exchange, frame: Frame): void {
  step(owed, 'StmtPrepareOk')
  handlePrepared(session, owed, frame)
  relay(session, frame)
}

function handlePrepareDefinition(session: WireSession, owed: Exchange, frame: Frame): void {
  readDefinition(session, frame.payload, false)
  owed.due -= 1
  const what = owed.state === 'prepare-parameters' ? 'ParameterDefinition' : 'ColumnDefinition'
  const bare = has(session.upstreamCapabilities.flags, capability.DEPRECATE_EOF)
  step(owed, owed.due > 0 ? what : bare ? `Last${what}NoEof` : `Last${what}`)
  skipEmpty(owed)
  relay(session, frame)
}

function handlePrepareEof(session: WireSession, owed: Exchange, frame: Frame): void {
  readEof(session, owed, frame)
  step(owed, 'Eof')
  skipEmpty(owed)
  relay(session, frame)
}

function handleFieldOrEnd(session: WireSession, owed: Exchange, frame: Frame): void {
  if (frame.type === EOF_HEADER) {
    const ending = readEnd(session, owed, frame)
    step(owed, 'End')
    ending.tell()
    return
  }
  step(owed, 'ColumnDefinition')
  handleField(session, owed, frame)
}

/** The client has asked for nothing. */
function handleForgotten(session: WireSession, owed: Exchange, frame: Frame): void {
  if (frame.type !== OK_HEADER) throw unexpected(owed)
  readOk(session, owed, frame)
  step(owed, 'Ok')
}

/** OK, or EOF in its old form. */
function handleCommandEnd(session: WireSession, owed: Exchange, frame: Frame): void {
  const isEof = frame.type === EOF_HEADER && !endsWithoutEof(session)
  if (!isEof && frame.type !== OK_HEADER && frame.type !== EOF_HEADER) throw unexpected(owed)
  const ending = isEof ? readEof(session, owed, frame) : readOk(session, owed, frame)
  step(owed, isEof ? 'Eof' : 'Ok')
  ending.tell()
}
