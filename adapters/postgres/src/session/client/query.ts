import { admit, type Execution, isAllowed, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import type { Understood } from '@sluice/gateway/pipeline/understand'
import { whenReady } from '@sluice/gateway/session/interruptible'
import { traceparentIn } from '@sluice/gateway/session/traceparent'
import { decodeQuery } from '../../messages/query.ts'
import { replicationCommand } from '../../replication/command.ts'
import { databaseWords } from '../../replies/database-words.ts'
import { errorReply } from '../../replies/refusal.ts'
import type { SqlState } from '../../replies/sqlstate.ts'
import { isAwaited, raiseBarrier } from '../barrier.ts'
import { canceled } from '../canceled.ts'
import { closeUnsent, decide, record, refusalOf } from '../decide.ts'
import { failureCodeOf } from '../failure-code.ts'
import { noteIsolation, readText } from '../read.ts'
import { refuseSimple } from '../refuse.ts'
import { refuseUnread, unreadOf } from '../refuse-unread.ts'
import { roomIn } from '../room.ts'
import { type Running, returnedByCursor, running, settle } from '../running.ts'
import { isDeaf, sendStatement } from '../send.ts'
import type { Session } from '../session.ts'
import { noteAlone } from './behind-limit.ts'
import { encodeCutQuery, textBefore } from './cut-text.ts'
import type { ClientFrame } from './frame.ts'
import { handleReplication } from './replication.ts'

/**
 * Query: every statement of the text is decided before any is sent, since the database runs them as one
 * transaction. The text goes on as it came, or cut before the first statement that is refused.
 */
export function handleQuery(session: Session, frame: ClientFrame): void | Promise<void> {
  const { payload, raw } = frame
  const { sql } = decodeQuery(payload, session.encoding)
  const command = replicationCommand(sql, session.replication)
  if (command !== undefined) return handleReplication(session, command, frame)
  if (session.replication === 'physical') return refuseSimple(session, databaseWords.noSql)
  const understood = readText(session, sql)
  if (!(understood instanceof Promise)) return governQuery(session, sql, raw, understood)
  const unread = unreadOf(frame)
  return whenReady(
    session,
    understood,
    (ready) => governQuery(session, sql, raw, ready),
    () => refuseUnread(session, { ...unread, traceparent: traceparentIn(sql) }, canceled),
  )
}

function governQuery(
  session: Session,
  sql: string,
  message: Buffer,
  understood: readonly Understood[],
): void | Promise<void> {
  if (isDeaf(session)) return undefined
  const traceparent = traceparentIn(sql)
  const statements = understood.filter(({ analysis }) => analysis.facts.verb !== 'empty')
  for (const { read } of statements) {
    session.ownTexts.note(read)
    noteIsolation(session, read)
  }
  const room = roomIn(session)
  const executions = statements.map(({ analysis }) =>
    record(session, analysis, decide(session, analysis, room), NO_VALUES, traceparent),
  )
  const at = executions.findIndex(({ decision }) => decision.kind === 'deny')
  const denied = executions[at]?.decision
  if (denied?.kind !== 'deny') return sendQuery(session, { message }, executions)
  const before = textBefore(session, sql, statements, at)
  const sent = before === undefined ? 0 : at
  for (const execution of executions.slice(sent)) closeUnsent(session, execution)
  const refusal = refusalOf(denied)
  if (before === undefined) return refuseSimple(session, refusal)
  return sendQuery(
    session,
    { message: encodeCutQuery(session, before), refusal: errorReply(refusal) },
    executions.slice(0, at),
  )
}

/** What goes to the database: a Query, and what the client is told of its end where that is the gateway's own. */
type Sent = { readonly message: Buffer; readonly refusal?: Buffer }

function sendQuery(session: Session, sent: Sent, executions: readonly Execution[]): void | Promise<void> {
  const runs = executions
    .filter(isAllowed)
    .map((execution) => running(execution, returnedByCursor(session, execution)))
  const permits = runs.map(({ execution }) => admit(session.governance, session.who, execution))
  const send = (granted: readonly Permit[]): void => {
    if (isDeaf(session)) {
      for (const run of runs) settle(session, run, 'skipped')
      return
    }
    sendStatement(session, granted, sent.message)
    for (const run of runs) noteAlone(session, run)
    expect(session, sent.refusal, runs)
    // Whatever pipeline was unfinished ends with it.
    session.sinceSync = 0
  }
  if (allGranted(permits)) return send(permits)
  const granted = Promise.all(permits.map((permit) => Promise.resolve(permit)))
  const refused = (code: SqlState): void => {
    for (const run of runs) settle(session, run, 'refused', code)
  }
  return whenReady(
    session,
    granted,
    send,
    () => {
      refused(canceled.code)
      return refuseSimple(session, canceled)
    },
    (error) => refused(failureCodeOf(error)),
  )
}

function expect(session: Session, refusal: Buffer | undefined, runs: readonly Running[]): void {
  const told = refusal === undefined ? undefined : { refusal }
  const endsPipeline = session.sinceSync > 0
  const expectation = { kind: 'query' as const, runs, at: 0, endsPipeline, state: 'query' as const, ...told }
  const awaited = runs.some(({ execution }) => isAwaited(execution.analysis))
  session.expectations.push(awaited ? { ...expectation, settled: raiseBarrier(session) } : expectation)
}

function allGranted(permits: readonly (Permit | Promise<Permit>)[]): permits is readonly Permit[] {
  return permits.every((permit) => !(permit instanceof Promise))
}
