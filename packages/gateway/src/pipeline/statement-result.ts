import type { MaskPlan } from '@sluice/core/mask/plan'
import type { StatementResult } from '@sluice/core/record/statement'
import { withoutFound } from '@sluice/core/record/without-found'

/** What became of a statement, for its record. `plan` is the one its rows left under; absent where none did. */
export function statementResult(
  outcome: StatementResult['outcome'],
  code: string | undefined,
  plan: MaskPlan | undefined,
): StatementResult {
  const result = completed(plan ?? NO_PLAN)
  if (outcome === 'completed' && code === undefined) return result
  return { ...result, outcome, ...(code === undefined ? {} : { code }) }
}

/** Stands for the result of what returned no rows. */
const NO_PLAN: MaskPlan = { pass: true, cells: [], exposed: [], masked: [] }

const results = new WeakMap<MaskPlan, StatementResult>()

/** One value for all executions that completed under a plan, so that the journal knows it again. */
function completed(plan: MaskPlan): StatementResult {
  let result = results.get(plan)
  if (result === undefined) {
    result = {
      outcome: 'completed',
      exposed: plan.exposed.map(withoutFound),
      masked: plan.masked.map(({ name, transform, rule }) => ({ name: withoutFound(name), transform, rule })),
    }
    results.set(plan, result)
  }
  return result
}
