import type { Analysis } from '@sluice/core/analysis/context'
import { admit, type Execution } from '@sluice/gateway/pipeline/admit'
import { decodeFunctionCall, type FunctionCall } from '../../messages/function-call.ts'
import { databaseWords } from '../../replies/database-words.ts'
import { errorReply } from '../../replies/refusal.ts'
import { allAnswered } from '../ask.ts'
import { raiseBarrier } from '../barrier.ts'
import { closeUnsent, decide, isAllowed, record, refusalOf } from '../decide.ts'
import { readText } from '../read.ts'
import { failSimple, refuseSimple } from '../refuse.ts'
import { type Running, running, settle } from '../running.ts'
import { isDeaf, sendStatement } from '../send.ts'
import type { Session } from '../session.ts'
import { type CalledFunction, calledFunction, callText } from './called-function.ts'
import type { ClientFrame } from './frame.ts'

/**
 * FunctionCall: a call by OID, past SQL; libpq's large objects are made of it. The database says which function that
 * is, and the call is decided, recorded and masked as `SELECT f(…)`.
 */
export async function handleFunctionCall(session: Session, { payload, raw }: ClientFrame): Promise<void> {
  const call = decodeFunctionCall(payload)
  await allAnswered(session)
  if (isDeaf(session)) return undefined
  // The database would not execute it, and cannot be asked.
  if (session.transaction === 'E') return failSimple(session, errorReply(databaseWords.transactionFailed))
  const called = await calledFunction(session, call.functionId)
  if (isDeaf(session)) return undefined
  if (called === undefined) return refuseSimple(session, databaseWords.functionUnknown(call.functionId))
  const understood = await readText(session, callText(called, call.args.length))
  const analysis = understood[0]?.analysis
  if (isDeaf(session) || analysis === undefined) return undefined
  return govern(session, { call, called, analysis, raw })
}

type Understood = {
  readonly call: FunctionCall
  readonly called: CalledFunction
  readonly analysis: Analysis
  readonly raw: Buffer
}

async function govern(session: Session, understood: Understood): Promise<void> {
  const { call, called, analysis, raw } = understood
  const values = {
    types: call.args.map((_, i) => String(called.argumentTypes[i] ?? 0)),
    hashes: call.args.map((value) => (value === null ? null : session.governance.hashValue(value))),
  }
  const decision = decide(session, analysis)
  const execution = record(session, analysis, decision, values, undefined)
  if (decision.kind === 'deny' || !isAllowed(execution)) {
    closeUnsent(session, execution)
    if (decision.kind === 'deny') await refuseSimple(session, refusalOf(decision))
    return
  }
  const permit = await admit(session.governance, session.who, execution)
  const run = running(execution)
  if (isDeaf(session)) {
    settle(session, run, 'skipped')
    return
  }
  sendStatement(session, [permit], raw)
  session.sinceSync = 0
  expect(session, run, execution, understood)
}

function expect(session: Session, run: Running, { analysis }: Execution, { call, called }: Understood): void {
  const expectation = {
    kind: 'function-call' as const,
    run,
    column: {
      name: called.name,
      type: called.resultType,
      format: call.resultFormat === 1 ? ('binary' as const) : ('text' as const),
    },
    state: 'function-call' as const,
  }
  session.expectations.push(
    analysis.changes.length === 0 ? expectation : { ...expectation, settled: raiseBarrier(session) },
  )
}
