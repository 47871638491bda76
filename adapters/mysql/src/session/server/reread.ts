import { mayBeRedefined } from '@sluice/gateway/pipeline/definitions'
import type { Exchange } from '../exchange.ts'
import type { Running } from '../running.ts'
import type { WireSession } from '../wire-session.ts'

/**
 * INVARIANT (no-unproven-column): the database begins to answer, and while it planned the statement what that names may have
 * been defined anew by another that is still under way. The catalog is read once more before anything is shown: a
 * definition that counted then is found there, and proves nothing of what was analysed before. Undefined: go on.
 */
export function reread(
  { governance: { catalog } }: WireSession,
  owed: Exchange,
  { execution: { analysis, decision } }: Running,
): Promise<void> | undefined {
  if (owed.reread) return undefined
  owed.reread = true
  if (!decision.obligations.masks.any || !mayBeRedefined(catalog, analysis)) return undefined
  return catalog.reread().then(
    () => undefined,
    // Then none is fresh, and everything is masked.
    () => catalog.invalidate(),
  )
}
