import type { Analysis } from '@sluice/core/analysis/context'
import { unknownFormatAt } from '../../messages/body.ts'
import { decodeFunctionCall, type FunctionCall } from '../../messages/function-call.ts'
import { databaseWords } from '../../replies/database-words.ts'
import { errorReply, type Refusal } from '../../replies/refusal.ts'
import { allAnswered } from '../ask.ts'
import { raiseBarrier } from '../barrier.ts'
import { decide } from '../decide.ts'
import { withParameterTypes } from '../parameter-types.ts'
import { readText } from '../read.ts'
import { failSimple, refuseSimple } from '../refuse.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import { noteAlone } from './behind-limit.ts'
import { type CalledFunction, calledFunction, callText } from './called-function.ts'
import { carryAlone, type Sent } from './carry-alone.ts'
import type { ClientFrame } from './frame.ts'

/**
 * FunctionCall: a call by OID, past SQL; libpq's large objects are made of it. The database says which function that
 * is, and the call is decided, recorded and masked as `SELECT f(…)`.
 */
export function handleFunctionCall(session: Session, { payload, raw }: ClientFrame): Promise<void> {
  return carry(session, decodeFunctionCall(payload), raw)
}

async function carry(session: Session, call: FunctionCall, raw: Buffer): Promise<void> {
  await allAnswered(session)
  if (isDeaf(session)) return undefined
  // The database would not execute it, and cannot be asked.
  if (session.transaction === 'E') return failSimple(session, errorReply(databaseWords.transactionFailed))
  const called = await calledFunction(session, call.functionId)
  if (isDeaf(session)) return undefined
  if (called === undefined) return refuseSimple(session, databaseWords.functionUnknown(call.functionId))
  const unfit = unfitFormats(call)
  if (unfit !== undefined) return refuseSimple(session, unfit)
  const understood = await readText(session, callText(called, call.args.length))
  const read = understood[0]?.analysis
  if (isDeaf(session) || read === undefined) return undefined
  const analysis = withParameterTypes(session, read, called.argumentTypes)
  return govern(session, { call, called, analysis, raw })
}

/** What the database says to such formats (`HandleFunctionRequest`). */
function unfitFormats({ argumentFormats, args, resultFormat }: FunctionCall): Refusal | undefined {
  if (argumentFormats.length > 1 && argumentFormats.length !== args.length)
    return databaseWords.callFormats(argumentFormats.length, args.length)
  const codes = args.length === 0 ? [resultFormat] : [...argumentFormats, resultFormat]
  const unknown = unknownFormatAt(codes)
  return unknown < 0 ? undefined : databaseWords.formatUnknown(codes[unknown] as number)
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
  const sent = await carryAlone(session, { analysis, decision, values, raw })
  if (sent === undefined) return
  noteAlone(session, sent.run)
  expect(session, sent, understood)
  session.sinceSync = 0
}

function expect(session: Session, { run, execution }: Sent, { call, called }: Understood): void {
  const expectation = {
    kind: 'function-call' as const,
    run,
    column: {
      name: called.name,
      type: called.resultType,
      format: call.resultFormat === 1 ? ('binary' as const) : ('text' as const),
    },
    endsPipeline: session.sinceSync > 0,
    state: 'function-call' as const,
  }
  session.expectations.push(
    execution.analysis.changes.length === 0
      ? expectation
      : { ...expectation, settled: raiseBarrier(session) },
  )
}
