import { analyse } from '@sluice/core/analysis/analyse'
import type { NameContext } from '@sluice/core/analysis/context'
import { effectOf } from '@sluice/core/analysis/effect-of'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog, FunctionEffect } from '@sluice/core/catalog/catalog'
import { Remembered } from '@sluice/core/catalog/look-ups'
import type { Reading } from '@sluice/core/statement/reading'
import { mysqlTraits } from '../analysis-traits/traits.ts'

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
  const around = JSON.stringify(context)
  for (const read of body.flat()) {
    const effect = found.of(
      read,
      () => around,
      catalog,
      (asked) => effectOf(analyse(read, asked.catalog, context, NO_NAMES, mysqlTraits).facts),
    )
    if (effect === 'unknown') return 'unknown'
    if (effect === 'writes' || worst === 'pure') worst = effect
  }
  return worst
}

/** How many findings of one statement are remembered: what it calls is followed in rounds, each with answers of its own. */
const REMEMBERED = 4

/** The same statement, whose look-ups bring the same, does the same. */
const found = new Remembered<FunctionEffect>(REMEMBERED)
