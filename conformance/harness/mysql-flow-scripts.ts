import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import { FlowTables, type Table } from './flow-tables.ts'

type Move = () => readonly string[]

/** What is there before a script of a number: a masked column, one beside it, and tables that nothing masks. */
export const mysqlFlowTables = (number: number): readonly string[] => [
  `CREATE TABLE source${number} (secret varchar(200) COMMENT 'sluice: pii.secret', free varchar(200))`,
  `INSERT INTO source${number} VALUES ('a.sentinel', 'x'), ('b.sentinel', 'y')`,
  `CREATE TABLE one${number} (a varchar(200), b varchar(200))`,
  `INSERT INTO one${number} VALUES ('x', 'y')`,
  `CREATE TABLE other.two${number} (a varchar(200), b varchar(200), c varchar(200))`,
  `INSERT INTO other.two${number} VALUES ('x', 'y', 'z')`,
  `CREATE VIEW shown${number} AS SELECT secret AS s, free AS f FROM source${number}`,
]

/**
 * A script for MariaDB that moves values between tables and changes the tables meanwhile: the same number, the same
 * statements. No name is in two scripts, since what is known of a table that is gone is kept for one that takes its name.
 */
export const mysqlFlowScript = (number: number): readonly string[] => new MysqlFlowScript(number).statements()

class MysqlFlowScript {
  readonly #chance: Chance
  readonly #tables: FlowTables
  #variables: readonly string[] = []

  constructor(number: number) {
    this.#chance = chanceFrom(number)
    this.#tables = new FlowTables(this.#chance, number, [
      { name: `shop.source${number}`, columns: ['secret', 'free'] },
      { name: `shop.shown${number}`, columns: ['s', 'f'], view: true },
      { name: `shop.one${number}`, columns: ['a', 'b'] },
      { name: `other.two${number}`, columns: ['a', 'b', 'c'] },
    ])
  }

  statements(): readonly string[] {
    const all: string[] = []
    const length = this.#chance.between(6, 12)
    while (all.length < length) all.push(...this.#move())
    return all
  }

  #move(): readonly string[] {
    const moves: readonly Move[] = [
      () => this.#make(),
      () => this.#replaceTable(),
      () => this.#hide(),
      () => this.#insert(),
      () => this.#update(),
      () => this.#updateJoined(),
      () => this.#variable(),
      () => this.#prepare(),
      () => this.#procedure(),
      () => this.#addColumn(),
      () => this.#generated(),
      () => this.#renameColumn(),
      () => this.#swapColumns(),
      () => this.#renameTable(),
      () => this.#swapTables(),
      () => this.#view(),
      () => [this.#chance.pick(['BEGIN', 'COMMIT', 'ROLLBACK'])],
    ]
    return this.#chance.pick(moves)()
  }

  #anew(stem: string): string {
    return `${this.#chance.pick(['shop', 'other'])}.${this.#tables.name(stem)}`
  }

  /** Often what is masked, or the view of it. */
  #any(): Table {
    return this.#chance.pick(this.#chance.often(40) ? this.#tables.all.slice(0, 2) : this.#tables.all)
  }

  /** One whose values may go: the first table has those that are masked. */
  #other(): Table {
    return this.#chance.pick(this.#tables.all.filter(({ view }, i) => view !== true && i > 0))
  }

  /** One value. */
  #value(): string {
    const { name, columns } = this.#any()
    const column = this.#chance.pick(columns)
    return this.#chance.pick([
      `(SELECT max(${column}) FROM ${name})`,
      `(SELECT m FROM (SELECT min(${column}) AS m FROM ${name}) d)`,
      `concat((SELECT max(${column}) FROM ${name}), '')`,
      ...this.#variables.map((variable) => `@${variable}`),
    ])
  }

  /** Rows of so many columns. */
  #rows(width: number, { name, columns } = this.#any()): string {
    const list = Array.from({ length: width }, (_, i) => `${this.#chance.pick(columns)} AS k${i}`).join(', ')
    return this.#chance.pick([
      `SELECT ${list} FROM ${name}`,
      `SELECT ${list} FROM (SELECT * FROM ${name}) g`,
      `WITH w AS (SELECT * FROM ${name}) SELECT ${list} FROM w`,
      `SELECT ${list} FROM ${name} UNION ALL SELECT ${list} FROM ${name}`,
    ])
  }

  #make(): readonly string[] {
    const name = this.#anew('t')
    const from = this.#tables.own()
    if (this.#chance.often(30)) {
      this.#tables.add({ ...from, name })
      return [`CREATE TABLE ${name} LIKE ${from.name}`, `REPLACE INTO ${name} SELECT * FROM ${from.name}`]
    }
    this.#tables.add({ name, columns: ['p', 'k0', 'k1'] })
    return [`CREATE TABLE ${name} (p varchar(200)) ${this.#rows(2)}`]
  }

  #replaceTable(): readonly string[] {
    const old = this.#other()
    const rows = this.#rows(2)
    if (rows.includes(old.name)) return []
    this.#tables.become(old, { name: old.name, columns: ['k0', 'k1'] })
    return [`CREATE OR REPLACE TABLE ${old.name} ${rows}`]
  }

  /** A temporary table of a name, from which something is taken before it goes again. */
  #hide(): readonly string[] {
    const [{ name }, to] = [this.#tables.own(), this.#other()]
    if (name === to.name) return []
    return [
      `CREATE TEMPORARY TABLE ${name} ${this.#rows(2)}`,
      `INSERT INTO ${to.name} (${this.#chance.pick(to.columns)}) SELECT k1 FROM ${name}`,
      `DROP TEMPORARY TABLE ${name}`,
    ]
  }

  #insert(): readonly string[] {
    const { name, columns } = this.#other()
    const column = this.#chance.pick(columns)
    return [
      this.#chance.pick([
        `INSERT INTO ${name} ${this.#rows(columns.length)}`,
        `INSERT INTO ${name} (${columns.join(', ')}) ${this.#rows(columns.length)} RETURNING *`,
        `INSERT INTO ${name} SET ${column} = ${this.#value()}`,
        `REPLACE INTO ${name} (${column}) VALUES (${this.#value()})`,
      ]),
    ]
  }

  #update(): readonly string[] {
    const { name, columns } = this.#other()
    const [to, from] = [this.#chance.pick(columns), this.#chance.pick(columns)]
    return [`UPDATE ${name} SET ${to} = ${this.#chance.pick([this.#value(), from])}, ${from} = ${to}`]
  }

  #updateJoined(): readonly string[] {
    const [to, from] = [this.#other(), this.#any()]
    const [target, source] = [this.#chance.pick(to.columns), this.#chance.pick(from.columns)]
    const join = this.#chance.pick([', ', ' JOIN '])
    return [`UPDATE ${to.name} p${join}${from.name} q SET p.${target} = q.${source}`]
  }

  #variable(): readonly string[] {
    const { name, columns } = this.#any()
    const column = this.#chance.pick(columns)
    const variable = this.#tables.name('v')
    const made = this.#chance.pick([
      `SET @${variable} = ${this.#value()}`,
      `SELECT max(${column}) INTO @${variable} FROM ${name}`,
      `SELECT @${variable} := ${column} FROM ${name}`,
    ])
    this.#variables = [...this.#variables, variable]
    return [made]
  }

  #prepare(): readonly string[] {
    const { name, columns } = this.#other()
    const [prepared, variable] = [this.#tables.name('p'), this.#tables.name('v')]
    return [
      `PREPARE ${prepared} FROM 'INSERT INTO ${name} (${this.#chance.pick(columns)}) VALUES (?)'`,
      `SET @${variable} = ${this.#value()}`,
      `EXECUTE ${prepared} USING @${variable}`,
    ]
  }

  #procedure(): readonly string[] {
    const { name, columns } = this.#other()
    const [procedure, variable] = [`shop.${this.#tables.name('d')}`, this.#tables.name('v')]
    this.#variables = [...this.#variables, variable]
    const write = `UPDATE ${name} SET ${this.#chance.pick(columns)} =`
    return this.#chance.pick([
      [`CREATE PROCEDURE ${procedure}() ${write} ${this.#value()}`, `CALL ${procedure}()`],
      [`CREATE PROCEDURE ${procedure}(i varchar(200)) ${write} i`, `CALL ${procedure}(${this.#value()})`],
      [
        `CREATE PROCEDURE ${procedure}(OUT o varchar(200)) SET o = ${this.#value()}`,
        `CALL ${procedure}(@${variable})`,
      ],
    ])
  }

  #addColumn(): readonly string[] {
    const table = this.#tables.own()
    const column = this.#tables.name('c')
    const first = this.#chance.often(50)
    this.#tables.become(table, {
      ...table,
      columns: first ? [column, ...table.columns] : [...table.columns, column],
    })
    return [
      `ALTER TABLE ${table.name} ADD COLUMN ${column} varchar(200)${first ? ' FIRST' : ''}`,
      `UPDATE ${table.name} SET ${column} = ${this.#value()}`,
    ]
  }

  /** A column that is computed, and a plain one from then on. */
  #generated(): readonly string[] {
    const table = this.#tables.own()
    const column = this.#tables.name('g')
    const from = this.#chance.pick(table.columns)
    this.#tables.become(table, { ...table, columns: [...table.columns, column] })
    return [
      `ALTER TABLE ${table.name} ADD COLUMN ${column} varchar(200) AS (concat(${from}, '')) STORED`,
      `ALTER TABLE ${table.name} MODIFY ${column} varchar(200)`,
    ]
  }

  #renameColumn(): readonly string[] {
    const table = this.#tables.own()
    const [old, now] = this.#tables.renameColumn(table)
    const change = this.#chance.pick([
      `RENAME COLUMN ${old} TO ${now}`,
      `CHANGE ${old} ${now} varchar(210)`,
      `CHANGE ${old} ${now} varchar(220) FIRST`,
    ])
    return [`ALTER TABLE ${table.name} ${change}`]
  }

  #swapColumns(): readonly string[] {
    const { name, columns } = this.#tables.own()
    const [a, b] = columns
    return [`ALTER TABLE ${name} RENAME COLUMN ${a} TO ${b}, RENAME COLUMN ${b} TO ${a}`]
  }

  #renameTable(): readonly string[] {
    const table = this.#tables.own()
    const name = this.#anew('u')
    this.#tables.become(table, { ...table, name })
    return [
      this.#chance.pick([
        `RENAME TABLE ${table.name} TO ${name}`,
        `ALTER TABLE ${table.name} RENAME ${name}`,
      ]),
    ]
  }

  #swapTables(): readonly string[] {
    const [a, b] = [this.#tables.own(), this.#tables.own()]
    if (a === b) return []
    const between = this.#anew('x')
    const names = new Map([
      [a, b.name],
      [b, a.name],
    ])
    this.#tables.all = this.#tables.all.map((table) => ({ ...table, name: names.get(table) ?? table.name }))
    return [`RENAME TABLE ${a.name} TO ${between}, ${b.name} TO ${a.name}, ${between} TO ${b.name}`]
  }

  /** Of a table: a view that is another one now may not show itself. */
  #view(): readonly string[] {
    const old = this.#tables.view()
    const isAnew = this.#chance.often(50)
    const name = isAnew ? this.#anew('w') : old.name
    const columns = isAnew ? ['k0', 'k1'] : old.columns
    if (isAnew) this.#tables.add({ name, columns, view: true })
    return [
      `CREATE OR REPLACE VIEW ${name} (${columns.join(', ')}) AS ${this.#rows(columns.length, this.#tables.own())}`,
    ]
  }
}
