import { ANYWHERE } from './anywhere.ts'
import { merged, ownCodeChanges } from './changes.ts'
import type { Analysis } from './context.ts'
import { LOOKS, OF_FUNCTION } from './effects.ts'
import type { FunctionFact } from './facts.ts'

/** The same statement where code of the users' own runs with it that is not in its text. */
export const alsoRuns = (analysis: Analysis, called: FunctionFact): Analysis => {
  const { facts, changes } = analysis
  return {
    ...analysis,
    facts: {
      ...facts,
      effects: [...new Set([...facts.effects, ...OF_FUNCTION[called.effect]])].sort(),
      functions: [...facts.functions, called],
      flows: LOOKS.has(called.effect) ? facts.flows : [...facts.flows, ANYWHERE],
    },
    changes: merged([...changes, ...ownCodeChanges(called.effect)]),
  }
}
