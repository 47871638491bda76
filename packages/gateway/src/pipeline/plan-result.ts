import type { Analysis } from '@sluice/core/analysis/context'
import type { Outputs } from '@sluice/core/analysis/facts'
import { renewed } from '@sluice/core/analysis/renewed'
import { type CellMaskerFor, type MaskPlan, planFor, type ResultColumn } from '@sluice/core/mask/plan'
import type { Governance } from '../session/governance.ts'
import type { Allowed } from './admit.ts'

/**
 * The plan for a result whose columns the database has described. INVARIANT (no-unproven-column): lineage read from
 * another version of the catalog proves nothing.
 */
export function planResult<Described extends ResultColumn>(
  governance: Governance,
  { analysis, decision }: Allowed,
  columns: readonly Described[],
  maskerFor: CellMaskerFor<Described>,
): MaskPlan {
  const { outputs: known } = analysis.facts
  const outputs = isOfToday(governance, analysis) ? known : doubted(known)
  return planFor(columns, outputs, decision.obligations.masks, governance.catalog.current(), maskerFor)
}

/** Nothing is proven of them, and of which a NULL tells something is not known: of all, if of one. */
function doubted(outputs: Outputs): Outputs {
  if (typeof outputs === 'string') return 'unknown'
  const blank = outputs.some((output) => output.blank === true) ? { blank: true as const } : {}
  return outputs.map((output) => ({ ...output, ...blank, unknown: true }))
}

/**
 * The same for what the database planned while `analysis` held: by the time that its rows come, other tables may have
 * changed. Its columns and labels are today's.
 */
export function planBound<Described extends ResultColumn>(
  governance: Governance,
  execution: Allowed,
  columns: readonly Described[],
  maskerFor: CellMaskerFor<Described>,
): MaskPlan {
  const { analysis, decision } = execution
  const catalog = governance.catalog.current() ?? governance.catalog.last()
  if (catalog === undefined) return planResult(governance, execution, columns, maskerFor)
  const { outputs } = renewed(analysis, catalog).facts
  return planFor(columns, outputs, decision.obligations.masks, catalog, maskerFor)
}

/** Whether a statement was analysed with the catalog that is known now. */
export function isOfToday({ catalog }: Governance, { catalogVersion }: Analysis): boolean {
  return catalog.current()?.version === catalogVersion
}
