import type { Flow } from '../analysis/facts.ts'
import type { StandingMove } from '../catalog/catalog.ts'
import { isColumn } from './moves.ts'

/** What code moves, as a flow of the statement that runs it. */
export const flowOf = ({ source, target, direct }: StandingMove): Flow => ({
  ...(isColumn(source) ? { sources: [source] } : { sources: [], from: [source] }),
  unknown: false,
  direct,
  ...(isColumn(target) ? { target } : { target: undefined, place: target }),
})
