import type { CodeMoves, Column, Relation, StandingMove } from '../catalog/catalog.ts'
import { madeOnce } from '../catalog/made-once.ts'

/** The most moves of one body; one that has more is followed as far as that. */
export const MAX_MOVES = 20_000

/** Any of the sources into any of the targets. */
export const across = (
  sources: readonly Column[],
  targets: readonly Column[],
  direct = false,
): readonly StandingMove[] =>
  sources
    .flatMap((source) => targets.flatMap((target) => (source === target ? [] : [{ source, target, direct }])))
    .slice(0, MAX_MOVES)

/** Each move once. A column is one object in one catalog. */
export const distinctMoves = (moves: readonly StandingMove[]): readonly StandingMove[] => {
  const seen = [new Map<Column, Set<Column>>(), new Map<Column, Set<Column>>()] as const
  return moves.filter(({ source, target, direct }) => {
    const from = seen[direct ? 1 : 0]
    const targets = from.get(source) ?? new Set()
    if (targets.size === 0) from.set(source, targets)
    if (targets.has(target)) return false
    targets.add(target)
    return true
  })
}

/** What several pieces of code do together: the very same ones are the very same together. */
export const joinedCode: (all: readonly CodeMoves[]) => CodeMoves = madeOnce((all: readonly CodeMoves[]) => {
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  return {
    reads: [...new Set(all.flatMap(({ reads }) => reads))],
    moves: distinctMoves(all.flatMap(({ moves }) => moves)),
    writes: [...new Set(all.flatMap(({ writes }) => writes))],
  }
})

/** How much code does; nothing: it need not be told of. */
export const amountOf = ({ reads, moves, writes }: CodeMoves): number =>
  reads.length + moves.length + writes.length

/** The columns of tables, in their order. */
export const columnsOf = (relations: readonly Relation[]): readonly Column[] =>
  relations.flatMap(({ columns }) => columns)
