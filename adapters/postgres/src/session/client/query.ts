import type { Analysis } from '@sluice/core/analysis/context'
import { admit, type Execution } from '@sluice/gateway/pipeline/admit'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import type { Understood } from '@sluice/gateway/pipeline/understand'
import { decodeQuery } from '../../messages/query.ts'
import { raiseBarrier } from '../barrier.ts'
import { closeUnsent, decide, isAllowed, record, refusalOf } from '../decide.ts'
import { readText } from '../read.ts'
import { refuseSimple } from '../refuse.ts'
import { type Running, running, settle } from '../running.ts'
import { isDeaf, sendStatement } from '../send.ts'
import type { Session } from '../session.ts'
import { traceparentIn } from '../traceparent.ts'
import type { ClientFrame } from './frame.ts'

/**
 * Query: every statement of the text is decided before any is sent, since the database runs them as one
 * transaction. The text goes on as it came.
 */
export function handleQuery(session: Session, { payload, raw }: ClientFrame): void | Promise<void> {
  const { sql } = decodeQuery(payload, session.encoding)
  const understood = readText(session, sql)
  return understood instanceof Promise
    ? understood.then((ready) => governQuery(session, raw, ready, traceparentIn(sql)))
    : governQuery(session, raw, understood, traceparentIn(sql))
}

function governQuery(
  session: Session,
  message: Buffer,
  understood: readonly Understood[],
  traceparent: string | undefined,
): void | Promise<void> {
  if (isDeaf(session)) return undefined
  const statements = understood.map(({ analysis }) => analysis).filter(({ facts }) => facts.verb !== 'empty')
  const executions = statements.map((analysis) =>
    record(session, analysis, decide(session, analysis), [], traceparent),
  )
  const denied = executions.find(({ decision }) => decision.kind === 'deny')
  if (denied !== undefined && denied.decision.kind === 'deny') {
    for (const execution of executions) closeUnsent(session, execution)
    return refuseSimple(session, refusalOf(denied.decision))
  }
  return sendQuery(session, message, statements, executions)
}

function sendQuery(
  session: Session,
  message: Buffer,
  statements: readonly Analysis[],
  executions: readonly Execution[],
): void | Promise<void> {
  const runs = executions.filter(isAllowed).map((execution) => running(execution))
  const permits = runs.map(({ execution }) => admit(session.governance, execution))
  const send = (granted: readonly Permit[]): void => {
    if (isDeaf(session)) {
      for (const run of runs) settle(session, run, 'skipped')
      return
    }
    sendStatement(session, granted, message)
    // Whatever pipeline was unfinished ends with it.
    session.sinceSync = 0
    expect(session, statements, runs)
  }
  return allGranted(permits)
    ? send(permits)
    : Promise.all(permits.map((permit) => Promise.resolve(permit))).then(send)
}

function expect(session: Session, statements: readonly Analysis[], runs: readonly Running[]): void {
  const expectation = { kind: 'query' as const, runs, at: 0, state: 'query' as const }
  const unchanging = statements.every(({ changes }) => changes.length === 0)
  session.expectations.push(unchanging ? expectation : { ...expectation, settled: raiseBarrier(session) })
}

function allGranted(permits: readonly (Permit | Promise<Permit>)[]): permits is readonly Permit[] {
  return permits.every((permit) => !(permit instanceof Promise))
}
