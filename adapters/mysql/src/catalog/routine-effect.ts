import { analyse } from '@sluice/core/analysis/analyse'
import type { NameContext, SessionNames } from '@sluice/core/analysis/context'
import type { Catalog, FunctionEffect } from '@sluice/core/catalog/catalog'
import { Remembered } from '@sluice/core/catalog/look-ups'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
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
  const around = JSON.stringify(context)
  for (const read of body.flat()) {
    const effect = found.of(
      read,
      () => around,
      catalog,
      (asked) => statementEffect(read, asked.catalog, context),
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

const statementEffect = (read: ReadStatement, catalog: Catalog, context: NameContext): FunctionEffect => {
  const { facts } = analyse(read, catalog, context, NO_NAMES, mysqlTraits)
  if (facts.opaque !== undefined || facts.dynamic) return 'unknown'
  if (facts.effects.some((effect) => !PLAIN.has(effect))) return 'unknown'
  if (facts.effects.includes('write')) return 'writes'
  return facts.tables.length > 0 || facts.functions.some(({ effect }) => effect !== 'pure') ? 'reads' : 'pure'
}
