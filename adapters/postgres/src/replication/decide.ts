import type { Analysis } from '@sluice/core/analysis/context'
import { isCapped } from '@sluice/core/policy/caps'
import type { Decision } from '@sluice/core/policy/decision'
import { decideStatement } from '@sluice/gateway/pipeline/decide'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { replicationAnalysis } from './command.ts'

/**
 * Decides a replication command, or the connection itself. INVARIANT (no-unproven-column): what streams out has no
 * columns that could be masked and no rows that could be counted, so whoever has anything masked or limited is refused.
 */
export function decideReplication(
  governance: Governance,
  who: SessionIdentity,
  command: string,
): { readonly analysis: Analysis; readonly decision: Decision } {
  const analysis = replicationAnalysis(command, governance.catalog.current()?.version ?? 0)
  const decision = decideStatement(governance, who, analysis)
  if (decision.kind === 'deny') return { analysis, decision }
  if (!decision.obligations.masks.any && !isCapped(decision.obligations)) return { analysis, decision }
  return {
    analysis,
    decision: {
      kind: 'deny',
      rules: [{ id: 'sluice:raw-replication', effect: 'deny', mode: 'enforce' }],
      errors: decision.errors,
      message:
        'replication hands out rows raw and uncounted, and rules mask or limit them for you (rule `sluice:raw-replication`)',
      hint: 'ask someone for whom nothing is masked or limited',
      policyVersion: decision.policyVersion,
    },
  }
}
