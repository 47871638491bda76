import type { Analysis } from '@sluice/core/analysis/context'
import { isCapped } from '@sluice/core/policy/caps'
import type { Decision } from '@sluice/core/policy/decision'
import { ownDenial } from '@sluice/core/policy/own-denial'
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
  const { obligations, errors, policyVersion } = decision
  if (!obligations.masks.any && !isCapped(obligations)) return { analysis, decision }
  const denial = ownDenial({
    rule: 'sluice:raw-replication',
    message: 'replication hands out rows raw and uncounted, and rules mask or limit them for you',
    hint: 'ask someone for whom nothing is masked or limited',
    policyVersion,
    errors,
  })
  return { analysis, decision: denial }
}
