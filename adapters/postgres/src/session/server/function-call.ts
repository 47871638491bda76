import { maskCell } from '@sluice/core/mask/apply'
import {
  decodeFunctionCallResponse,
  encodeFunctionCallResponse,
} from '../../messages/function-call-response.ts'
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
  run.rows = 1
  run.bytes += raw.length
  settle(session, run, 'completed')
  confirmAll(session, run.execution.analysis)
  const masked = maskCell(plan, 0, value)
  emit(
    session,
    plan.pass ? raw : encodeFunctionCallResponse({ value: masked === null ? null : Buffer.from(masked) }),
  )
}
