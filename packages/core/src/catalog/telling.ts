import type { Catalog, Column, Relation, Telling } from './catalog.ts'

/** Columns of a table of whose values something of its own tells: a check, an index, how it is cut into parts. */
export type Rule = { readonly columns: readonly Column[]; readonly telling: Telling }

/** Whether a column's type has room for each value of another's. */
export type Fits = (target: Column, source: Column) => boolean

/**
 * What is told of a value by its coming into a column: by the column's type, by rules of the tables, by views of any depth, and of a generated column
 * by what tells of that. INVARIANT (no-unproven-column): a view that is not followed may tell of every column behind it.
 */
export const tellings = (
  catalog: Catalog,
  rules: () => readonly Rule[],
  fits: Fits,
): Required<Catalog>['tells'] => {
  let all: Tellings | undefined
  return (target, source) => {
    // What is there fits.
    if (target.relation.id === source.relation.id && target.name === source.name) return undefined
    if (!fits(target, source)) return 'more'
    all ??= new Tellings(catalog, rules())
    return all.of(target)
  }
}

class Tellings {
  readonly #found = new Map<string, Telling>()
  readonly #catalog: Catalog

  constructor(catalog: Catalog, rules: readonly Rule[]) {
    this.#catalog = catalog
    for (const { columns, telling } of rules) for (const column of columns) this.#add(column, telling)
    for (const relation of catalog.relations) if (!relation.system) this.#read(relation)
  }

  /** Its own, of its relatives in the tables of a family, and of what a view's column stands for. */
  of(column: Column): Telling | undefined {
    const { relation, name, family = [], derivedFrom } = column
    const all = [relation, ...family].map(({ id }) => this.#found.get(keyOf(id, name)))
    const behind = derivedFrom?.sources.map((source) => this.of(source)) ?? []
    return worst([...all, ...behind])
  }

  #read(relation: Relation): void {
    for (const column of relation.columns) {
      const { derivedFrom } = column
      if (relation.type !== 'table' || derivedFrom === undefined) continue
      if (derivedFrom.tells === true || this.#found.has(keyOf(relation.id, column.name)))
        for (const source of derivedFrom.sources) this.#add(source, 'more')
    }
    for (const { column, telling } of relation.tells ?? []) {
      if (column === undefined) this.#addBehind(relation, new Set())
      else this.#add(column, telling)
    }
  }

  #addBehind({ id, over = [] }: Relation, seen: Set<number>): void {
    if (seen.has(id)) return
    seen.add(id)
    for (const one of over) {
      const relation = this.#catalog.relationById(one)
      if (relation === undefined || relation.system) continue
      for (const column of relation.columns) this.#add(column, 'more')
      this.#addBehind(relation, seen)
    }
  }

  #add({ relation, name }: Column, telling: Telling): void {
    const key = keyOf(relation.id, name)
    this.#found.set(key, worst([this.#found.get(key), telling]) ?? telling)
  }
}

const WORST_FIRST: readonly Telling[] = ['more', 'equality', 'unique']

const worst = (all: readonly (Telling | undefined)[]): Telling | undefined =>
  WORST_FIRST.find((one) => all.includes(one))

const keyOf = (relation: number, name: string): string => `${relation} ${name}`
