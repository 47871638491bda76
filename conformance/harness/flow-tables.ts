import type { Chance } from '@sluice/testkit/chance'

/** A table or a view as a script knows it: its name, with a schema where one is written, and its columns. */
export type Table = {
  readonly name: string
  readonly columns: readonly string[]
  readonly view?: true
}

/** The tables that a script of a number has by now, and names for more. */
export class FlowTables {
  all: readonly Table[]
  readonly #chance: Chance
  readonly #number: number
  #names = 0

  constructor(chance: Chance, number: number, all: readonly Table[]) {
    this.#chance = chance
    this.#number = number
    this.all = all
  }

  /** A name that no other script has. */
  name(stem: string): string {
    this.#names += 1
    return `${stem}${this.#number}_${this.#names}`
  }

  /** Where something may be written and changed. */
  own(): Table {
    return this.#chance.pick(this.all.filter(({ view }) => view !== true))
  }

  view(): Table {
    return this.#chance.pick(this.all.filter(({ view }) => view === true))
  }

  add(table: Table): void {
    this.all = [...this.all, table]
  }

  become(old: Table, now: Table): void {
    this.all = this.all.map((table) => (table === old ? now : table))
  }

  /** One of its columns has a new name: the old one, and the new. */
  renameColumn(table: Table): readonly [old: string, now: string] {
    const [old, now] = [this.#chance.pick(table.columns), this.name('r')]
    this.become(table, { ...table, columns: table.columns.map((one) => (one === old ? now : one)) })
    return [old, now]
  }
}
