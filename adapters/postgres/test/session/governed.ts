import type { Governance } from '@sluice/gateway/session/governance'
import { type GovernedBy, governedBy as governed } from '@sluice/testkit/governed'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'

/** What governs a session on PostgreSQL in these tests. */
export const governedBy = (by: Omit<GovernedBy, 'traits'>): Governance =>
  governed({ ...by, traits: postgresTraits })
