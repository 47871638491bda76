import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import { admit, type BoundValues, isPureRead, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import type { Returned } from '@sluice/gateway/pipeline/spend'
import type { Frame } from '../framing/frame-piece.ts'
import { CANCELED, canceled, orCanceled } from './canceled.ts'
import { recordAllowed } from './decide.ts'
import { type Exchange, type ExchangeKind, exchange } from './exchange.ts'
import type { Prepared } from './prepared.ts'
import { refuse } from './refuse.ts'
import { running, settle } from './running.ts'
import { sendCommand, sendStatement } from './send.ts'
import type { Outcome } from './session.ts'
import type { WireSession } from './wire-session.ts'

/** One execution: what it means, what was decided, and what the database is sent for it. */
export type Order = {
  readonly kind: ExchangeKind
  readonly analysis: Analysis
  readonly decision: Decision
  readonly values?: BoundValues
  readonly traceparent: string | undefined
  readonly message: Buffer | Frame
  readonly prepared?: Prepared
  /** What went out of a cursor so far: what limits count. */
  readonly returned?: Returned
  /** Called right before it is sent. */
  readonly ready?: (owed: Exchange) => void
}

/**
 * Records an execution, carries it out and resolves when the database has answered it in full; or refuses it. Rejects with
 * `JournalUnavailable` or `FlowsUnwritable` where nothing was sent. INVARIANT (record-before-effect).
 */
export async function carryOut(session: WireSession, order: Order): Promise<Outcome> {
  const { analysis, decision, traceparent } = order
  const execution = recordAllowed(session, analysis, decision, order.values ?? NO_VALUES, traceparent)
  if (execution === undefined) return 'failed'
  const run = running(execution, order.returned)
  const admitted = permitted(session, run)
  const permit = admitted instanceof Promise ? await admitted : admitted
  if (permit === CANCELED) {
    settle(session, run, 'refused', String(canceled.code))
    refuse(session, canceled)
    return 'failed'
  }
  if (session.over) {
    settle(session, run, 'skipped')
    return 'failed'
  }
  // As a read that already runs would be cancelled: nobody is left to take its rows.
  if (session.departing !== undefined && isPureRead(analysis)) {
    settle(session, run, 'skipped')
    return 'done'
  }
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const owed = exchange(order.kind, resolve, run, order.prepared)
  order.ready?.(owed)
  session.exchange = owed
  sendStatement(session, permit, order.message)
  return await promise
}

/** The permit of an execution. Where there can be none its record says that it was not run. */
function permitted(
  session: WireSession,
  run: ReturnType<typeof running>,
): Permit | Promise<Permit | typeof CANCELED> {
  const notRun = (error: unknown): never => {
    settle(session, run, 'refused')
    throw error
  }
  try {
    const permit = admit(session.governance, session.who, run.execution)
    return permit instanceof Promise ? orCanceled(session, permit).catch(notRun) : permit
  } catch (error) {
    return notRun(error)
  }
}

/** Sends a command that runs no statement, and resolves when it is answered. */
export async function ask(
  session: WireSession,
  kind: ExchangeKind,
  message: Buffer | Frame,
): Promise<{ readonly outcome: Outcome; readonly owed: Exchange }> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const owed = exchange(kind, resolve)
  if (session.over) return { outcome: 'failed', owed }
  session.exchange = owed
  sendCommand(session, message)
  return { outcome: await promise, owed }
}
