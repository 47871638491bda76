import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import { ownDenial } from '@sluice/core/policy/own-denial'
import { isOfUnfollowed } from '@sluice/gateway/pipeline/decide'
import type { Session } from './session.ts'

/** The rule named where a statement is refused because a table is not there. */
export const MISSING_RULE = 'sluice:missing-table'

/**
 * The decision, but for a denial of what cannot be followed for the one reason that a table is not there: tools ask for their table
 * before they make it, and know the database's own code. Amid a transaction that made tables it may be there all the same.
 */
export function sayingMissing(session: Session, { facts }: Analysis, decision: Decision): Decision {
  if (decision.kind !== 'deny' || session.catalogDirty || !isOfUnfollowed(decision)) return decision
  // A block may make the table itself.
  if (facts.verb === 'do') return decision
  const missing = facts.tables.find(
    ({ known, keys, access }) => !known && keys !== true && access.includes('read'),
  )
  if (missing === undefined) return decision
  return ownDenial({
    rule: MISSING_RULE,
    message: `relation "${missing.name}" does not exist`,
    hint: 'make it, or look at its name and the search path; one that was made beside the gateway is known after `catalogRefreshSeconds`',
    policyVersion: decision.policyVersion,
    errors: decision.errors,
  })
}
