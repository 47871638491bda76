import type { Analysis } from '@sluice/core/analysis/context'
import { type CellMaskerFor, type MaskPlan, planFor, type ResultColumn } from '@sluice/core/mask/plan'
import type { Allow } from '@sluice/core/policy/decision'
import type { Governance } from '../session/governance.ts'
import type { Execution } from './admit.ts'

/**
 * The plan for a result whose columns the database has described. INVARIANT (no-unproven-column): lineage read from
 * another version of the catalog proves nothing.
 */
export function planResult<Described extends ResultColumn>(
  governance: Governance,
  { analysis, decision }: Execution & { readonly decision: Allow },
  columns: readonly Described[],
  maskerFor: CellMaskerFor<Described>,
): MaskPlan {
  const outputs = isOfToday(governance, analysis) ? analysis.facts.outputs : 'unknown'
  return planFor(columns, outputs, decision.obligations.masks, governance.catalog.current(), maskerFor)
}

/** Whether a statement was analysed with the catalog that is known now. */
export function isOfToday({ catalog }: Governance, { catalogVersion }: Analysis): boolean {
  return catalog.current()?.version === catalogVersion
}
