import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import { FlowTables, type Table } from './flow-tables.ts'

type Move = () => readonly string[]

/** What is there before a script of a number: a masked column, one beside it, and tables that nothing masks. */
export const flowTables = (number: number): string => `
CREATE TABLE source${number} (secret text, free text);
COMMENT ON COLUMN source${number}.secret IS 'sluice: pii.secret';
INSERT INTO source${number} VALUES ('a.sentinel', 'x'), ('b.sentinel', 'y');
CREATE TABLE one${number} (a text, b text);
INSERT INTO one${number} VALUES ('x', 'y');
CREATE TABLE two${number} (a text, b text, c text);
INSERT INTO two${number} VALUES ('x', 'y', 'z');
CREATE VIEW shown${number} AS SELECT secret AS s, free AS f FROM source${number};
CREATE FUNCTION told${number}() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(secret) FROM public.source${number}'`

/**
 * A script that moves values between tables and changes the tables meanwhile: the same number, the same statements. No name
 * is in two scripts, since what is known of a table that is gone is kept for one that takes its name.
 */
export const flowScript = (number: number): readonly string[] => new FlowScript(number).statements()

class FlowScript {
  readonly #chance: Chance
  readonly #number: number
  readonly #tables: FlowTables
  #before: readonly Table[] | undefined
  #saved: { readonly name: string; readonly tables: readonly Table[] } | undefined

  constructor(number: number) {
    this.#chance = chanceFrom(number)
    this.#number = number
    this.#tables = new FlowTables(this.#chance, number, [
      { name: `source${number}`, columns: ['secret', 'free'] },
      { name: `shown${number}`, columns: ['s', 'f'], view: true },
      { name: `one${number}`, columns: ['a', 'b'] },
      { name: `two${number}`, columns: ['a', 'b', 'c'] },
    ])
  }

  statements(): readonly string[] {
    const all: string[] = []
    const length = this.#chance.between(5, 12)
    while (all.length < length) all.push(...this.#next())
    if (this.#before) all.push('COMMIT')
    return all
  }

  #next(): readonly string[] {
    const at = this.#chance.between(1, 10)
    if (this.#before === undefined) return at < 4 ? this.#begin() : this.#move()
    if (at === 1) return this.#end()
    if (at === 2) return this.#savepoint()
    return this.#move()
  }

  #begin(): readonly string[] {
    this.#before = this.#tables.all
    return ['BEGIN']
  }

  #end(): readonly string[] {
    const isKept = this.#chance.between(1, 4) > 1
    if (!isKept) this.#tables.all = this.#before ?? this.#tables.all
    this.#before = undefined
    this.#saved = undefined
    return [isKept ? 'COMMIT' : 'ROLLBACK']
  }

  #savepoint(): readonly string[] {
    if (this.#saved === undefined) {
      this.#saved = { name: this.#tables.name('s'), tables: this.#tables.all }
      return [`SAVEPOINT ${this.#saved.name}`]
    }
    const { name, tables } = this.#saved
    this.#saved = undefined
    this.#tables.all = tables
    return [`ROLLBACK TO ${name}`]
  }

  #move(): readonly string[] {
    const moves: readonly Move[] = [
      () => this.#make(),
      () => this.#insert(),
      () => this.#update(),
      () => this.#updateItself(),
      () => this.#take(),
      () => this.#addColumn(),
      () => this.#renameColumn(),
      () => this.#swapColumns(),
      () => this.#renameTable(),
      () => this.#makeAnew(),
      () => this.#toSchema(),
      () => this.#retype(),
      () => this.#view(),
      () => this.#block(),
    ]
    return this.#chance.pick(moves)()
  }

  #any(): Table {
    return this.#chance.pick(this.#tables.all)
  }

  /** One value. */
  #value(): string {
    const { name, columns } = this.#any()
    const column = this.#chance.pick(columns)
    return this.#chance.pick([
      `(SELECT max(${column}) FROM ${name})`,
      `(SELECT g.${column} FROM ${name} g LIMIT 1)`,
      `(SELECT max(g::text) FROM ${name} g)`,
      `told${this.#number}()`,
    ])
  }

  /** Rows of so many columns. */
  #rows(width: number, { name, columns } = this.#any()): string {
    const list = Array.from({ length: width }, (_, i) => `${this.#chance.pick(columns)} AS k${i}`).join(', ')
    return this.#chance.pick([
      `SELECT ${list} FROM ${name}`,
      `SELECT ${list} FROM (SELECT * FROM ${name}) g`,
      `WITH w AS (SELECT * FROM ${name}) SELECT ${list} FROM w`,
    ])
  }

  #make(): readonly string[] {
    const name = this.#tables.name('t')
    const { name: from, columns } = this.#any()
    const whole = this.#chance.between(1, 3) === 1
    this.#tables.add({ name, columns: whole ? columns : ['k0', 'k1'] })
    const kind = this.#chance.pick(['TABLE', 'TABLE', 'TEMP TABLE'])
    return [`CREATE ${kind} ${name} AS ${whole ? `TABLE ${from}` : this.#rows(2)}`]
  }

  #insert(): readonly string[] {
    const { name, columns } = this.#tables.own()
    const list = this.#chance.pick(['', ` (${columns.join(', ')})`])
    return [`INSERT INTO ${name}${list} ${this.#rows(columns.length)}`]
  }

  #update(): readonly string[] {
    const { name, columns } = this.#tables.own()
    return [`UPDATE ${name} SET ${this.#chance.pick(columns)} = ${this.#value()}`]
  }

  #updateItself(): readonly string[] {
    const { name, columns } = this.#tables.own()
    return [`UPDATE ${name} SET ${this.#chance.pick(columns)} = ${this.#chance.pick(columns)}`]
  }

  #take(): readonly string[] {
    const [from, to] = [this.#tables.own(), this.#tables.own()]
    const target = this.#chance.pick(to.columns)
    const source = this.#chance.pick(from.columns)
    return from === to
      ? []
      : [
          `WITH d AS (UPDATE ${from.name} SET ${source} = ${source} RETURNING *) INSERT INTO ${to.name} (${target}) SELECT ${source} FROM d`,
        ]
  }

  #addColumn(): readonly string[] {
    const table = this.#tables.own()
    const column = this.#tables.name('c')
    this.#tables.become(table, { ...table, columns: [...table.columns, column] })
    const value = this.#chance.pick([this.#chance.pick(table.columns), this.#value()])
    return [
      `ALTER TABLE ${table.name} ADD COLUMN ${column} text`,
      `UPDATE ${table.name} SET ${column} = ${value}`,
    ]
  }

  #renameColumn(): readonly string[] {
    const table = this.#tables.own()
    const [old, now] = this.#tables.renameColumn(table)
    return [`ALTER TABLE ${table.name} RENAME COLUMN ${old} TO ${now}`]
  }

  #swapColumns(): readonly string[] {
    const { name, columns } = this.#tables.own()
    const [a, b] = columns
    return [
      `ALTER TABLE ${name} RENAME COLUMN ${a} TO between`,
      `ALTER TABLE ${name} RENAME COLUMN ${b} TO ${a}`,
      `ALTER TABLE ${name} RENAME COLUMN between TO ${b}`,
    ]
  }

  #renameTable(): readonly string[] {
    const table = this.#tables.own()
    const now = this.#tables.name('u')
    const schema = table.name.includes('.') ? 'other.' : ''
    this.#tables.become(table, { ...table, name: `${schema}${now}` })
    return [`ALTER TABLE ${table.name} RENAME TO ${now}`]
  }

  #makeAnew(): readonly string[] {
    const table = this.#tables.own()
    const aside = this.#tables.name('old')
    const schema = table.name.includes('.') ? 'other.' : ''
    const anew: Table = { name: table.name, columns: ['p', 'q'] }
    this.#tables.become(table, { ...table, name: `${schema}${aside}` })
    this.#tables.add(anew)
    return [
      `ALTER TABLE ${anew.name} RENAME TO ${aside}`,
      `CREATE TABLE ${anew.name} (p text, q text)`,
      `INSERT INTO ${anew.name} ${this.#rows(2)}`,
    ]
  }

  /** A temporary one cannot go: the statement fails, and the transaction. */
  #toSchema(): readonly string[] {
    const table = this.#tables.own()
    const [schema, bare] = table.name.includes('.') ? ['public', table.name.slice(6)] : ['other', table.name]
    this.#tables.become(table, { ...table, name: schema === 'public' ? bare : `other.${bare}` })
    return [`ALTER TABLE ${table.name} SET SCHEMA ${schema}`]
  }

  #retype(): readonly string[] {
    const { name, columns } = this.#tables.own()
    const [to, from] = [this.#chance.pick(columns), this.#chance.pick(columns)]
    return [`ALTER TABLE ${name} ALTER COLUMN ${to} TYPE text USING ${from}`]
  }

  /** Of a table: a view that is another one now may not show itself. */
  #view(): readonly string[] {
    const old = this.#tables.view()
    const isAnew = this.#chance.between(1, 2) === 1
    const name = isAnew ? this.#tables.name('v') : old.name
    const columns = isAnew ? ['k0', 'k1'] : old.columns
    if (isAnew) this.#tables.add({ name, columns, view: true })
    return [
      `CREATE OR REPLACE VIEW ${name} (${columns.join(', ')}) AS ${this.#rows(columns.length, this.#tables.own())}`,
    ]
  }

  #block(): readonly string[] {
    const { name, columns } = this.#tables.own()
    const column = this.#chance.pick(columns)
    const body = this.#chance.pick([
      `DECLARE v text; BEGIN v := ${this.#value()}; UPDATE ${name} SET ${column} = v; END`,
      `BEGIN UPDATE ${name} SET ${column} = ${this.#value()}; END`,
    ])
    return [`DO $$ ${body} $$`]
  }
}
