import { analyse } from '@sluice/core/analysis/analyse'
import type { NameContext, SessionNames } from '@sluice/core/analysis/context'
import type { Catalog, FunctionEffect } from '@sluice/core/catalog/catalog'
import type { Reading } from '@sluice/core/statement/reading'
import { mysqlTraits } from '../analysis-traits/traits.ts'

const NO_NAMES: SessionNames = { prepared: () => undefined, cursor: () => undefined }

/** Effects that a caller of the routine is told as such; with any other it may do anything. */
const PLAIN: ReadonlySet<string> = new Set(['read', 'write'])

/**
 * What calling a routine does, from the statements of its body as `bodyStatements` gives and the dialect reads them.
 * `catalog` holds what is known of other routines; `context` is the database that the routine is in. INVARIANT
 * (deny-by-default): a body that is not plain SQL, or not understood, may do anything.
 */
export const routineEffect = (
  body: readonly Reading[] | undefined,
  catalog: Catalog,
  context: NameContext,
): FunctionEffect => {
  if (body === undefined || body.length === 0) return 'unknown'
  let worst: FunctionEffect = 'pure'
  for (const read of body.flat()) {
    const { facts } = analyse(read, catalog, context, NO_NAMES, mysqlTraits)
    if (facts.opaque !== undefined || facts.dynamic) return 'unknown'
    if (facts.effects.some((effect) => !PLAIN.has(effect))) return 'unknown'
    if (facts.effects.includes('write')) worst = 'writes'
    const looks = facts.tables.length > 0 || facts.functions.some(({ effect }) => effect !== 'pure')
    if (worst === 'pure' && looks) worst = 'reads'
  }
  return worst
}
