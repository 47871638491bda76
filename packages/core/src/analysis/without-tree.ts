import type { Analysis } from './context.ts'
import type { Facts } from './facts.ts'

/** What is said of it; the rest is nothing. */
type Said = Pick<Facts, 'verb' | 'effects' | 'outputs' | 'fingerprint' | 'canonical'> & Partial<Facts>

/** The analysis of what has no tree of a statement: it names nothing and changes nothing that the gateway follows. */
export const withoutTree = (said: Said, catalogVersion: number): Analysis => ({
  facts: {
    verbs: [said.verb],
    tables: [],
    columns: [],
    functions: [],
    bounded: false,
    flows: [],
    uses: [],
    dynamic: false,
    parameterCount: 0,
    ...said,
  },
  changes: [],
  catalogVersion,
  steps: [],
})
