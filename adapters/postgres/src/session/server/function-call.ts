import { maskCell } from '@sluice/core/mask/apply'
import { nothingReturned, spend } from '@sluice/gateway/pipeline/spend'
import {
  decodeFunctionCallResponse,
  encodeFunctionCallResponse,
} from '../../messages/function-call-response.ts'
import { errorReply } from '../../replies/refusal.ts'
import { sqlstate } from '../../replies/sqlstate.ts'
import type { Expectation } from '../expectations.ts'
import { settle } from '../running.ts'
import type { Session } from '../session.ts'
import { confirmAll } from './complete.ts'
import { emit } from './emit.ts'
import { planFromDescription } from './result-plan.ts'

type Called = Extract<Expectation, { kind: 'function-call' }>

/** FunctionCallResponse: the one value of the call, masked as the column of `SELECT f(…)` would be. */
export function handleFunctionCallResponse(
  session: Session,
  owed: Called,
  payload: Buffer,
  raw: Buffer,
): void {
  const { run } = owed
  const { value } = decodeFunctionCallResponse(payload)
  const plan = planFromDescription(session, run, [owed.column])
  run.plan = plan
  const { decision } = run.execution
  const amounts = { rows: 1, bytes: raw.length, labelled: plan.labelled ?? 0 }
  const exceeded = spend(session.governance, decision, nothingReturned(), amounts)
  run.rows = exceeded === undefined ? 1 : 0
  run.bytes += raw.length
  settle(session, run, 'completed', exceeded && sqlstate.programLimitExceeded)
  confirmAll(session, run.execution.analysis)
  if (exceeded !== undefined) {
    const { message, hint } = exceeded
    emit(session, errorReply({ code: sqlstate.programLimitExceeded, message, hint }))
    session.muted = exceeded
    return
  }
  const masked = maskCell(plan, 0, value)
  emit(
    session,
    plan.pass ? raw : encodeFunctionCallResponse({ value: masked === null ? null : Buffer.from(masked) }),
  )
}
