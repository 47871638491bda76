import type {
  CalledFunction,
  Catalog,
  Column,
  ColumnDescription,
  Derivation,
  Family,
  Labeller,
  Relation,
  Routine,
} from './catalog.ts'
import { Families } from './families.ts'
import { keyOf } from './key-of.ts'
import type { TypeShape } from './type-shape.ts'

/** A relation as a database's own catalogs list it. */
export type RelationRow = {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly type: Relation['type']
  readonly system: boolean
  /** Ids of the tables that it is a part of or inherits from. */
  readonly parents?: readonly number[]
} & Pick<Relation, 'functions' | 'whenWritten' | 'ownCode'>

/** A column as a database's own catalogs list it; rows of one relation in the order of `ordinal`. */
export type ColumnRow = {
  readonly relation: number
  readonly name: string
  readonly ordinal: number
  readonly type: string
  /** As `Column` has it. */
  readonly modifier?: number
  readonly comment?: string
  /** True where the database computes the value from other columns of the row (a generated column). */
  readonly computed?: boolean
  /** As `Column` has it. */
  readonly hidden?: true
}

/** Everything that a catalog is built from. */
export type CatalogRows = {
  readonly database: string
  readonly identity?: string
  readonly idsAreNames?: true
  readonly schemas?: string
  readonly definitionsRun?: boolean
  readonly relations: readonly RelationRow[]
  readonly columns: readonly ColumnRow[]
  readonly routines: readonly Routine[]
  readonly types?: readonly TypeShape[]
  readonly running?: Catalog['running']
}

/** What a view is derived from: one derivation per column in order, and what reading it calls. */
export type ViewReading = {
  readonly columns: readonly Derivation[]
  readonly functions: readonly CalledFunction[]
  /** The columns that decide which rows it has. */
  readonly conditions: readonly Column[]
  /** The tables and views that it names, by id. */
  readonly over?: readonly number[]
  /** As `Relation` has it. */
  readonly tells?: Relation['tells']
}

/**
 * Follows definitions, with the catalog that is being built: a look-up of another relation in it builds that one
 * first. Both are asked once per relation and must not throw.
 */
export type Derive = {
  /** What a view or a materialized view is derived from: the very same object where it is derived as it was before. */
  view(relation: RelationRow, columns: readonly ColumnRow[], catalog: Catalog): ViewReading
  /** What a computed column is derived from. The relation has its other columns by then. */
  computed(relation: RelationRow, column: ColumnRow, catalog: Catalog): Derivation
}

/** How long a chain of views on views is followed. */
export const MAX_VIEW_CHAIN = 32

/** A value that nothing is proven of. */
export const UNPROVEN: Derivation = { sources: [], unknown: true, direct: false }

/** What reading a view calls whose definition could not be read. */
export const UNREAD_VIEW: CalledFunction = { schema: '', name: 'view definition', effect: 'unknown' }

/** A view whose definition is not followed. INVARIANT (deny-by-default): its columns are unproven, and reading it may do anything. */
export const unreadView = (columns: readonly ColumnRow[]): ViewReading => ({
  columns: columns.map(() => UNPROVEN),
  functions: [UNREAD_VIEW],
  conditions: [],
})

/** A database whose views are not looked at: theirs stay unproven. */
const UNREAD: Derive = {
  view: (_relation, columns) => ({ columns: columns.map(() => UNPROVEN), functions: [], conditions: [] }),
  computed: () => UNPROVEN,
}

/**
 * Tables and views that were made of rows: the very same rows, under the same labeller, make the very same table again,
 * and with the very same reading the same view. The system's own views hang on nothing else. Belongs to whoever builds one
 * catalog of a database after the other.
 */
export type MadeTables = WeakMap<
  RelationRow,
  { readonly columns: readonly ColumnRow[]; readonly table: Relation; readonly reading?: ViewReading }
>

/** Makes an immutable catalog of plain rows. */
export const buildCatalog = (
  version: number,
  rows: CatalogRows,
  labeller: Labeller,
  derive: Derive = UNREAD,
  tables: MadeTables = new WeakMap(),
): Catalog => {
  const shelf = new Shelf(rows, labeller, derive, tables)
  const relations: Relation[] = []
  const catalog: Catalog = {
    version,
    database: rows.database,
    ...(rows.identity === undefined ? {} : { identity: rows.identity }),
    ...(rows.idsAreNames === undefined ? {} : { idsAreNames: rows.idsAreNames }),
    ...(rows.schemas === undefined ? {} : { schemas: rows.schemas }),
    ...(rows.definitionsRun === undefined ? {} : { definitionsRun: rows.definitionsRun }),
    relation: (schema, name) => shelf.byName(schema, name, catalog),
    relationById: (id) => shelf.byId(id, catalog),
    routines: (schema, name) => shelf.routines.get(keyOf(schema, name)) ?? NO_ROUTINES,
    hasRoutine: (name, beside) => (beside ? shelf.otherNames : shelf.routineNames).has(name),
    relations,
    labeller,
    ...(rows.running === undefined ? {} : { running: rows.running }),
    ...(rows.types === undefined ? {} : { types: new Map(rows.types.map((type) => [type.id, type])) }),
  }
  for (const row of rows.relations) {
    const relation = shelf.byId(row.id, catalog)
    if (relation) relations.push(relation)
  }
  shelf.close()
  return Object.freeze(catalog)
}

const NO_ROUTINES: readonly Routine[] = []

/** The relations of a catalog under construction, each made when it is first asked for. */
class Shelf {
  readonly routines = new Map<string, Routine[]>()
  readonly routineNames = new Set<string>()
  readonly otherNames = new Set<string>()
  readonly #rows = new Map<number, RelationRow>()
  readonly #names = new Map<string, number>()
  readonly #columns = new Map<number, ColumnRow[]>()
  readonly #made = new Map<number, Relation>()
  readonly #making = new Set<number>()
  readonly #labeller: Labeller
  readonly #tables: MadeTables
  readonly #families: Families
  #derive: Derive

  constructor(rows: CatalogRows, labeller: Labeller, derive: Derive, tables: MadeTables) {
    this.#tables = tables
    this.#labeller = labeller
    this.#derive = derive
    for (const row of rows.relations) {
      this.#rows.set(row.id, row)
      this.#names.set(keyOf(row.schema, row.name), row.id)
    }
    for (const row of rows.columns) push(this.#columns, row.relation, row)
    this.#families = new Families(rows.relations, this.#columns)
    for (const routine of rows.routines) {
      push(this.routines, keyOf(routine.schema, routine.name), routine)
      this.routineNames.add(routine.name)
      if (routine.stamps !== true) this.otherNames.add(routine.name)
    }
  }

  byName(schema: string, name: string, catalog: Catalog): Relation | undefined {
    const id = this.#names.get(keyOf(schema, name))
    return id === undefined ? undefined : this.byId(id, catalog)
  }

  byId(id: number, catalog: Catalog): Relation | undefined {
    const made = this.#made.get(id)
    const row = this.#rows.get(id)
    if (made || !row) return made
    const columns = this.#columns.get(id) ?? []
    const isView = row.type === 'view' || row.type === 'materialized view'
    const relation = isView ? this.#makeView(row, columns, catalog) : this.#makeTable(row, columns, catalog)
    // A view that reads itself is unproven to itself alone: its own reading stands.
    if (!this.#making.has(id)) this.#made.set(id, relation)
    return relation
  }

  /** All is made: what was needed to make it can go. */
  close(): void {
    this.#derive = UNREAD
    this.#columns.clear()
  }

  #makeView(row: RelationRow, columns: readonly ColumnRow[], catalog: Catalog): Relation {
    const before = this.#tables.get(row)
    const same = before !== undefined && equal(before.columns, columns)
    const lasts = row.system && this.#derive !== UNREAD
    if (same && lasts) return before.table
    const reading = this.#read(row, columns, catalog)
    if (same && before.reading === reading) return before.table
    const made = columns.map((column, i) => this.#column(row, column, reading.columns[i] ?? UNPROVEN))
    const table = relationOf(row, made, undefined, reading)
    if (lasts || !row.system) this.#tables.set(row, { columns, table, reading })
    return table
  }

  #read(row: RelationRow, columns: readonly ColumnRow[], catalog: Catalog): ViewReading {
    const follow = !this.#making.has(row.id) && this.#making.size < MAX_VIEW_CHAIN
    if (!follow) return unreadView(columns)
    this.#making.add(row.id)
    try {
      return this.#derive.view(row, columns, catalog)
    } finally {
      this.#making.delete(row.id)
    }
  }

  #makeTable(row: RelationRow, rows: readonly ColumnRow[], catalog: Catalog): Relation {
    const before = this.#tables.get(row)
    const family = this.#families.of(row.id)
    if (before !== undefined && equal(before.columns, rows) && this.#families.isSame(before.table))
      return before.table
    const stored = new Map(rows.filter((c) => !c.computed).map((c) => [c, this.#column(row, c, undefined)]))
    if (stored.size === rows.length) {
      const table = relationOf(row, [...stored.values()], family)
      this.#tables.set(row, { columns: rows, table })
      return table
    }
    // What computed columns read is there before they are.
    this.#made.set(row.id, relationOf(row, [...stored.values()], family))
    const columns = rows.map(
      (c) => stored.get(c) ?? this.#column(row, c, this.#derive.computed(row, c, catalog)),
    )
    return relationOf(row, columns, family)
  }

  #column(row: RelationRow, column: ColumnRow, derivedFrom: Derivation | undefined): Column {
    const { name, ordinal, type, modifier, comment, hidden } = column
    const relation = { schema: row.schema, name: row.name, id: row.id }
    const labels = this.#labeller(describe(row, column))
    const family = this.#families.having(row.id, name)
    return Object.freeze({
      relation,
      name,
      ordinal,
      type,
      labels,
      ...(modifier === undefined ? {} : { modifier }),
      ...(comment === undefined ? {} : { comment }),
      ...(hidden === undefined ? {} : { hidden }),
      ...(derivedFrom ? { derivedFrom } : {}),
      ...(family ? { family } : {}),
    })
  }
}

const equal = (some: readonly ColumnRow[], others: readonly ColumnRow[]): boolean =>
  some.length === others.length && some.every((row, i) => row === others[i])

const relationOf = (
  row: RelationRow,
  columns: readonly Column[],
  family: Family | undefined,
  view?: ViewReading,
): Relation => {
  const { id, schema, name, type, system } = row
  const parents = row.parents && row.parents.length > 0 ? { parents: row.parents } : {}
  const functions = [...(view?.functions ?? []), ...(row.functions ?? [])]
  const calls = functions.length > 0 ? { functions } : {}
  const written = row.whenWritten === undefined ? {} : { whenWritten: row.whenWritten }
  const own = row.ownCode === true ? { ownCode: row.ownCode } : {}
  const conditions = view && view.conditions.length > 0 ? { conditions: view.conditions } : {}
  const over = view?.over && view.over.length > 0 ? { over: view.over } : {}
  const tells = view?.tells && view.tells.length > 0 ? { tells: view.tells } : {}
  return Object.freeze({
    id,
    schema,
    name,
    type,
    columns,
    system,
    ...parents,
    ...(family ? { family } : {}),
    ...calls,
    ...written,
    ...own,
    ...conditions,
    ...over,
    ...tells,
  })
}

const describe = (row: RelationRow, column: ColumnRow): ColumnDescription => ({
  schema: row.schema,
  relation: row.name,
  relationType: row.type,
  system: row.system,
  name: column.name,
  type: column.type,
  ...(column.comment === undefined ? {} : { comment: column.comment }),
})

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
