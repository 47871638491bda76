import type {
  CalledFunction,
  Catalog,
  Column,
  End,
  FlowPlace,
  Relation,
  Routine,
  Telling,
} from '../catalog/catalog.ts'
import { toldByCaptures, toldByLeaving } from './captured.ts'
import type { NameContext } from './context.ts'
import { worseEffect } from './effect-of.ts'
import type { ColumnRole, Effect, Facts, Flow, TextBinding } from './facts.ts'
import type { Feed } from './feed.ts'
import type { Item } from './scope.ts'
import { type ColumnUse, toldAs, toldBy, toldStored, type UseFact, useOf } from './uses.ts'

/** A statement that would take too much work to understand: it is Opaque. */
export class TooComplex extends Error {
  override readonly name = 'TooComplex'
}

/** How many nodes and feeds one analysis may look at. A 4 KB TPC-DS query needs some 5,000. */
export const MAX_WORK = 1_000_000

/** How deep expressions and queries may nest inside one another. */
const MAX_DEPTH = 1_200

/** The id of a table that the statement itself makes: no other has it. */
export const MADE = 0

/** What is known so far of one table that the statement touches. */
type TableFinding = {
  readonly schema: string
  readonly name: string
  readonly relation: Relation | undefined
  readonly access: Set<'read' | 'write'>
  /** ONLY, wherever it is named. */
  only: boolean
  /** Values of it are read, not only whether it has a key. */
  values: boolean
}

/** Identifiers never hold a NUL. */
const keyOf = (schema: string, name: string): string => `${schema}\0${name}`

/** What binding finds on its way through one statement. Filled by the first step, read by the later ones. */
export class Findings {
  readonly tables = new Map<string, TableFinding>()
  readonly columns = new Map<Column, Set<ColumnRole>>()
  /** By schema and name. */
  readonly functions = new Map<string, CalledFunction>()
  /** Of a definition that is kept: those of them that it runs as it is made. */
  runNow: readonly CalledFunction[] = []
  /** Those of the users' own that the catalog has, by schema and name. */
  readonly routines = new Map<string, readonly Routine[]>()
  /** Channels that are listened to or notified by name. */
  readonly channels = new Set<string>()
  /** What the statement itself moves. */
  readonly flows: Flow[] = []
  /** What functions that it calls move. */
  readonly movedByCode: Flow[] = []
  /** What the statement would tell of columns beside what it shows of them. */
  readonly uses = new Set<UseFact>()
  /** The same, were a warning an error. */
  readonly warnings = new Set<UseFact>()
  /** Columns that are named, or stand in the place of one that is, where values are stored. */
  readonly written = new Set<Column>()
  /** What functions that are called look at. */
  readonly reads = new Set<End>()
  /** As `Unlisted` has it, by schema, table and column. */
  readonly unlistedReads = new Map<string, FlowPlace>()
  readonly unlistedWrites = new Set<End>()
  /** What RETURNING of the statement itself has no list of, which goes to the client; undefined: it has none. */
  unlistedReturned: Map<string, FlowPlace> | undefined
  /** The stars of it. */
  readonly returnedStars = new Set<object>()
  /** What the statement does that neither its kind nor a table nor a function says. */
  readonly effects = new Set<Effect>()
  /** What parts of the statement do that are statements themselves elsewhere. */
  readonly verbs = new Set<string>()
  /** Columns of texts that are compared with bind values. */
  readonly textBindings: TextBinding[] = []
  /** Every node that was looked at: the `complete` step compares it with all the tree has. */
  readonly seen = new Set<object>()
  /** Rows are locked. */
  locks = false
  /** A query makes a table (`SELECT … INTO`). */
  makesTable = false
  /** Tables may get other names, and columns. Undefined: nothing does. */
  renames: Facts['renames']
  /** Code runs that may read any table and write what it read anywhere. */
  moves = false
  /** Settings may change, which may change what names mean. */
  changesSettings = false
  /** A setting gets a value under which nothing is read for certain. `unknown`: it may, or any other. */
  unreadable: 'yes' | 'unknown' | undefined
  /** Who acts may change, as with SET ROLE. */
  changesIdentity = false
  /** Rows of the system's own catalogs are written: tables, settings, rights. */
  writesSystem = false
  readonly #isNumber: (type: string) => boolean
  #work = 0
  #depth = 0

  /** `isNumber`: whether values of a type, though they are none, are read as numbers where they are to be true. */
  constructor(isNumber: (type: string) => boolean) {
    this.#isNumber = isNumber
  }

  /** Throws `TooComplex` past `MAX_WORK`. INVARIANT (hostile-both-sides): every iteration is bounded. */
  spend(amount: number): void {
    this.#work += amount
    if (this.#work > MAX_WORK) throw new TooComplex('takes too much work to understand')
  }

  /** Runs one level deeper; throws `TooComplex` past `MAX_DEPTH`. */
  deeper<T>(run: () => T): T {
    if (this.#depth >= MAX_DEPTH) throw new TooComplex('is nested too deeply')
    this.#depth++
    try {
      return run()
    } finally {
      this.#depth--
    }
  }

  table(
    schema: string,
    name: string,
    relation: Relation | undefined,
    as: 'read' | 'keys' | 'write',
    only = false,
  ): void {
    const key = keyOf(schema, name)
    const access = as === 'keys' ? 'read' : as
    const values = as === 'read'
    const found = this.tables.get(key)
    if (found) {
      found.access.add(access)
      found.only &&= only
      found.values ||= values
    } else this.tables.set(key, { schema, name, relation, access: new Set([access]), only, values })
  }

  /** The statement runs this. Where a function does different things for different arguments, the worst counts. */
  called({ schema, name, effect, blessed }: CalledFunction): void {
    const key = keyOf(schema, name)
    const known = this.functions.get(key)
    const worst = known === undefined ? effect : worseEffect(known.effect, effect)
    const said = blessed === true || known?.blessed === true ? { blessed: true as const } : {}
    this.functions.set(key, { schema, name, effect: worst, ...said })
  }

  /** The value is used in this role: so are all the columns that feed it. What is only made has no rows to read. */
  use(feed: Feed, role: ColumnRole): void {
    this.spend(feed.sources.length)
    for (const column of feed.sources) {
      this.role(column, role)
      const { id, schema, name } = column.relation
      if (id !== MADE) this.tables.get(keyOf(schema, name))?.access.add('read')
    }
  }

  /** Whether the value is true decides something: of a text, which number it begins with. */
  decides(feed: Feed): void {
    const truth = (column: Column | undefined): ColumnUse =>
      column !== undefined && this.#isNumber(column.type) ? 'computed' : 'equality'
    for (const use of toldBy(feed, truth)) this.#told(use)
  }

  /** The value is chosen, or compared with another. */
  chooses(feed: Feed): void {
    for (const use of toldBy(feed, () => 'equality')) this.#told(use)
  }

  /** The value stands where its columns are used like this. */
  tells(feed: Feed, as: ColumnUse): void {
    for (const use of toldAs(feed, as)) this.#told(use)
  }

  /** The value is made and shown, which may fail. */
  shows(feed: Feed): void {
    for (const use of feed.pending) if (use.use === 'failing') this.#told(use)
  }

  /** Something is made of the value that the system may warn of. */
  warns(feed: Feed): void {
    this.spend(feed.sources.length)
    for (const use of toldAs(feed, 'failing')) this.warnings.add(use)
  }

  /** The value is stored where rules of the table's own say whether it fits, and counts whether it changed anything. */
  stores(feed: Feed): void {
    for (const use of toldStored(feed)) this.#told(use)
  }

  /** The value comes into a column. */
  comesTo(target: Column, { sources }: Feed, tells: NonNullable<Catalog['tells']>): void {
    for (const source of sources) {
      const telling = tells(target, source)
      if (telling !== undefined) this.asks(source, telling)
    }
  }

  /** Something of a table's own tells this of the column. Which values are alike is told of those that nobody computed. */
  asks(column: Column, telling: Telling): void {
    if (telling === 'unique' && !column.labels.some((label) => label.computed)) return
    this.#told(useOf(column, telling === 'more' ? 'tested' : 'join'))
  }

  /** The table is written, and code brings values where the search path leads. */
  captures(written: Relation, catalog: Catalog, { searchPath }: NameContext): void {
    for (const use of toldByCaptures(written, catalog, searchPath)) this.#told(use)
  }

  /** Tables go, or columns of theirs: what code writes comes into whichever get their names. */
  leaves(gone: readonly Relation[], columns: readonly string[] | undefined, catalog: Catalog): void {
    for (const use of toldByLeaving(gone, columns, catalog)) this.#told(use)
  }

  #told(use: UseFact): void {
    this.spend(1)
    this.uses.add(use)
  }

  /** The statement looks into the item for a column that the catalog does not have: of this name, or, without one, any. */
  passes(
    { of = [], unseen }: Pick<Item, 'of' | 'unseen'>,
    column?: string,
    reads = this.unlistedReads,
  ): void {
    if (unseen) this.reads.add(unseen)
    for (const { schema, name: table } of of) {
      const key = `${keyOf(schema, table)}\0${column ?? ''}`
      if (reads.has(key)) continue
      const named = column === undefined ? {} : { column }
      reads.set(key, { schema, table, ...named, made: false, added: true })
    }
  }

  role(column: Column, role: ColumnRole): void {
    const roles = this.columns.get(column)
    if (roles) roles.add(role)
    else this.columns.set(column, new Set([role]))
  }

  /**
   * What the columns hold is known under other names from now on, at `place` where ids go with names, or in `target`. Nobody
   * read it. `from`: it had another name in the same table, which the catalog does not have.
   */
  relabelled(feed: Feed, place?: FlowPlace, target?: Column, from?: readonly FlowPlace[]): void {
    const { sources, unknown, direct } = feed
    for (const column of sources) this.role(column, 'assignment')
    const known = place === undefined ? { direct: false } : { direct: direct && sources.length === 1 }
    const at = target === undefined && place ? { place } : {}
    this.flows.push({ sources, unknown, target, ...known, ...at, ...(from && { from, stays: true }) })
  }

  /** A function is given the value that may put it anywhere, or puts it at `place`. */
  handsOver(feed: Feed, place?: FlowPlace): void {
    this.use(feed, 'assignment')
    const { sources, unknown } = feed
    if (sources.length === 0 && !unknown) return
    this.movedByCode.push({ sources, unknown, direct: false, target: undefined, ...(place && { place }) })
  }

  /** The value is written: to `target`, or to somewhere that is not a known column. `from`: more that it comes from. */
  flow(feed: Feed, target: Column | undefined, place?: FlowPlace, from: readonly FlowPlace[] = []): void {
    this.use(feed, 'assignment')
    if (feed.sources.length === 0 && !feed.unknown && from.length === 0) return
    const { sources, unknown, direct } = feed
    const known = target === undefined && place !== undefined ? { place } : {}
    const more = from.length > 0 ? { from } : {}
    this.flows.push({ sources, unknown, direct: direct && sources.length === 1, target, ...known, ...more })
  }

  /** The value is what a view shows that is defined now. */
  shownBy(feed: Feed, view: string): void {
    this.use(feed, 'assignment')
    const { sources, unknown } = feed
    if (sources.length > 0 || unknown)
      this.flows.push({ sources, unknown, direct: false, target: undefined, view })
  }
}
