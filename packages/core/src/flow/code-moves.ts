import type { CodeMoves, Column, End, FlowPlace, Relation, StandingMove } from '../catalog/catalog.ts'
import { madeOnce } from '../catalog/made-once.ts'
import { isColumn } from './moves.ts'

/** Above so many pairs, the sources go by one place between rather than each into each target. */
export const MAX_PAIRS_APIECE = 1_000

/** Above so many targets, a place between is told from others by their tables, else by the targets. */
const MAX_NAMED = 32

/**
 * Any of the sources into any of the targets. INVARIANT (no-unproven-column): however many they are, all of them.
 */
export const across = (
  sources: readonly End[],
  targets: readonly End[],
  direct = false,
): readonly StandingMove[] => {
  if (sources.length * targets.length <= MAX_PAIRS_APIECE)
    return sources.flatMap((source) =>
      targets.flatMap((target) => (source === target ? [] : [{ source, target, direct }])),
    )
  const between = placeBefore(targets)
  return [
    ...sources.map((source) => ({ source, target: between, direct: false })),
    ...targets.map((target) => ({ source: between, target, direct: false })),
  ]
}

/**
 * A place that no table has: its name is longer than those of tables. It is of what is written, whoever reads: what comes to
 * the same targets goes by the same place. Schemas do not count, nor which columns where they are many: another session's
 * temporary table, or a column more, makes no other place, since what came to one is kept.
 */
const placeBefore = (targets: readonly End[]): FlowPlace => {
  const nameOf = targets.length > MAX_NAMED ? tableOf : bareKeyOf
  const ends = [...new Set(targets.map(nameOf))].sort().join(' ')
  return { schema: '', table: `${LONGER} ${ends.length}.${hashOf(ends)}`, made: false }
}

const LONGER = 'any of the columns that code may read into any of those that it may write'

/** Whether it stands between the sources and the targets of code. */
export const isBetween = (end: End): end is FlowPlace => !isColumn(end) && end.table.startsWith(LONGER)

const tableOf = (end: End): string => JSON.stringify(isColumn(end) ? end.relation.name : end.table)

const bareKeyOf = (end: End): string =>
  isColumn(end)
    ? JSON.stringify([end.relation.name, end.name])
    : JSON.stringify([end.table, end.column, end.ordinal])

/** FNV-1a. Two that come to the same are followed as one: that masks too much and never too little. */
const hashOf = (text: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16)
}

/** A column is one object in one catalog; a place is what it is called. */
const identityOf = (end: End): object | string => (isColumn(end) ? end : placeKey(end))

/** Equal for two places that are called the same. */
export const placeKey = ({ schema, table, column, ordinal }: FlowPlace): string =>
  JSON.stringify([schema, table, column, ordinal])

/** Each end once. */
export const distinctEnds = (ends: readonly End[]): readonly End[] => [
  ...new Map(ends.map((end) => [identityOf(end), end])).values(),
]

/** Each move once. */
export const distinctMoves = (moves: readonly StandingMove[]): readonly StandingMove[] => {
  type Targets = Map<object | string, Set<object | string>>
  const seen: readonly [Targets, Targets] = [new Map(), new Map()]
  return moves.filter(({ source, target, direct }) => {
    const from = seen[direct ? 1 : 0]
    const [key, to] = [identityOf(source), identityOf(target)]
    const targets = from.get(key) ?? new Set()
    if (targets.size === 0) from.set(key, targets)
    if (targets.has(to)) return false
    targets.add(to)
    return true
  })
}

/** What several pieces of code do together: the very same ones are the very same together. */
export const joinedCode: (all: readonly CodeMoves[]) => CodeMoves = madeOnce((all: readonly CodeMoves[]) => {
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  return {
    reads: distinctEnds(all.flatMap(({ reads }) => reads)),
    moves: distinctMoves(all.flatMap(({ moves }) => moves)),
    writes: distinctEnds(all.flatMap(({ writes }) => writes)),
  }
})

/** How much code does; nothing: it need not be told of. */
export const amountOf = ({ reads, moves, writes }: CodeMoves): number =>
  reads.length + moves.length + writes.length

/** The columns of tables, in their order. */
export const columnsOf = (relations: readonly Relation[]): readonly Column[] =>
  relations.flatMap(({ columns }) => columns)
