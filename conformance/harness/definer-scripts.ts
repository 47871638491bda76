import { type Chance, chanceFrom } from '@sluice/testkit/chance'

/**
 * What is there before the scripts of a number: masked columns of three types, with other values on either side, in rows that
 * are alike in all else.
 */
export const definersTables = (side: 'a' | 'b'): string => `
CREATE TABLE people (id integer PRIMARY KEY, email text, pay integer, day date, plan text, stay daterange);
COMMENT ON COLUMN people.email IS 'sluice: pii.email';
COMMENT ON COLUMN people.pay IS 'sluice: pii.pay';
COMMENT ON COLUMN people.day IS 'sluice: pii.birth';
COMMENT ON COLUMN people.stay IS 'sluice: pii.stay';
INSERT INTO people SELECT n, chr(97 + (n * ${side === 'a' ? 5 : 7}) % 26) || repeat('z', (n * ${side === 'a' ? 2 : 3}) % 7),
  ${side === 'a' ? '1000 + n * 37' : '2000 - n * 41'}, date '2000-01-01' ${side === 'a' ? '+' : '-'} n * 10, 'p',
  daterange(date '2000-01-01' + n * ${side === 'a' ? 3 : 5}, date '2000-01-03' + n * ${side === 'a' ? 3 : 6}) FROM generate_series(1, 9) n;
CREATE TABLE known (value text PRIMARY KEY);
CREATE SCHEMA other;
CREATE TABLE accounts (id integer PRIMARY KEY, email text, score integer);
COMMENT ON COLUMN accounts.email IS 'sluice: pii.email';
INSERT INTO accounts SELECT id, email FROM people;
CREATE TABLE audit_log (body text);
CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit_log VALUES (NEW.email); RETURN NEW; END';
CREATE TRIGGER audited AFTER UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION audited()`

/** A masked column, what a column that is to be masked like it may be called, and what may be asked of its type. */
type Kind = {
  readonly source: string
  readonly type: string
  readonly narrow: string
  readonly conditions: (column: string) => readonly string[]
  readonly values: (column: string) => readonly string[]
}

const KINDS: readonly Kind[] = [
  {
    source: 'email',
    type: 'text',
    narrow: 'varchar(4)',
    conditions: (c) => [`${c} LIKE 'k%'`, `${c} > 'm'`, `length(${c}) < 4`, `lower(${c}) ~ '^[a-m]'`],
    values: (c) => [`substr(${c}, 1, 1)`, `length(${c})`, `1 / (ascii(${c}) - 107)`, `left(${c}, 2)`],
  },
  {
    source: 'pay',
    type: 'integer',
    narrow: 'numeric(3, -1)',
    conditions: (c) => [`${c} < 1500`, `${c} % 2 = 0`, `${c} BETWEEN 1100 AND 1800`],
    values: (c) => [`${c} / 500`, `1 / (${c} - 1074)`, `${c} % 3`],
  },
  {
    source: 'day',
    type: 'date',
    narrow: 'date',
    conditions: (c) => [`${c} < '2000-01-01'`, `extract(month FROM ${c}) < 6`],
    values: (c) => [`extract(dow FROM ${c})`, `${c} - date '2000-01-01'`],
  },
]

/**
 * A script of somebody who may define what he likes and sees values masked: he makes a table and what asks something of its
 * column, gives that a name, a comment or a place by which it may be masked, copies masked values into it, and looks what came
 * of it. The same number, the same statements; no name is in two scripts.
 */
export const definerScript = (number: number): readonly string[] => new DefinerScript(number).statements()

class DefinerScript {
  readonly #chance: Chance
  readonly #number: number
  readonly #kind: Kind
  readonly #looks: string[] = []
  #table: string
  #column: string
  #names = 0

  constructor(number: number) {
    this.#chance = chanceFrom(number)
    this.#number = number
    this.#kind = this.#chance.pick(KINDS)
    this.#table = this.#name('t')
    this.#column = this.#chance.pick(['x', 'x', this.#kind.source])
  }

  statements(): readonly string[] {
    const made = this.#make()
    const asks = Array.from({ length: this.#chance.between(0, 2) }, () => this.#ask()).flat()
    const masks = this.#mask()
    const late = this.#chance.often(30) ? this.#ask() : []
    const fills = Array.from({ length: this.#chance.between(1, 3) }, () => this.#fill()).flat()
    const after = this.#chance.often(30) ? this.#ask() : []
    const all = [...made, ...asks, ...masks, ...late, ...fills, ...after, ...this.#look()]
    return this.#chance.often(15) ? ['BEGIN', ...all, 'COMMIT', ...this.#look()] : all
  }

  #name(stem: string): string {
    this.#names += 1
    return `${stem}${this.#number}_${this.#names}`
  }

  #condition(): string {
    return this.#chance.pick(this.#kind.conditions(this.#column))
  }

  #value(): string {
    return this.#chance.pick(this.#kind.values(this.#column))
  }

  #make(): readonly string[] {
    const [table, column] = [this.#table, this.#column]
    const type = this.#chance.often(15) ? this.#kind.narrow : this.#kind.type
    const own = `id integer, ${column} ${type}`
    const plain = `CREATE TABLE ${table} (${own})`
    return this.#chance.pick<() => readonly string[]>([
      () => [plain],
      () => [plain],
      () => [`CREATE TABLE ${table} (${own} CHECK (${this.#condition()}))`],
      () => [
        `CREATE TABLE ${table} (${own}, CONSTRAINT ${this.#name('k')} CHECK (${this.#condition()} OR id < 0))`,
      ],
      () => [`CREATE TABLE ${table} (${own}, EXCLUDE USING btree ((${this.#value()}) WITH =))`],
      () => this.#generated(own),
      () => this.#parts(`${plain} PARTITION BY RANGE (${column})`),
      () => this.#parts(`${plain} PARTITION BY LIST ((${this.#value()}))`),
      () => this.#parts(`${plain} PARTITION BY HASH (${column})`),
      () => this.#heir(plain),
      () => this.#alike(plain),
      () => this.#domain(column),
    ])()
  }

  #generated(own: string): readonly string[] {
    const rule = this.#chance.pick(['', ' NOT NULL', ' UNIQUE', ' CHECK (g IS NOT NULL)'])
    return [
      `CREATE TABLE ${this.#table} (${own}, g text GENERATED ALWAYS AS ((${this.#value()})::text) STORED${rule})`,
    ]
  }

  #parts(made: string): readonly string[] {
    const [first, rest] = [this.#name('t'), this.#name('t')]
    this.#looks.push(`SELECT id FROM ${first}`, `SELECT count(*) FROM ${rest}`)
    if (made.includes('HASH'))
      return [
        made,
        ...[first, rest].map(
          (name, i) =>
            `CREATE TABLE ${name} PARTITION OF ${this.#table} FOR VALUES WITH (MODULUS 2, REMAINDER ${i})`,
        ),
      ]
    const { type } = this.#kind
    const low = type === 'text' ? "'a'" : type === 'date' ? "'1990-01-01'" : '0'
    const middle = type === 'text' ? "'k'" : type === 'date' ? "'2000-01-01'" : '1500'
    const values = made.includes('LIST') ? "IN ('1')" : `FROM (${low}) TO (${middle})`
    return [
      made,
      `CREATE TABLE ${first} PARTITION OF ${this.#table} FOR VALUES ${values}`,
      `CREATE TABLE ${rest} PARTITION OF ${this.#table} DEFAULT`,
    ]
  }

  #heir(plain: string): readonly string[] {
    const child = this.#name('t')
    return [
      plain,
      `CREATE TABLE ${child} (CHECK (${this.#condition()})) INHERITS (${this.#table})`,
      ...this.#from(child),
    ]
  }

  #alike(plain: string): readonly string[] {
    const other = this.#name('t')
    const asked = this.#ask()
    return [
      plain,
      ...asked,
      `CREATE TABLE ${other} (LIKE ${this.#table} INCLUDING ALL)`,
      ...this.#from(other),
    ]
  }

  /** The script goes on with another table. */
  #from(table: string): readonly string[] {
    this.#table = table
    return []
  }

  #domain(column: string): readonly string[] {
    const name = this.#name('d')
    const [check = ''] = this.#kind.conditions('VALUE')
    return [
      `CREATE DOMAIN ${name} AS ${this.#kind.type} CHECK (${check})`,
      `CREATE TABLE ${this.#table} (id integer, ${column} ${name})`,
    ]
  }

  /** Something that asks of the column. */
  #ask(): readonly string[] {
    const [table, column, name] = [this.#table, this.#column, this.#name('v')]
    const view = (definition: string, look = `SELECT * FROM ${name}`): readonly string[] => {
      this.#looks.push(look)
      return [`CREATE VIEW ${name} AS ${definition}`]
    }
    return this.#chance.pick<() => readonly string[]>([
      () => [`ALTER TABLE ${table} ADD CHECK (${this.#condition()})`],
      () => [`ALTER TABLE ${table} ADD CHECK (${this.#condition()}) NOT VALID`],
      () => [`CREATE INDEX ${name} ON ${table} ((${this.#value()}))`],
      () => [`CREATE UNIQUE INDEX ${name} ON ${table} ((${this.#value()}))`],
      () => [`CREATE UNIQUE INDEX ${name} ON ${table} ((1)) WHERE ${this.#condition()}`],
      () => [`ALTER TABLE ${table} ADD EXCLUDE USING btree ((${this.#value()}) WITH =)`],
      () => [
        `ALTER TABLE ${table} ADD COLUMN ${name} text GENERATED ALWAYS AS ((${this.#value()})::text) STORED`,
      ],
      () => [
        `CREATE POLICY ${name} ON ${table} USING (${this.#condition()})`,
        `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
      ],
      () => [`CREATE INDEX ${name} ON ${table} (${column})`, `CLUSTER ${table} USING ${name}`],
      () => [`ALTER TABLE ${table} ADD UNIQUE (${column})`],
      () => [
        `CREATE RULE ${name} AS ON INSERT TO ${table} WHERE NEW.${this.#condition()} DO INSTEAD NOTHING`,
      ],
      () => [`ALTER TABLE ${table} ADD FOREIGN KEY (${column}) REFERENCES known`],
      () => view(`SELECT id FROM ${table} WHERE ${this.#condition()}`),
      () => view(`SELECT id, ${this.#value()} AS made FROM ${table}`, `SELECT id, made IS NULL FROM ${name}`),
      () => view(`SELECT id FROM ${table} ORDER BY ${column}`),
      () => view(`SELECT DISTINCT ${this.#value()} AS made FROM ${table}`, `SELECT count(*) FROM ${name}`),
      () =>
        view(
          `SELECT ${this.#value()} AS made, count(*) AS n FROM ${table} GROUP BY 1`,
          `SELECT n FROM ${name} ORDER BY n`,
        ),
      () => view(`SELECT id, row_number() OVER (ORDER BY ${column}) AS n FROM ${table}`),
      () => view(`SELECT id, ${column} FROM ${table} WHERE ${this.#condition()} WITH CHECK OPTION`),
      () => this.#kept(name),
    ])()
  }

  #kept(name: string): readonly string[] {
    this.#looks.push(`REFRESH MATERIALIZED VIEW ${name}`, `SELECT id FROM ${name}`)
    return [`CREATE MATERIALIZED VIEW ${name} AS SELECT id FROM ${this.#table} WHERE ${this.#condition()}`]
  }

  /** Something by which the column may be masked from then on. */
  #mask(): readonly string[] {
    const [table, column] = [this.#table, this.#column]
    const { source } = this.#kind
    return this.#chance.pick<() => readonly string[]>([
      () => [],
      () => this.#renamed(),
      () => this.#renamed(),
      () => [`COMMENT ON COLUMN ${table}.${column} IS 'sluice: pii.${source}'`],
      () => [`COMMENT ON COLUMN ${table}.${column} IS 'sluice: pii.${source === 'day' ? 'birth' : source}'`],
      () => [`ALTER TABLE ${table} INHERIT people`],
      () => [`ALTER TABLE ${table} SET SCHEMA other`, ...this.#from(`other.${table}`), ...this.#renamed()],
    ])()
  }

  #renamed(): readonly string[] {
    const [old, now] = [this.#column, this.#chance.pick(['email', 'salary', 'date_of_birth'])]
    this.#column = now
    return [`ALTER TABLE ${this.#table} RENAME COLUMN ${old} TO ${now}`]
  }

  /** Masked values come into the column. */
  #fill(): readonly string[] {
    const [table, column] = [this.#table, this.#column]
    const { source } = this.#kind
    const one = `WHERE id = ${this.#chance.between(1, 9)}`
    return this.#chance.pick<() => readonly string[]>([
      () => [`INSERT INTO ${table} (id, ${column}) SELECT id, ${source} FROM people`],
      () => [`INSERT INTO ${table} (id, ${column}) SELECT id, ${source} FROM people ${one}`],
      () => [
        `INSERT INTO ${table} (id, ${column}) SELECT id, ${source} FROM people ${one} ON CONFLICT DO NOTHING`,
      ],
      () => [
        `INSERT INTO ${table} (id) VALUES (1), (2)`,
        `UPDATE ${table} t SET ${column} = p.${source} FROM people p WHERE p.id = t.id`,
      ],
      () => [
        `MERGE INTO ${table} t USING people p ON p.id = t.id WHEN NOT MATCHED THEN INSERT (id, ${column}) VALUES (p.id, p.${source})`,
      ],
      () => [
        `WITH p AS (SELECT * FROM people ${one}) INSERT INTO ${table} (id, ${column}) SELECT id, ${source} FROM p RETURNING id`,
      ],
      () => this.#throughView(),
    ])()
  }

  #throughView(): readonly string[] {
    const name = this.#name('v')
    return [
      `CREATE VIEW ${name} AS SELECT id, ${this.#column} AS email FROM ${this.#table}`,
      `INSERT INTO ${name} (id, email) SELECT id, ${this.#kind.source} FROM people`,
    ]
  }

  #look(): readonly string[] {
    const table = this.#table
    return [
      ...this.#looks,
      `SELECT id FROM ${table}`,
      `SELECT count(*) FROM ${table}`,
      `UPDATE ${table} SET id = id`,
    ]
  }
}
