import { ANYWHERE } from './anywhere.ts'
import { ANYTHING } from './changes.ts'
import type { Analysis } from './context.ts'
import type { Effect } from './facts.ts'
import { useOf } from './uses.ts'

/** The same statement with nothing proven of what it returns, moves and tells. */
export const unproven = (analysis: Analysis): Analysis => {
  const { facts } = analysis
  // Which output's NULLs would have to be hidden is not known any more.
  const blank = typeof facts.outputs !== 'string' && facts.outputs.some((output) => output.blank === true)
  return {
    ...analysis,
    facts: {
      ...facts,
      outputs: facts.outputs === 'none' ? 'none' : 'unknown',
      flows: facts.flows.map((flow) => ({ ...flow, unknown: true })),
      uses: [
        ...facts.uses.map(({ use }) => useOf(undefined, use)),
        ...(blank ? [useOf(undefined, 'computed')] : []),
      ],
    },
  }
}

/**
 * The same statement where the code that it runs may be another than was read. INVARIANT (deny-by-default): what it
 * does is unknown, and so is what it changes for later ones. `now`: the code runs now, not when something kept is used.
 */
export const doubted = (analysis: Analysis, now = true): Analysis => {
  if (isDoubted(analysis)) return analysis
  const bare = unproven(analysis)
  const { facts } = bare
  return {
    ...bare,
    changes: now ? [...new Set([...analysis.changes, ...ANYTHING])] : analysis.changes,
    facts: {
      ...facts,
      effects: withUnknown(facts.effects),
      functions: facts.functions.map((called) => ({ ...called, effect: 'unknown' })),
      flows: [...facts.flows, ANYWHERE],
    },
  }
}

/** The same effects, and any other. */
export const withUnknown = (effects: readonly Effect[]): readonly Effect[] =>
  effects.includes('unknown') ? effects : [...effects, 'unknown' as const].sort()

/** The very same analysis can be told to be of the same execution. */
const isDoubted = ({ facts }: Analysis): boolean =>
  facts.flows.includes(ANYWHERE) &&
  facts.effects.includes('unknown') &&
  facts.functions.every(({ effect }) => effect === 'unknown') &&
  typeof facts.outputs === 'string'
