import type { Catalog, Column, End, FlowPlace, Relation, RelationRef } from '../catalog/catalog.ts'
import type { LaidRelation } from '../catalog/overlay.ts'
import { distinctEnds } from '../flow/code-moves.ts'
import { isColumn, isRead, readsOf } from '../flow/moves.ts'
import type { Analysis, ContextChange } from './context.ts'
import type { Facts, Flow } from './facts.ts'

/** What a statement does to tables that later ones of its transaction name. */
export type TableChange = {
  /** Tables that may have other columns, without their schemas. */
  readonly names: readonly string[]
  /** Other tables may stand for these names. `made`: one that is made now. Absent: none do. */
  readonly others?: 'made' | 'any'
  /** Nothing is made but where the one that had the name is gone. Absent: it is made whatever there was. */
  readonly ifGone?: true
  /** Where the rows come from that a table is made with. Absent: it has none, or none that tell of a column. */
  readonly filledBy?: readonly Flow[]
  /** A table's old name and its new one. */
  readonly renamed?: readonly [from: string, to: string]
  /** What the catalog has under the old one. */
  readonly ids?: readonly number[]
  /** Columns of theirs whose names others may take. Absent: none. */
  readonly freed?: readonly string[]
  /** True where a schema has another name, and so all that is in it. */
  readonly ofSchema?: true
  /** The table that is made, where all of its columns are listed. */
  readonly fresh?: LaidRelation
}

/** How tables have changed since a catalog was read, in a transaction that others cannot see. */
export type TablesSince = {
  /** Any may have other columns. */
  readonly any: boolean
  readonly changed: ReadonlySet<string>
  /** Names for which other tables may stand. */
  readonly others: ReadonlySet<string>
  /** Those of them for which one stands that was made since, and of which no column has gone. */
  readonly made: ReadonlySet<string>
  /** By their names: tables that were made with rows, and where these came from. `any`: any table may be. */
  readonly filled: ReadonlyMap<string, readonly Flow[]> | 'any'
  /** Names of tables that went into another schema. */
  readonly moved: ReadonlySet<string> | 'any'
  /** By the names that tables got, or kept in another schema: what the catalog has that may be called so now. */
  readonly former: ReadonlyMap<string, ReadonlySet<number>>
  /** By table and column. */
  readonly freed: ReadonlySet<string>
  /** Tables that were made since as they are listed, and of which nothing but indexes was defined. Absent: none. */
  readonly fresh?: readonly LaidRelation[]
}

/** Names that are told apart in one transaction; with more, any table may be another. */
export const MAX_CHANGED_TABLES = 2_000

/** Columns that tables of one name were made with in one transaction, one after the other; with more, any table may have any. */
export const MAX_FILLED_COLUMNS = 4_000

const EMPTY: ReadonlySet<string> = new Set()
const NOTHING: TablesSince = {
  any: false,
  changed: EMPTY,
  others: EMPTY,
  made: EMPTY,
  filled: new Map(),
  moved: EMPTY,
  former: new Map(),
  freed: EMPTY,
}

/** The same after one more change. INVARIANT (hostile-both-sides): as large as `MAX_CHANGED_TABLES`. */
export const tablesAfter = (
  since: TablesSince | undefined,
  change: ContextChange,
): TablesSince | undefined => {
  // Behind a savepoint that is taken back, what was made since is gone.
  if (change.kind === 'transaction-end') return since && { ...since, made: EMPTY, fresh: [] }
  if (change.kind !== 'catalog') return since
  const before = since ?? NOTHING
  const { tables } = change
  if (tables === undefined) return { ...before, any: true, fresh: [] }
  const { names, others, ifGone, freed = [] } = tables
  if (tables.ofSchema === true) return { ...before, any: true, moved: 'any', fresh: [] }
  if (ifGone === true && !names.some((name) => before.others.has(name))) return since
  if (names.length === 0) return since
  const columns = names.flatMap((name) => freed.map((column) => keyOf(name, column)))
  const after: TablesSince = {
    any: before.any,
    changed: new Set([...before.changed, ...names]),
    others: others === undefined ? before.others : new Set([...before.others, ...names]),
    made: madeAfter(before.made, tables),
    filled: filledAfter(before.filled, tables),
    moved: movedAfter(before.moved, tables),
    former: formerAfter(before.former, tables),
    freed: columns.length === 0 ? before.freed : new Set([...before.freed, ...columns]),
    fresh: freshAfter(before, tables),
  }
  return after.changed.size + after.freed.size > MAX_CHANGED_TABLES
    ? { ...before, any: true, moved: 'any', filled: 'any', fresh: [] }
    : after
}

/** What is done to tables that are there may bring rows of others into them. What was there stays where a table is made IF NOT EXISTS. */
const freshAfter = (
  { fresh: before = [], changed }: TablesSince,
  { names, others, fresh }: TableChange,
): readonly LaidRelation[] => {
  if (others !== 'made') return []
  const kept = before.filter(({ name }) => !names.includes(name))
  return fresh === undefined || changed.has(fresh.name) ? kept : [...kept, fresh]
}

const movedAfter = (before: TablesSince['moved'], { names, renamed }: TableChange): TablesSince['moved'] =>
  before === 'any' || renamed === undefined || renamed[0] !== renamed[1]
    ? before
    : new Set([...before, ...names])

/** Another table may have had the name before. */
const filledAfter = (
  before: TablesSince['filled'],
  { names, renamed, filledBy = [] }: TableChange,
): TablesSince['filled'] => {
  if (before === 'any') return before
  const [at] = renamed === undefined ? names : renamed.slice(1)
  const came = renamed === undefined ? filledBy : (before.get(renamed[0]) ?? [])
  if (at === undefined || came.length === 0) return before
  const all = [...new Set([...(before.get(at) ?? []), ...came])]
  return all.length > MAX_FILLED_COLUMNS ? 'any' : new Map(before).set(at, all)
}

const formerAfter = (
  before: TablesSince['former'],
  { renamed, ids = [] }: TableChange,
): TablesSince['former'] => {
  if (renamed === undefined) return before
  const [from, to] = renamed
  const may = [...(before.get(to) ?? []), ...(before.get(from) ?? []), ...ids]
  return may.length === 0 ? before : new Map(before).set(to, new Set(may))
}

const madeAfter = (
  before: TablesSince['made'],
  { names, others, renamed, freed }: TableChange,
): TablesSince['made'] => {
  if (others === undefined && freed === undefined) return before
  const kept = [...before].filter((name) => !names.includes(name))
  if (others === 'made') return new Set([...before, ...names])
  return new Set(renamed && before.has(renamed[0]) ? [...kept, renamed[1]] : kept)
}

/** Identifiers never hold a NUL. */
const keyOf = (table: string, column: string): string => `${table}\0${column}`

/**
 * The same statement with what it reads and writes of columns that the catalog does not have. INVARIANT
 * (no-unproven-column): of a table that has changed, `*` and places in a row are any of its columns, and so is a name that
 * may lead to another column by now.
 */
export const withTablesSince = (
  analysis: Analysis,
  since: TablesSince | undefined,
  catalog: Catalog,
): Analysis => {
  if (since === undefined) return analysis
  const { facts } = analysis
  const stored = distinctEnds(readsSince(facts, since, catalog))
  const flows = flowsSince(facts, since, stored, catalog)
  const reads = distinctEnds([
    ...stored,
    ...placesSince(facts.unlisted?.returned ?? [], since, catalog),
    ...readsOf(facts).flatMap((end) => (isNamed(end) ? movedTo(since, end.table, catalog) : [])),
  ])
  if (reads.length + flows.length === 0) return analysis
  return {
    ...analysis,
    facts: { ...facts, reads: [...(facts.reads ?? []), ...reads], flows: [...facts.flows, ...flows] },
  }
}

const readsSince = (facts: Facts, since: TablesSince, catalog: Catalog): readonly End[] => {
  const named = [...facts.columns.filter(isRead).map(({ column }) => column), ...sourcesOf(facts.flows)]
  const byCode = [...(facts.reads ?? []), ...sourcesOf(facts.flows.filter((flow) => flow.byCode))]
  return [
    ...placesSince(facts.unlisted?.reads ?? [], since, catalog),
    ...named.flatMap((column) => namedSince(since, column)),
    ...byCode.flatMap((end) =>
      isColumn(end) && isChanged(since, end.relation.name) ? wholesOf(since, end.relation) : [],
    ),
  ]
}

const placesSince = (places: readonly FlowPlace[], since: TablesSince, catalog: Catalog): readonly End[] =>
  places.flatMap((place) =>
    isChanged(since, place.table) ? [...placesOf(since, place), ...freedOf(since, place, catalog)] : [],
  )

const sourcesOf = (flows: readonly Flow[]): readonly Column[] => flows.flatMap(({ sources }) => sources)

/** `reads`: of columns that the catalog does not have, beside those that only the client gets. */
const flowsSince = (
  facts: Facts,
  since: TablesSince,
  reads: readonly End[],
  catalog: Catalog,
): readonly Flow[] => {
  // Of some table more columns are read than are known, and go to where none of those do.
  const more = reads.some((end) => !isColumn(end) && end.column === undefined)
  if (facts.flows.length === 0 && !more) return []
  const { writes = [], returned } = facts.unlisted ?? {}
  // What is looked at beside goes to the client: what is stored is in the flows.
  const known = returned !== undefined && reads.length === 0 && facts.flows.every(isFollowed)
  const anywhere = distinctEnds([
    ...writes.flatMap((end) => unlistedIn(end, since, more)),
    ...facts.flows.flatMap((flow) => movedByCode(flow, since, more, catalog)),
  ])
  const byPlace = new Set(
    writes.flatMap((end) => (isColumn(end) || end.column !== undefined ? [] : [end.table])),
  )
  return [
    ...anywhere.map(anythingOf(facts.flows, !known)),
    ...facts.flows.flatMap((flow) =>
      targetsSince(flow, since, byPlace, catalog).map((place) => ({ ...flow, target: undefined, place })),
    ),
    ...facts.flows.flatMap((flow) => movedTargets(flow, since, catalog).map((end) => flowTo(flow, end))),
  ]
}

const unlistedIn = (end: End, since: TablesSince, more: boolean): readonly End[] => {
  if (isColumn(end)) return more ? [end] : []
  const isKnown = end.added === true
  if (!isKnown || end.column !== undefined)
    return more || (isKnown && isChanged(since, end.table)) ? placesOf(since, end) : []
  // In a table that is made the places are those of the columns.
  const isCounted = since.made.has(end.table) && !more
  return isChanged(since, end.table) && !isCounted ? placesOf(since, end) : []
}

/** Of code it is not known what it writes by name. */
const movedByCode = (
  { target, byCode }: Flow,
  since: TablesSince,
  more: boolean,
  catalog: Catalog,
): readonly End[] => {
  if (target === undefined || byCode !== true) return []
  const { relation } = target
  const beside = more ? (catalog.relationById(relation.id)?.columns ?? []) : []
  return isChanged(since, relation.name) ? [...beside, ...wholesOf(since, relation)] : beside
}

/** Where else a value may go. `byPlace`: tables into which the statement puts values by their places. */
const targetsSince = (
  { target, place }: Flow,
  since: TablesSince,
  byPlace: ReadonlySet<string>,
  catalog: Catalog,
): readonly FlowPlace[] => {
  if (target === undefined) return place?.added === true ? placesOf(since, place).slice(1) : []
  const { id, name } = target.relation
  const named = namedSince(since, target)
  if (!byPlace.has(name) || !since.made.has(name)) return named
  const at = catalog.relationById(id)?.columns.findIndex((column) => column.name === target.name) ?? -1
  return at === -1 ? named : [...named, { ...inAnother(name), ordinal: at + 1 }]
}

/** A name may be that of a table that came into the path, or into another schema, as it is. */
const movedTargets = ({ target, place }: Flow, since: TablesSince, catalog: Catalog): readonly End[] =>
  target !== undefined || place === undefined || place.made
    ? []
    : movedTo(since, place.table, catalog, place.column)

/** By a name that may be in any schema. */
const isNamed = (end: End): end is FlowPlace => !isColumn(end) && end.schema === ''

/** The column in the tables that had the name elsewhere; any of theirs, where none is told, or they do not have it. */
const movedTo = (since: TablesSince, table: string, catalog: Catalog, column?: string): readonly End[] =>
  since.moved === 'any' || since.moved.has(table)
    ? catalog.relations
        .filter(({ name }) => name === table)
        .map(
          ({ schema, columns }): End =>
            columns.find(({ name }) => name === column) ?? { schema, table, made: false, added: true },
        )
    : []

const flowTo = ({ place: _place, ...flow }: Flow, end: End): Flow =>
  isColumn(end) ? { ...flow, target: end } : { ...flow, target: undefined, place: end }

/** Whether a table of the name may have other columns, or be another. */
export const isChanged = ({ any, changed }: TablesSince, table: string): boolean => any || changed.has(table)

/** Whether the table may be gone, or what has its name be another: what is no table of rows goes with one. */
export const mayBeGone = (
  { any, others }: TablesSince,
  name: string,
  type: Relation['type'] | undefined,
): boolean => any || others.has(name) || (type !== 'table' && others.size > 0)

/** What a column's name may lead to by now. */
const namedSince = (since: TablesSince, { relation, name }: Column): readonly FlowPlace[] => [
  ...(since.freed.has(keyOf(relation.name, name)) ? wholesOf(since, relation) : []),
  ...(since.others.has(relation.name) ? [{ ...inAnother(relation.name), column: name }] : []),
]

/** A name that is not known may be what a column is called by now. What that held is known only by the column itself. */
export const freedOf = (
  { freed }: TablesSince,
  { schema, table, column }: FlowPlace,
  catalog: Catalog,
): readonly Column[] =>
  column === undefined || freed.size === 0
    ? []
    : (catalog.relation(schema, table)?.columns ?? []).filter(({ name }) => freed.has(keyOf(table, name)))

/** Any column of a table. */
const wholesOf = (since: TablesSince, { schema, name }: RelationRef): readonly FlowPlace[] =>
  placesOf(since, { schema, table: name, made: false, added: true })

/** In the table that the catalog has, and in another that may have its name by now. */
const placesOf = ({ others }: TablesSince, place: FlowPlace): readonly FlowPlace[] => {
  if (place.added !== true || !others.has(place.table)) return [place]
  // A column that the catalog does not have is of whichever table has it then.
  return [place, place.column === undefined ? inAnother(place.table) : { ...place, schema: '' }]
}

/** In a table, of whichever schema, that did not have the name. */
const inAnother = (table: string): FlowPlace => ({ schema: '', table, made: false })

const isFollowed = ({ unknown, byCode }: Flow): boolean => !unknown && byCode !== true

/** What a statement brings anywhere. `unknown`: with all that it reads. */
const anythingOf = (flows: readonly Flow[], unknown: boolean): ((end: End) => Flow) => {
  const sources = [...new Set(sourcesOf(flows))]
  const from = flows.flatMap((flow) => flow.from ?? [])
  const all = { sources, unknown, direct: false, ...(from.length > 0 && { from }) }
  return (end) => flowTo({ ...all, target: undefined }, end)
}
