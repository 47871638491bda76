import type { FunctionEffect } from '../catalog/catalog.ts'
import type { Facts } from './facts.ts'

/** What a routine does whose body is this statement. INVARIANT (deny-by-default): anything but reading and writing is unknown. */
export const effectOf = (facts: Facts): FunctionEffect => {
  if (facts.opaque !== undefined || facts.dynamic) return 'unknown'
  if (facts.effects.some((effect) => effect !== 'read' && effect !== 'write')) return 'unknown'
  if (facts.effects.includes('write')) return 'writes'
  return facts.tables.length > 0 || facts.functions.some(({ effect }) => effect !== 'pure') ? 'reads' : 'pure'
}

/** From the least to the worst: what a routine with a body may do. */
const ORDER: readonly FunctionEffect[] = ['pure', 'reads', 'writes', 'unknown']

/** Whether the first is more than the second, of what `effectOf` says. */
export const isWorse = (some: FunctionEffect, other: FunctionEffect): boolean =>
  ORDER.indexOf(some) > ORDER.indexOf(other)

/** All of it together. */
export const worstEffect = (effects: readonly FunctionEffect[]): FunctionEffect =>
  effects.reduce((worst, effect) => (isWorse(effect, worst) ? effect : worst), 'pure')
