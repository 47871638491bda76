import type { FunctionEffect } from '../catalog/catalog.ts'
import type { Facts } from './facts.ts'

/** What a routine does whose body is this statement. INVARIANT (deny-by-default): anything but reading and writing is unknown. */
export const effectOf = (facts: Facts): FunctionEffect => {
  if (facts.opaque !== undefined || facts.dynamic) return 'unknown'
  if (facts.effects.some((effect) => effect !== 'read' && effect !== 'write')) return 'unknown'
  if (facts.effects.includes('write')) return 'writes'
  return facts.tables.length > 0 || facts.functions.some(({ effect }) => effect !== 'pure') ? 'reads' : 'pure'
}

/** From the least to the worst. */
const SEVERITY: readonly FunctionEffect[] = [
  'pure',
  'reads',
  'sequence',
  'session',
  'writes',
  'admin',
  'network',
  'file',
  'program',
  'dynamic',
  'unknown',
]

/** Whether the first is more than the second. */
export const isWorse = (some: FunctionEffect, other: FunctionEffect): boolean =>
  SEVERITY.indexOf(some) > SEVERITY.indexOf(other)

/** The worse of what two functions do. */
export const worseEffect = (a: FunctionEffect, b: FunctionEffect): FunctionEffect => (isWorse(b, a) ? b : a)

/** All of it together. */
export const worstEffect = (effects: readonly FunctionEffect[]): FunctionEffect =>
  effects.reduce(worseEffect, 'pure')
