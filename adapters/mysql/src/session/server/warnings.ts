import type { Analysis } from '@sluice/core/analysis/context'
import type { Facts, FunctionFact } from '@sluice/core/analysis/facts'
import { mayCarryMasked } from '@sluice/gateway/pipeline/near-masked'
import { builtinFunction, DIAGNOSTICS } from '../../analysis-traits/functions.ts'
import { BUILTIN_SCHEMA } from '../../analysis-traits/traits.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'
import { masksOf } from './masks-of.ts'

/**
 * How many warnings a client may be told of. `CAST(email AS SIGNED)` warns of every address that is no number, so the
 * count tells what is masked: it is nought, and what the server keeps of them is not to be asked for, were it none.
 */
export function seenWarnings(session: WireSession, owed: Exchange, warnings: number): number {
  const facts = owed.run?.execution.analysis.facts
  // A statement that reads no row leaves the warnings of the one before (MySQL: "SHOW WARNINGS Statement").
  if (facts === undefined || !mayWarn(facts)) return warnings
  const masks = masksOf(session, owed)
  session.warner = masks.any ? { facts, masks } : undefined
  return warnings > 0 && isWarned(session) ? 0 : warnings
}

/**
 * Whether the database may keep warnings that tell what is masked. Found out when it matters: most results have none, and
 * are not asked about.
 */
export function isWarned({ warner, governance }: WireSession): boolean {
  return warner !== undefined && mayCarryMasked(warner.facts, warner.masks, governance.catalog.current())
}

function mayWarn({ tables, opaque, dynamic, verb, functions }: Facts): boolean {
  return (
    tables.length > 0 || opaque !== undefined || dynamic || verb === 'call' || functions.some(mayReadRows)
  )
}

/** Values of rows come out of code of the users' own, and out of variables that it or an earlier statement has filled. */
function mayReadRows({ schema, name, effect }: FunctionFact): boolean {
  if (effect === 'pure' || COUNTS.has(name.toLowerCase())) return false
  return schema !== BUILTIN_SCHEMA || builtinFunction(name)?.lineage !== 'arguments'
}

/** What SHOW is called that lists warnings, or counts them. */
const LISTS: ReadonlySet<string> = new Set(['warnings', 'errors', 'count'])

/** Functions that say how many there were, wherever they stand: a condition or a setting tells it as an output does. */
const COUNTS: ReadonlySet<string> = new Set(['@@warning_count', '@@error_count', DIAGNOSTICS])

/** Whether a statement lists or counts the warnings of the one before, under whatever name it was prepared. */
export function asksForWarnings({ facts: { verb, outputs, functions } }: Analysis): boolean {
  if (verb !== 'prepare' && functions.some(({ name }) => COUNTS.has(name.toLowerCase()))) return true
  if (verb !== 'show' && verb !== 'execute') return false
  return typeof outputs !== 'string' && outputs.some(({ name, unknown }) => unknown && LISTS.has(name))
}
