import type { ColumnFact, Facts, Flow } from '../analysis/facts.ts'
import type { Column, End, FlowPlace } from '../catalog/catalog.ts'

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
  const read = facts.flows.some(({ unknown }) => unknown) ? readsOf(facts) : []
  const made = facts.flows.some(({ place }) => place?.made) ? madeBy(facts.flows) : NONE
  return facts.flows.flatMap((flow): Move[] => {
    const target = flow.target ?? flow.place
    if (target === undefined) return []
    const all = withMade(sourcesOf(flow, read), made)
    return throughViews(target).flatMap((one) => {
      const sources = all.filter((source) => source !== one)
      return sources.length === 0 ? [] : [{ target: one, sources, direct: flow.direct && !flow.unknown }]
    })
  })
}

const NONE: ReadonlySet<string> = new Set()

const madeBy = (flows: readonly Flow[]): ReadonlySet<string> =>
  new Set(flows.flatMap(({ place }) => (place?.made === true ? [place.table] : [])))

const sourcesOf = ({ sources, from, unknown }: Flow, read: readonly End[]): readonly End[] => {
  if (!unknown && from === undefined) return sources
  return [...new Set([...sources, ...(from ?? []), ...(unknown ? read : [])])]
}

/** A table that is made on the way may hide one of its name. */
const withMade = (ends: readonly End[], made: ReadonlySet<string>): readonly End[] => {
  if (made.size === 0) return ends
  const hidden = ends.flatMap((end) =>
    isColumn(end) && made.has(end.relation.name) ? [end.relation.name] : [],
  )
  return [...ends, ...[...new Set(hidden)].map((table): FlowPlace => ({ schema: '', table, made: false }))]
}

/** What each view is made of that a statement defines, by its bare name. */
export const shownBy = (
  facts: Facts,
): readonly { readonly view: string; readonly sources: readonly End[] }[] => {
  if (facts.flows.every(({ view }) => view === undefined)) return []
  const read = readsOf(facts)
  return facts.flows.flatMap((flow) =>
    flow.view === undefined ? [] : [{ view: flow.view, sources: sourcesOf(flow, read) }],
  )
}

/** What is written to a view is in the table behind it. What a table computes of its other columns is not in these. */
const throughViews = (target: End): readonly End[] =>
  isColumn(target) && target.derivedFrom
    ? [target, ...target.derivedFrom.sources.filter(({ relation }) => relation.id !== target.relation.id)]
    : [target]

/** What a statement looks at, with what the functions it calls look at. */
export const readsOf = ({
  columns,
  tables,
  flows,
  reads = [],
}: Pick<Facts, 'columns' | 'tables' | 'flows' | 'reads'>): readonly End[] => [
  ...columns.filter(isRead).map(({ column }) => column),
  ...reads,
  // What went to a variable of the code that runs may come back from it.
  ...flows.flatMap(({ target, place, sources, from = [] }) =>
    (target ?? place) === undefined ? [...sources, ...from] : [],
  ),
  ...tables
    .filter(({ known, keys, access }) => !known && keys !== true && access.includes('read'))
    .map(({ name }): FlowPlace => ({ schema: '', table: name, made: false })),
]

/** A column that is only written has no other role. */
export const isRead = ({ roles }: ColumnFact): boolean => roles.some((role) => role !== 'assignment')
