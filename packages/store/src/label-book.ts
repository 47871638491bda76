import type { Analysis } from '@sluice/core/analysis/context'
import type { Flow } from '@sluice/core/analysis/facts'
import type { Catalog, Column, Labeller } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import { type Relabelling, relabelled } from '@sluice/core/catalog/relabel'
import { joinedLabels } from '@sluice/core/flow/inherit'
import { isColumn } from '@sluice/core/flow/moves'
import { type Finding, findingIn, type Place, settledPlace } from '@sluice/core/flow/place'
import { labelsBy } from '@sluice/core/flow/propagate'
import {
  type FlowLedger,
  FlowsUnwritable,
  type Followed,
  type Mover,
} from '@sluice/gateway/ports/flow-ledger'
import { noteDerived } from './derived.ts'
import { foreseenBy } from './foreseen.ts'
import { grownBy } from './grown.ts'
import type { KeptEdge } from './kept-edge.ts'
import type { LabelRows } from './label-rows.ts'
import { leftLabels, lostLabels, noteLost } from './lost.ts'
import { columnName } from './names.ts'
import { OpenViews } from './open-views.ts'
import { endKey, keyOf, MAX_EDGES, type Pair, pairsOf, placeFor } from './pairs.ts'
import { renamesOf } from './renames.ts'
import { samePlaces } from './same-places.ts'
import { standingPairs } from './standing.ts'
import { Usage } from './usage.ts'

/** How a book is kept. */
type LabelBookOptions = {
  readonly rows: LabelRows
  readonly isTemporarySchema: (schema: string) => boolean
  /** The labels that a column has by itself: detectors, comments, configuration. */
  readonly labeller: Labeller
  /** Labels have changed: the catalog is to be labelled anew. */
  readonly onChange: () => void
  readonly now: () => number
}

/** How long a place is kept whose table was never seen after the statement that makes it: ten minutes. */
const UNSEEN_MS = 600_000

/** How long one is kept whose table is gone, for one that takes its name, or that another process noted: a day. */
const GONE_MS = 86_400_000

/** The edges of a statement. `made`: some of them are new, or new to the catalog. */
type Kept = { readonly edges: readonly KeptEdge[]; readonly made: boolean }

/**
 * What is known of one database's columns beside its catalog: what people and samples say, and which values went where.
 * Kept in memory and in the label file; what is written here is durable before it counts.
 */
export class LabelBook implements FlowLedger {
  readonly #options: LabelBookOptions
  readonly #rows: LabelRows
  readonly #usage: Usage
  /** Of the file: what is in memory, and what the catalog was labelled by. */
  #version: unknown
  #labelled: unknown
  #places = new Map<number, Place>()
  #keys = new Map<string, number>()
  #edges = new Map<string, KeptEdge>()
  /** The edges of statements that run again. */
  #known = new WeakMap<Analysis, readonly KeptEdge[]>()
  readonly #views = new OpenViews()
  #finding: Finding | undefined
  #applied: { readonly base: Catalog; readonly labels: Relabelling; readonly catalog: Catalog } | undefined

  constructor(options: LabelBookOptions) {
    this.#options = options
    this.#rows = options.rows
    this.#usage = new Usage(options.rows)
    this.#load()
  }

  /**
   * The catalog with everything that is known of its columns. The same one where nothing has changed. Throws
   * `SqliteError` where the file cannot be written: nothing is labelled by what it does not have.
   */
  apply(base: Catalog, version: number): Catalog {
    try {
      return this.#apply(base, version)
    } catch (error) {
      this.#loadAgain()
      throw error
    }
  }

  #apply(base: Catalog, version: number): Catalog {
    const finding = findingIn(base, this.#options.isTemporarySchema)
    this.#finding = finding
    const before = this.#applied?.base === base ? undefined : this.#applied
    const placeOf = (column: Column): Place => this.#placeOf(column, version)
    this.#rows.together(() => {
      this.#catchUp()
      this.#settle(finding)
      if (before) noteLost(this.#rows, lostLabels(before.base, base), placeOf, this.#options.now())
    })
    const read = this.#version
    const edges = [...this.#edges.values()]
    const labelsNow = () => labelsBy(finding, { assignments: this.#assignments(), edges })
    let labels = labelsNow()
    const left = before ? leftLabels(before.catalog, base, labels, this.#options.isTemporarySchema) : []
    if (left.length > 0) {
      this.#rows.together(() => {
        this.#catchUp()
        noteLost(this.#rows, left, placeOf, this.#options.now())
      })
      labels = labelsNow()
    }
    const grown = grownBy(edges, finding, labels)
    if (grown.length === 0 && this.#applied?.base === base && sameLabels(labels, this.#applied.labels)) {
      this.#labelled = read
      return this.#applied.catalog
    }
    this.#rows.together(() => {
      this.#catchUp()
      for (const { edge, more } of grown) this.#grow(edge, more)
      this.#noteStanding(base, labels)
      noteDerived(this.#rows, labels, this.#options.now())
    })
    const catalog = labels.size === 0 && base.version === version ? base : relabelled(base, version, labels)
    this.#applied = { base, labels, catalog }
    this.#labelled = read
    return catalog
  }

  /** Reads all that is kept anew: it was written past this book. */
  reload(): void {
    this.#load()
  }

  /**
   * Has the catalog labelled anew where another process has written, or where that failed before, and writes what was
   * counted. Throws where the file cannot be read or written: to be called again.
   */
  poll(): void {
    if (this.#rows.version() !== this.#labelled) this.#options.onChange()
    this.#usage.flush()
  }

  /** Writes what is still to be written. Throws like `poll`. */
  close(): void {
    this.#usage.flush()
  }

  follow(analysis: Analysis, mover: Mover): Followed | undefined {
    return this.#views.during(analysis.facts, () => this.#follow(analysis, mover))
  }

  #follow(analysis: Analysis, mover: Mover): Followed | undefined {
    const moves = this.#views.movesOf(analysis.facts, this.#applied?.catalog)
    let followed: Followed | undefined
    try {
      if (analysis.facts.renames !== undefined) this.#catchUp()
      const idsAreNames = this.#finding?.catalog.idsAreNames === true
      const renames = renamesOf(analysis.facts, this.#edges.values(), idsAreNames)
      if (moves.length === 0 && renames.length === 0) return undefined
      const before = this.#views.isEmpty ? this.#known.get(analysis) : undefined
      const known = before?.filter((edge) => (edge.own || edge.relied) && this.#edges.get(edge.key) === edge)
      const { edges, made } =
        known && known.length === before?.length
          ? { edges: known, made: false }
          : this.#rows.together(() => this.#rely([...pairsOf(moves), ...renames], analysis.catalogVersion))
      if (
        this.#views.isEmpty &&
        renames.length === 0 &&
        !moves.some(({ target }) => !isColumn(target) && target.made)
      )
        this.#known.set(analysis, edges)
      for (const { id } of edges) this.#usage.count(id, mover)
      const unsettled = edges.filter(({ settled }) => !settled)
      for (const edge of unsettled) edge.open++
      if (unsettled.length > 0) followed = this.#followed(unsettled)
      if (made) {
        this.#usage.flush()
        this.#changed()
      }
      return followed
    } catch (cause) {
      followed?.undo()
      this.#loadAgain()
      if (cause instanceof FlowsUnwritable) throw cause
      throw new FlowsUnwritable('what the statement moves cannot be kept', { cause })
    }
  }

  foreseen(flow: Flow): Column | undefined {
    return foreseenBy(this.#options.labeller, flow)
  }

  #followed(edges: readonly KeptEdge[]): Followed {
    return {
      confirm: () => {
        for (const edge of edges)
          Object.assign(edge, { settled: true, open: edge.open - 1, at: this.#options.now() })
      },
      undo: () => {
        for (const edge of edges) edge.open--
        const gone = edges.filter(
          (edge) => edge.open === 0 && !edge.settled && this.#edges.get(edge.key) === edge,
        )
        if (gone.length > 0) this.#takeBack(gone)
      },
    }
  }

  /** Never throws: what cannot be taken back stays, so that too much is masked and never too little. */
  #takeBack(gone: readonly KeptEdge[]): void {
    try {
      const relied = this.#rows.together(() => gone.filter(({ id }) => !this.#rows.takeBackEdge(id)))
      for (const edge of relied) Object.assign(edge, { relied: true, settled: true })
      for (const { id, key } of gone.filter((edge) => !relied.includes(edge))) {
        this.#edges.delete(key)
        this.#usage.drop(id)
      }
      if (relied.length < gone.length) this.#changed()
    } catch {
      for (const edge of gone) edge.settled = true
    }
  }

  /** Has the catalog labelled anew; where that fails, `poll` tries it again. */
  #changed(): void {
    try {
      this.#options.onChange()
    } catch (error) {
      this.#labelled = undefined
      throw error
    }
  }

  /**
   * Keeps what a statement is about to move. What another process made is taken back by it alone, and not once the file
   * says that this one relies on it: that is written the first time only.
   */
  #rely(pairs: readonly Pair[], version: number): Kept {
    this.#catchUp()
    const { edges, made } = this.#keep(pairs, version)
    for (const edge of edges) {
      if (edge.own || edge.relied) continue
      this.#rows.relyOnEdge(edge.id)
      edge.relied = true
    }
    return { edges, made: made || this.#labelled !== this.#version }
  }

  #keep(pairs: readonly Pair[], version: number): Kept {
    const before = this.#edges.size
    const edges = pairs.map(({ source, target, direct }) => {
      const from = this.#placeOf(source, version)
      const to = this.#placeOf(target, version)
      const key = `${from.id}>${to.id}>${direct}`
      return this.#edges.get(key) ?? this.#newEdge({ key, source: from, target: to, direct }, source)
    })
    return { edges, made: this.#edges.size > before }
  }

  #newEdge(edge: Pick<KeptEdge, 'key' | 'source' | 'target' | 'direct'>, end: Pair['source']): KeptEdge {
    if (this.#edges.size >= MAX_EDGES)
      throw new FlowsUnwritable(`more than ${MAX_EDGES} flows are kept of this database`)
    const labels: readonly Label[] = isColumn(end) ? end.labels : []
    const { source, target, direct } = edge
    const from = isColumn(end) ? columnName(end) : `${source.schema}.${source.table}`
    const id = this.#rows.addEdge({ source: source.id, target: target.id, direct, labels, from })
    const kept: KeptEdge = {
      ...edge,
      id,
      labels,
      own: true,
      relied: false,
      open: 0,
      settled: false,
      at: this.#options.now(),
    }
    this.#edges.set(edge.key, kept)
    return kept
  }

  #placeOf(end: Pair['source'], version: number): Place {
    if ('since' in end) return end
    const key = endKey(end, this.#finding?.catalog.idsAreNames)
    const known = this.#places.get(this.#keys.get(key) ?? -1)
    // A table that is made anew under a name is another one, and a column that is added is of the one that is there.
    if (known && (isColumn(end) || !(end.made || (end.added && known.instead.length > 0)))) return known
    const sure = this.#applied?.catalog.version === version
    const place = this.#rows.addPlace(placeFor(end, this.#finding, sure, this.#options.now()))
    this.#places.set(place.id, place)
    this.#keys.set(key, place.id)
    return place
  }

  #grow(edge: KeptEdge, more: readonly Label[]): void {
    const labels = joinedLabels(edge.labels, more)
    this.#rows.labelEdge(edge.id, labels)
    Object.assign(edge, { labels })
  }

  /** What a transaction had changed in memory is not in the file where it failed. */
  #loadAgain(): void {
    this.#version = undefined
    try {
      this.#load()
    } catch {
      // Read before it is used next: `#version` is none of the file's.
    }
  }

  /** Within a transaction nobody else writes until it ends, so that memory is what the file has. */
  #catchUp(): void {
    if (this.#rows.version() !== this.#version) this.#load()
  }

  #load(): void {
    const version = this.#rows.version()
    const before = this.#edges
    this.#places = new Map(this.#rows.places().map((place) => [place.id, place]))
    this.#keys = new Map([...this.#places.values()].map((place) => [keyOf(place), place.id]))
    this.#edges = new Map()
    for (const row of this.#rows.edges()) {
      const source = this.#places.get(row.source)
      const target = this.#places.get(row.target)
      if (!source || !target) continue
      const key = `${row.source}>${row.target}>${row.direct}`
      const known = before.get(key)
      this.#edges.set(
        key,
        known?.id === row.id
          ? Object.assign(known, { source, target, relied: row.relied, labels: row.labels })
          : { ...row, key, source, target, own: false, open: 0, settled: true, at: this.#options.now() },
      )
    }
    this.#version = version
  }

  #assignments() {
    return this.#rows.assignments().flatMap(({ place, ...said }) => {
      const found = this.#places.get(place)
      return found ? [{ ...said, place: found }] : []
    })
  }

  /** Brings the places up to date with the catalog. */
  #settle(finding: Finding): void {
    this.#checkIdentity(finding.catalog)
    const assigned = new Set(this.#rows.assignments().map(({ place }) => place))
    const sources = new Set([...this.#edges.values()].map(({ source }) => source.id))
    const read = new Set([...this.#edges.values()].map(({ source }) => source.table))
    for (const place of this.#places.values()) {
      const settled = settledPlace(place, finding)
      if (settled === place && (read.has(place.table) || !this.#isForgotten(place, assigned))) continue
      if (settled === undefined || settled === place) this.#drop(place, sources)
      else
        this.#change(
          place.relation !== undefined && settled.relation === undefined
            ? { ...settled, since: this.#options.now() }
            : settled,
        )
    }
    this.#mergeSame(assigned)
  }

  /** Nobody said anything of it, and its table did not come, or went and did not come back. */
  #isForgotten(place: Place, assigned: ReadonlySet<number>): boolean {
    if (place.relation !== undefined || assigned.has(place.id)) return false
    const { isTemporarySchema, now } = this.#options
    const edges = [...this.#edges.values()].filter(({ target }) => target === place)
    if (edges.some(({ open }) => open > 0)) return false
    const last = Math.max(place.since, ...edges.map(({ at }) => at))
    // What was seen once has no more than its names.
    const wasSeen = place.instead.length === 0 && place.ordinal === undefined && place.column !== undefined
    // A statement of another process may still be about to make it, or to bring something there.
    const isOthers = edges.some(({ own, relied }) => !own || relied)
    // Where ids are names, temporary tables and variables of sessions are in no catalog.
    const isNamed = this.#finding?.catalog.idsAreNames === true
    const lasts = isOthers || isNamed || (wasSeen && !isTemporarySchema(place.schema))
    return now() - last > (lasts ? GONE_MS : UNSEEN_MS)
  }

  /**
   * What it was called by until now leads to it no more: once it is bound to a table, another of the name may be meant,
   * as by code that makes one wherever it runs.
   */
  #change(place: Place): void {
    this.#forgetKey(place.id)
    this.#known = new WeakMap()
    this.#rows.changePlace(place)
    this.#places.set(place.id, place)
    this.#keys.set(keyOf(place), place.id)
    for (const [key, edge] of this.#edges) {
      if (edge.source.id === place.id) this.#edges.set(key, Object.assign(edge, { source: place }))
      if (edge.target.id === place.id) this.#edges.set(key, Object.assign(edge, { target: place }))
    }
  }

  #forgetKey(id: number): void {
    const before = this.#places.get(id)
    const key = before && keyOf(before)
    if (key !== undefined && this.#keys.get(key) === id) this.#keys.delete(key)
  }

  #mergeSame(assigned: ReadonlySet<number>): void {
    for (const { place, others } of samePlaces(this.#places.values(), assigned)) {
      const edges = [...this.#edges.values()].filter(
        ({ source, target }) => others.has(source.id) || others.has(target.id),
      )
      if (edges.some(({ open, settled }) => open > 0 || !settled)) continue
      const one = (end: Place): Place => (others.has(end.id) ? place : end)
      for (const edge of edges) this.#moveEdge(edge, one(edge.source), one(edge.target))
      for (const id of others) {
        this.#places.delete(id)
        this.#rows.removePlace(id)
      }
      this.#keys.set(keyOf(place), place.id)
    }
  }

  /** What is kept of both is kept once, and taken back by nobody. */
  #moveEdge(edge: KeptEdge, source: Place, target: Place): void {
    this.#edges.delete(edge.key)
    const key = `${source.id}>${target.id}>${edge.direct}`
    const same = this.#edges.get(key)
    if (same === undefined && source !== target) {
      this.#rows.moveEdge(edge.id, source.id, target.id)
      this.#edges.set(key, Object.assign(edge, { key, source, target }))
      return
    }
    if (same !== undefined) {
      this.#grow(same, edge.labels)
      if (!same.relied) this.#rows.relyOnEdge(same.id)
      Object.assign(same, { relied: true, settled: true, at: Math.max(same.at, edge.at) })
    }
    this.#rows.removeEdge(edge.id)
    this.#usage.drop(edge.id)
  }

  /** Nothing comes to it any more. What went on from it stays, and what was said of it for one that takes its name. */
  #drop(place: Place, sources: ReadonlySet<number>): void {
    for (const [key, edge] of this.#edges) {
      if (edge.target.id !== place.id) continue
      this.#edges.delete(key)
      this.#rows.removeEdge(edge.id)
      this.#usage.drop(edge.id)
    }
    this.#forgetKey(place.id)
    const { id, since, schema, table, column } = place
    if (column !== undefined && this.#rows.isSaid(id)) {
      const next = this.#rows.addPlace({ schema, table, column, instead: [], since: this.#options.now() })
      this.#places.set(next.id, next)
      this.#keys.set(keyOf(next), next.id)
      this.#rows.moveAssignments(id, next.id)
    }
    // No other column is found by its names, nor it by theirs.
    if (sources.has(id)) return this.#change({ id, since, schema: '', table: '', column: '', instead: [] })
    this.#places.delete(id)
    this.#rows.removePlace(id)
  }

  /** What a trigger brought somewhere stays there when the trigger goes. A view has nothing of its own. */
  #noteStanding(catalog: Catalog, labels: Relabelling): void {
    const at = this.#options.now()
    try {
      const { edges } = this.#keep(standingPairs(catalog, labels), catalog.version)
      for (const edge of edges.filter(({ settled }) => !settled)) {
        edge.settled = true
        const known = {
          principal: 'the database',
          verb: 'code of its own',
          first_at: at,
          last_at: at,
          count: 1,
        }
        this.#rows.addMove({ edge: edge.id, ...known })
      }
    } catch (error) {
      // They count all the same for as long as the code is there.
      if (!(error instanceof FlowsUnwritable)) throw error
    }
  }

  /** A copy of the database has other ids: everything is found by its name again. */
  #checkIdentity({ identity }: Catalog): void {
    if (identity === undefined || this.#rows.identity() === identity) return
    const isNew = this.#rows.identity() === undefined
    this.#rows.setIdentity(identity)
    if (isNew) return
    for (const { relation: _relation, ordinal, ...place } of this.#places.values()) {
      const at = place.column === undefined && ordinal !== undefined ? { ordinal } : {}
      this.#change({ ...place, ...at, instead: [] })
    }
  }
}

const sameLabels = (a: Relabelling, b: Relabelling): boolean =>
  a.size === b.size &&
  [...a].every(([column, labels]) => JSON.stringify(labels) === JSON.stringify(b.get(column)))
