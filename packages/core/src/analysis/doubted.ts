import type { CodeMoves } from '../catalog/catalog.ts'
import { across, distinctEnds, joinedCode } from '../flow/code-moves.ts'
import { flowOf } from '../flow/flow-of.ts'
import { readsOf } from '../flow/moves.ts'
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
      flows: facts.flows.map((flow) => (flow.stays ? flow : { ...flow, unknown: true })),
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
 * `does`: what is known of code that it may run.
 */
export const doubted = (analysis: Analysis, now = true, does: readonly CodeMoves[] = []): Analysis => {
  const bare = isDoubted(analysis, now) ? analysis : doubtedAlone(analysis, now)
  const [first] = does
  if (first === undefined || running.get(bare) === does) return bare
  const made = withCode(bare, joinedCode(does))
  running.set(made, does)
  return made
}

/** With what code they are told of. */
const running = new WeakMap<Analysis, readonly CodeMoves[]>()

/** Code that it may run brings what it does by itself, and anything that is read to where it writes. */
const withCode = (analysis: Analysis, code: CodeMoves): Analysis => {
  const reads = [...(analysis.facts.reads ?? []), ...code.reads]
  const facts = { ...analysis.facts, reads }
  const given = across(distinctEnds(readsOf(facts)), code.writes)
  return {
    ...analysis,
    facts: { ...facts, flows: [...facts.flows, ...code.moves.map(flowOf), ...given.map(flowOf)] },
  }
}

const doubtedAlone = (analysis: Analysis, now: boolean): Analysis => {
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
const isDoubted = ({ facts, changes }: Analysis, now: boolean): boolean =>
  (!now || ANYTHING.every((change) => changes.includes(change))) &&
  facts.flows.includes(ANYWHERE) &&
  facts.effects.includes('unknown') &&
  facts.functions.every(({ effect }) => effect === 'unknown') &&
  typeof facts.outputs === 'string'
