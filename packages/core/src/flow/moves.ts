import type { ColumnFact, Facts, FlowPlace } from '../analysis/facts.ts'
import type { Column } from '../catalog/catalog.ts'

/** One end of a move: a column of the catalog, or a place that it does not have yet. */
export type End = Column | FlowPlace

/** Values that a statement brings from some columns into another. */
export type Move = {
  readonly target: End
  readonly sources: readonly End[]
  /** True where they are the one source's own, unchanged. */
  readonly direct: boolean
}

/** True for a column of the catalog. */
export const isColumn = (end: object): end is Column => 'labels' in end

/**
 * What a statement moves where, as far as that can be told. INVARIANT (no-unproven-column): a value that could not be
 * followed comes from all that the statement reads, tables that the catalog does not have among it.
 */
export const movesOf = (facts: Facts): readonly Move[] => {
  const read = facts.flows.some(({ unknown }) => unknown) ? readIn(facts) : []
  return facts.flows.flatMap((flow): Move[] => {
    const target = flow.target ?? flow.place
    if (target === undefined) return []
    const all = flow.unknown ? [...new Set([...flow.sources, ...read])] : flow.sources
    return throughViews(target).flatMap((one) => {
      const sources = all.filter((source) => source !== one)
      return sources.length === 0 ? [] : [{ target: one, sources, direct: flow.direct && !flow.unknown }]
    })
  })
}

/** What is written to a view is in the table behind it. */
const throughViews = (target: End): readonly End[] =>
  isColumn(target) && target.derivedFrom ? [target, ...target.derivedFrom.sources] : [target]

/** The columns that a statement looks at, with those that the functions it calls look at. */
export const readsOf = (facts: Pick<Facts, 'columns' | 'tables' | 'flows' | 'reads'>): readonly Column[] =>
  readIn(facts).filter(isColumn)

const readIn = ({
  columns,
  tables,
  flows,
  reads = [],
}: Pick<Facts, 'columns' | 'tables' | 'flows' | 'reads'>): readonly End[] => [
  ...columns.filter(isRead).map(({ column }) => column),
  ...reads,
  // What went to a variable of the code that runs may come back from it.
  ...flows.flatMap(({ target, place, sources }) => ((target ?? place) === undefined ? sources : [])),
  ...tables
    .filter(({ known, access }) => !known && access.includes('read'))
    .map(({ name }): FlowPlace => ({ schema: '', table: name, made: false })),
]

/** A column that is only written has no other role. */
const isRead = ({ roles }: ColumnFact): boolean => roles.some((role) => role !== 'assignment')
