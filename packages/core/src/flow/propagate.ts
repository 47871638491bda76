import type { Catalog, Column, End, FlowPlace, StandingMove } from '../catalog/catalog.ts'
import type { Label } from '../catalog/label.ts'
import type { Relabelling } from '../catalog/relabel.ts'
import { directiveIn } from '../detect/label-column.ts'
import { placeKey } from './code-moves.ts'
import { inherited, joinedLabels } from './inherit.ts'
import { columnsAt, type Finding, isWhole, type Place } from './place.ts'

/** Values came from one place to another. */
export type Edge = {
  readonly source: Place
  readonly target: Place
  readonly direct: boolean
  /** The source's labels when they came, and those that it got since: they count where it is gone. */
  readonly labels: readonly Label[]
}

/** What people, samples of values, and names that it had before, say of a column. */
export type Assignment = {
  readonly place: Place
  readonly origin: 'human' | 'sample' | 'detector'
  readonly labels: readonly Label[]
}

/** All that is known of a database's columns beside the catalog itself. */
export type Knowledge = { readonly assignments: readonly Assignment[]; readonly edges: readonly Edge[] }

/**
 * The columns whose labels are others than the catalog's own. What a person said decides alone. Else a comment's
 * directive does, with the labels of the configuration. Else what detectors, samples and the column's sources say adds
 * up. Labels only ever grow along the edges, so following them comes to an end.
 */
export const labelsBy = (finding: Finding, knowledge: Knowledge): Relabelling => {
  const changed = new Map<Node, readonly Label[]>()
  const decided = new Set<Column>()
  for (const { place, origin, labels } of inOrder(knowledge.assignments)) {
    for (const column of columnsAt(place, finding)) {
      if (origin === 'human') decided.add(column)
      else if (decided.has(column) || isDirected(column)) continue
      const own = changed.get(column) ?? column.labels
      changed.set(column, origin === 'human' ? [...builtin(column), ...labels] : joinedLabels(own, labels))
    }
  }
  const moved = [...linksOf(knowledge.edges, finding), ...familyLinks(finding.catalog)]
  const links = [...moved, ...derivationLinks(moved)].filter(
    ({ target }) => !(isColumn(target) && (decided.has(target) || isDirected(target))),
  )
  followLinks(links, changed)
  return new Map([...changed].filter((entry): entry is [Column, readonly Label[]] => isColumn(entry[0])))
}

/** People first: what they say of a column, samples do not change. */
const inOrder = (assignments: readonly Assignment[]): readonly Assignment[] =>
  [...assignments].sort((a, b) => Number(b.origin === 'human') - Number(a.origin === 'human'))

const isDirected = (column: Column): boolean => directiveIn(column.comment)?.decides === true

const builtin = ({ labels }: Column): readonly Label[] => labels.filter(({ origin }) => origin === 'builtin')

/** A column, or a place whose table is not there: what went on from it had its labels all the same. */
type Node = Column | Place

/** Labels that come to a column: from another, or from one that is gone. */
type Link = { readonly source: Node | readonly Label[]; readonly target: Node; readonly direct: boolean }

const linksOf = (edges: readonly Edge[], finding: Finding): readonly Link[] => {
  const nodes = new Map<Place, readonly Node[]>()
  const nodesAt = (place: Place): readonly Node[] => {
    const known = nodes.get(place)
    if (known) return known
    const columns = columnsAt(place, finding)
    // A whole table is more than the columns that it has now.
    const found = columns.length > 0 && !isWhole(place) ? columns : [place, ...columns]
    nodes.set(place, found)
    return found
  }
  const links = edges.flatMap(({ source, target, direct, labels }) => {
    const from: readonly Link['source'][] = isThere(source, finding)
      ? nodesAt(source)
      : [labels, ...nodesAt(source)]
    return nodesAt(target).flatMap((to) =>
      from.filter((one) => one !== to).map((one): Link => ({ source: one, target: to, direct })),
    )
  })
  const placeOf = placesOfCode()
  const endsAt = (end: End): readonly Node[] => ('labels' in end ? [end] : nodesAt(placeOf(end)))
  const standing = (finding.catalog.standing ?? []).flatMap(({ source, target, direct }: StandingMove) =>
    endsAt(target).flatMap((to) =>
      endsAt(source)
        .filter((one) => one !== to)
        .map((one): Link => ({ source: one, target: to, direct })),
    ),
  )
  return [...links, ...standing, ...withinTables(nodes)]
}

/** Places that code names, each one object. Nothing is kept of them here. */
const placesOfCode = (): ((end: FlowPlace) => Place) => {
  const places = new Map<string, Place>()
  return (end) => {
    const key = placeKey(end)
    const known = places.get(key)
    if (known) return known
    const { schema, table, column, ordinal } = end
    const at = { ...(column !== undefined && { column }), ...(ordinal !== undefined && { ordinal }) }
    const place: Place = { id: 0, schema, table, ...at, instead: [], since: 0 }
    places.set(key, place)
    return place
  }
}

/** A column that is not there, nor its table perhaps, is among all of the table's columns. */
const withinTables = (nodes: ReadonlyMap<Place, readonly Node[]>): readonly Link[] => {
  const gone = [...nodes].filter(([place, [first]]) => first === place)
  const tables = Map.groupBy(gone, ([{ table }]) => table)
  return gone.flatMap(([whole, { length }]) => {
    if (!isWhole(whole)) return []
    const isThere = length > 1
    return (tables.get(whole.table) ?? [])
      .filter(([one]) => one !== whole && (!isThere || mayBeOf(one, whole)))
      .map(([one]): Link => ({ source: one, target: whole, direct: true }))
  })
}

const mayBeOf = (a: Place, b: Place): boolean => a.schema === '' || b.schema === '' || a.schema === b.schema

/** Whether it is the very column that the values came from, and not one that has taken its name, nor one of several. */
const isThere = (place: Place, finding: Finding): boolean =>
  !isWhole(place) &&
  place.relation !== undefined &&
  finding.catalog.relationById(place.relation) !== undefined &&
  columnsAt(place, finding).length > 0

/** A row of a child is a row of its parent, and may be read from either. */
const familyLinks = (catalog: Catalog): readonly Link[] =>
  catalog.relations.flatMap((child) =>
    (child.parents ?? []).flatMap((id) =>
      (catalog.relationById(id)?.columns ?? []).flatMap((column) => {
        const own = child.columns.find(({ name }) => name === column.name)
        if (own === undefined) return []
        return [
          { source: column, target: own, direct: true },
          { source: own, target: column, direct: true },
        ]
      }),
    ),
  )

/**
 * What comes to a view's column, or to one that the database computes, of what it is derived from. Whoever reads one
 * has its sources anyway: only what went on from it needs to know.
 */
const derivationLinks = (links: readonly Link[]): readonly Link[] => {
  const read = new Set(links.map(({ source }) => source).filter(isDerived))
  return [...read].flatMap((target) =>
    target.derivedFrom.sources
      .filter((source) => source !== target)
      .map((source): Link => ({ source, target, direct: target.derivedFrom.direct })),
  )
}

type Derived = Column & Required<Pick<Column, 'derivedFrom'>>

const isDerived = (source: Link['source']): source is Derived =>
  isNode(source) && isColumn(source) && source.derivedFrom !== undefined

const followLinks = (links: readonly Link[], changed: Map<Node, readonly Label[]>): void => {
  const bySource = new Map<Node, Link[]>()
  for (const link of links) {
    if (!isNode(link.source)) continue
    const list = bySource.get(link.source)
    if (list) list.push(link)
    else bySource.set(link.source, [link])
  }
  const labelsOf = (node: Node): readonly Label[] => changed.get(node) ?? (isColumn(node) ? node.labels : [])
  let next: readonly Link[] = links
  while (next.length > 0) {
    const grown = new Set<Node>()
    for (const { source, target, direct } of next) {
      const own = labelsOf(target)
      const all = joinedLabels(own, inherited(isNode(source) ? labelsOf(source) : source, direct))
      if (all === own) continue
      changed.set(target, all)
      grown.add(target)
    }
    next = [...grown].flatMap((node) => bySource.get(node) ?? [])
  }
}

const isNode = (source: Link['source']): source is Node => !Array.isArray(source)

const isColumn = (node: Node): node is Column => !('since' in node)
