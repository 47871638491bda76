import type { ColumnRow, RelationRow } from './build.ts'
import type { Family, Relation, RelationRef } from './catalog.ts'

/** Which tables share rows with which. Belongs to one building of a catalog. */
export class Families {
  readonly #refs = new Map<number, RelationRef>()
  readonly #parents = new Map<number, readonly number[]>()
  readonly #children = new Map<number, number[]>()
  readonly #columns: ReadonlyMap<number, readonly ColumnRow[]>
  readonly #names = new Map<number, ReadonlySet<string>>()
  readonly #known = new Map<number, Family>()

  /** `columns`: by the id of their relation. */
  constructor(relations: readonly RelationRow[], columns: ReadonlyMap<number, readonly ColumnRow[]>) {
    this.#columns = columns
    for (const { id, schema, name, parents = [] } of relations) {
      this.#refs.set(id, { id, schema, name })
      if (parents.length === 0) continue
      this.#parents.set(id, parents)
      for (const parent of parents) {
        const children = this.#children.get(parent)
        if (children) children.push(id)
        else this.#children.set(parent, [id])
      }
    }
  }

  /** Undefined: it has neither parents nor children. */
  of(id: number): Family | undefined {
    const known = this.#known.get(id)
    if (known !== undefined || !(this.#parents.has(id) || this.#children.has(id))) return known
    const ancestors = this.#reached(id, this.#parents)
    const family = { ancestors, all: [...ancestors, ...this.#reached(id, this.#children)] }
    this.#known.set(id, family)
    return family
  }

  /** Those of the family that have a column of the name; the very same list wherever that is all of them. */
  having(id: number, column: string): readonly RelationRef[] | undefined {
    const family = this.of(id)
    if (family === undefined) return undefined
    const { ancestors, all } = family
    // Who inherits has all columns of those it inherits from, and may have more.
    const without = new Set(ancestors.filter((one) => !this.#namesOf(one.id).has(column)))
    if (without.size === 0) return all
    const some = all.filter((one) => !without.has(one))
    return some.length === 0 ? undefined : some
  }

  /** Whether it has the family that it had, column by column. */
  isSame(table: Relation): boolean {
    const [family, before] = [this.of(table.id), table.family]
    if (family === undefined || before === undefined) return family === before
    const { ancestors, all } = family
    return (
      ancestors.length === before.ancestors.length &&
      same(all, before.all) &&
      table.columns.every((column) =>
        column.family === before.all
          ? ancestors.every(({ id }) => this.#namesOf(id).has(column.name))
          : same(this.having(table.id, column.name) ?? [], column.family ?? []),
      )
    )
  }

  #reached(from: number, next: ReadonlyMap<number, readonly number[]>): readonly RelationRef[] {
    const ids = new Set([from])
    for (const id of ids) for (const one of next.get(id) ?? []) ids.add(one)
    ids.delete(from)
    return [...ids].flatMap((id) => this.#refs.get(id) ?? [])
  }

  #namesOf(id: number): ReadonlySet<string> {
    const known = this.#names.get(id)
    if (known) return known
    const names = new Set((this.#columns.get(id) ?? []).map(({ name }) => name))
    this.#names.set(id, names)
    return names
  }
}

/** Whether the same tables are in both, under the same names. */
const same = (some: readonly RelationRef[], others: readonly RelationRef[]): boolean =>
  some.length === others.length &&
  some.every((one, i) => {
    const other = others[i]
    return one.id === other?.id && one.schema === other.schema && one.name === other.name
  })
