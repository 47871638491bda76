import type { MaskPlan } from '@sluice/core/mask/plan'
import type { StatementResult } from '@sluice/core/record/statement'

/** What became of a statement, for its record. `plan` is the one its rows left under; absent where none did. */
export function statementResult(
  outcome: StatementResult['outcome'],
  code: string | undefined,
  plan: MaskPlan | undefined,
): StatementResult {
  return outcome === 'completed' && code === undefined
    ? completed(plan ?? NO_PLAN)
    : resultOf(outcome, code, plan)
}

/** Stands for the result of what returned no rows. */
const NO_PLAN: MaskPlan = { pass: true, cells: [], exposed: [], masked: [] }

const results = new WeakMap<MaskPlan, StatementResult>()

/** One value for all executions that completed under a plan, so that the journal knows it again. */
function completed(plan: MaskPlan): StatementResult {
  let result = results.get(plan)
  if (result === undefined) {
    result = resultOf('completed', undefined, plan)
    results.set(plan, result)
  }
  return result
}

function resultOf(
  outcome: StatementResult['outcome'],
  code: string | undefined,
  plan: MaskPlan | undefined,
): StatementResult {
  return {
    outcome,
    ...(code === undefined ? {} : { code }),
    exposed: plan?.exposed ?? [],
    masked: (plan?.masked ?? []).map(({ name, transform, rule }) => ({ name, transform, rule })),
  }
}
