import type { Analysis } from '@sluice/core/analysis/context'
import { decide } from '@sluice/core/policy/decide'
import type { Allow, Decision, Deny } from '@sluice/core/policy/decision'
import type { Governance, SessionIdentity } from '../session/governance.ts'

/** Second stage: what is to be done with an analysed statement. Decided anew at every execution. */
export function decideStatement(governance: Governance, who: SessionIdentity, analysis: Analysis): Decision {
  if (!governance.identity.stillValid(who.principal, governance.now() / 1000)) return expired(governance, who)
  const decision = decide(governance.policy(), {
    facts: analysis.facts,
    principal: who.principal,
    database: governance.database,
    session: who.facts,
  })
  return decision.kind === 'allow' ? guardFlows(decision, analysis) : decision
}

/** INVARIANT (identity-bound): a principal that is no longer good decides nothing any more. */
function expired(governance: Governance, who: SessionIdentity): Deny {
  return {
    kind: 'deny',
    rules: [{ id: 'sluice:expired', effect: 'deny', mode: 'enforce' }],
    errors: [],
    message: `the login or token of \`${who.principal.id}\` has expired (rule \`sluice:expired\`)`,
    hint: 'get a new token and connect again',
    policyVersion: governance.policy().version,
  }
}

/**
 * A masked value that is written somewhere unmasked would come back raw with the next SELECT. Until labels follow
 * the flow, such a statement is refused to whom the source is masked.
 */
function guardFlows(decision: Allow, analysis: Analysis): Allow | Deny {
  const { masks } = decision.obligations
  if (!masks.any) return decision
  for (const flow of analysis.facts.flows) {
    if (flow.target !== undefined && masks.forColumn(flow.target) !== undefined) continue
    const source = flow.sources.find((column) => masks.forColumn(column) !== undefined)
    if (source !== undefined)
      return refuseFlow(decision, `masked column \`${source.relation.name}.${source.name}\``)
    if (flow.unknown) return refuseFlow(decision, 'a value whose origin cannot be proven')
  }
  return decision
}

function refuseFlow(decision: Allow, what: string): Deny {
  return {
    kind: 'deny',
    rules: [{ id: 'sluice:masked-flow', effect: 'deny', mode: 'enforce' }],
    errors: decision.errors,
    message: `${what} may not be copied to where it would not be masked (rule \`sluice:masked-flow\`)`,
    hint: 'leave the masked columns out, write to a column with the same label, or ask someone who may read them raw',
    policyVersion: decision.policyVersion,
  }
}
