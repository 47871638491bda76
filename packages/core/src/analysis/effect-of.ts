import type { FunctionEffect } from '../catalog/catalog.ts'
import type { Facts } from './facts.ts'

/** What a routine does whose body is this statement. INVARIANT (deny-by-default): anything but reading and writing is unknown. */
export const effectOf = (facts: Facts): FunctionEffect => {
  if (facts.opaque !== undefined || facts.dynamic) return 'unknown'
  if (facts.effects.some((effect) => effect !== 'read' && effect !== 'write')) return 'unknown'
  if (facts.effects.includes('write')) return 'writes'
  return facts.tables.length > 0 || facts.functions.some(({ effect }) => effect !== 'pure') ? 'reads' : 'pure'
}
