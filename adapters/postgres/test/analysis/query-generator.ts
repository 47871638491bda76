/** A source of choices made of one number: the same seed, the same query. */
class Choices {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  below(limit: number): number {
    // xorshift32
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }

  of<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)]
    if (chosen === undefined) throw new Error('nothing to choose from')
    return chosen
  }
}

/** `fields`: those of its rows, where they have a type of their own. */
type Item = {
  readonly alias: string
  readonly columns: readonly string[]
  readonly fields?: readonly string[]
}
type Placed = { readonly sql: string; readonly item: Item }
/** `columns`: those that are known by name; there may be others. */
type Made = { readonly sql: string; readonly columns: readonly string[] }

const TABLES: Readonly<Record<string, readonly string[]>> = {
  customers: ['id', 'name', 'email'],
  orders: ['id', 'customer_id', 'note'],
  contacts: ['customer_id', 'email', 'phone'],
  customer_v: ['id', 'mail', 'loud'],
  customer_vv: ['mail', 'both'],
}

/** A value whose column has the name of what a star stands for. */
const NAMELESS = "(SELECT * FROM (SELECT 'q'::text AS q) AS z)"

/**
 * Makes queries over a few tables whose columns are all text. Which rows a query has never depends on a value, except
 * inside subqueries used as values: so a column that changes when some value changes is fed by it.
 */
export class QueryGenerator {
  readonly #choices: Choices
  #aliases = 0
  #ctes: Item[] = []

  constructor(seed: number) {
    this.#choices = new Choices(seed || 1)
  }

  query(): string {
    const ctes: string[] = []
    for (let left = this.#choices.below(3); left > 0; left--) {
      const { sql, columns } = this.#select(2, [])
      const alias = this.#alias('w')
      ctes.push(`${alias} AS (${sql})`)
      this.#ctes = [...this.#ctes, { alias, columns }]
    }
    const body = this.#choices.below(4) === 0 ? this.#union(2) : this.#select(3, [])
    return ctes.length === 0 ? body.sql : `WITH ${ctes.join(', ')} ${body.sql}`
  }

  #alias(prefix: string): string {
    return `${prefix}${++this.#aliases}`
  }

  #union(depth: number): Made {
    const left = this.#select(depth, [])
    const width = left.columns.length
    const right = this.#fitted(this.#select(depth, []), width)
    return { sql: `(${this.#fitted(left, width)}) UNION ALL (${right})`, columns: left.columns }
  }

  /** The query cut or filled to a width. */
  #fitted({ sql, columns }: Made, width: number): string {
    const alias = this.#alias('f')
    const list = Array.from({ length: width }, (_, i) => `${alias}.${columns[i % columns.length]}`)
    return `SELECT ${list.join(', ')} FROM (${sql}) ${alias}`
  }

  #select(depth: number, outer: readonly Item[]): Made {
    const { sql: from, items } = this.#from(depth, outer)
    const targets: string[] = []
    const columns: string[] = []
    for (let left = 1 + this.#choices.below(3); left > 0; left--) {
      const name = this.#alias('c')
      targets.push(`${this.#expression(depth, [...items, ...outer])} AS ${name}`)
      columns.push(name)
    }
    if (this.#choices.below(4) === 0)
      targets.splice(this.#choices.below(2), 0, this.#nameless(depth, [...items, ...outer]))
    const star = this.#choices.below(6) === 0 ? items[0] : undefined
    // A star's names may repeat, so they are renamed on the way out.
    if (!star) return { sql: `SELECT ${targets.join(', ')} FROM ${from}`, columns }
    const names = [...columns, ...star.columns.map(() => this.#alias('s'))]
    const alias = this.#alias('r')
    const inner = `SELECT ${targets.join(', ')}, ${star.alias}.* FROM ${from}`
    return { sql: `SELECT ${alias}.* FROM (${inner}) AS ${alias} (${names.join(', ')})`, columns: names }
  }

  /** A target without alias: nothing speaks of it by its name. */
  #nameless(depth: number, items: readonly Item[]): string {
    return this.#choices.below(2) === 0 ? NAMELESS : this.#expression(depth, items)
  }

  #from(depth: number, outer: readonly Item[]): { readonly sql: string; readonly items: readonly Item[] } {
    const first = this.#item(depth)
    const kind = depth > 0 ? this.#choices.below(9) : 0
    if (kind < 4) return { sql: first.sql, items: [first.item] }
    if (kind === 4) {
      const alias = this.#alias('l')
      const made = this.#select(depth - 1, [first.item, ...outer])
      return {
        sql: `${first.sql}, LATERAL (${made.sql}) ${alias}`,
        items: [first.item, { alias, columns: made.columns }],
      }
    }
    if (kind === 5) return this.#using()
    if (kind === 7) return this.#besides(first, this.#unnest([first.item, ...outer]))
    if (kind === 8) return this.#besides(first, this.#values(first.item))
    const second = this.#item(depth - 1)
    return { sql: `${first.sql} CROSS JOIN ${second.sql}`, items: [first.item, second.item] }
  }

  #besides(first: Placed, second: Placed): { readonly sql: string; readonly items: readonly Item[] } {
    return { sql: `${first.sql}, ${second.sql}`, items: [first.item, second.item] }
  }

  /** Rows that a function makes, of which there are as many whatever the values. */
  #unnest(items: readonly Item[]): Placed {
    const [alias, a, b] = [this.#alias('u'), this.#alias('n'), this.#alias('n')]
    const lists = `ARRAY[${this.#column(items)}, 'x'], ARRAY['y', ${this.#column(items)}]`
    return { sql: `unnest(${lists}) AS ${alias} (${a}, ${b})`, item: { alias, columns: [a, b] } }
  }

  /** All columns of an item, and one more. */
  #values({ alias: of, columns }: Item): Placed {
    const alias = this.#alias('v')
    const names = columns.map(() => this.#alias('n'))
    const star = this.#choices.of([`${of}.*`, `(${of}).*`])
    return {
      sql: `LATERAL (VALUES (${star}, 'x')) AS ${alias} (${names.join(', ')})`,
      item: { alias, columns: names },
    }
  }

  #using(): { readonly sql: string; readonly items: readonly Item[] } {
    const [a, b] = [this.#alias('t'), this.#alias('t')]
    const type = this.#choices.of(['', 'LEFT', 'RIGHT', 'FULL'])
    const sql = `orders ${a} ${type} JOIN contacts ${b} USING (customer_id)`
    const items = [
      { alias: a, columns: ['id', 'customer_id', 'note'] },
      { alias: b, columns: ['customer_id', 'email', 'phone'] },
    ]
    return { sql, items }
  }

  #item(depth: number): Placed {
    const alias = this.#alias('t')
    const kind = this.#choices.below(5)
    if (kind === 0 && depth > 0) {
      const made = this.#choices.below(3) === 0 ? this.#union(depth - 1) : this.#select(depth - 1, [])
      const columns = made.columns.map(() => this.#alias('n'))
      return { sql: `(${made.sql}) AS ${alias} (${columns.join(', ')})`, item: { alias, columns } }
    }
    if (kind === 1 && this.#ctes.length > 0) {
      const cte = this.#choices.of(this.#ctes)
      return { sql: `${cte.alias} AS ${alias}`, item: { alias, columns: cte.columns } }
    }
    const table = this.#choices.of(Object.keys(TABLES))
    const fields = TABLES[table] ?? []
    if (kind > 2) return { sql: `${table} AS ${alias}`, item: { alias, columns: fields, fields } }
    const columns = fields.toReversed()
    const list = columns.map((name) => `"${name}"`).join(', ')
    return { sql: `${table} AS ${alias} (${list})`, item: { alias, columns, fields } }
  }

  #column(items: readonly Item[]): string {
    const item = this.#choices.of(items)
    return `${item.alias}.${this.#choices.of(item.columns)}`
  }

  #expression(depth: number, items: readonly Item[]): string {
    const column = this.#column(items)
    const item = this.#choices.of(items)
    const sub = (): Made => this.#select(depth - 1, items)
    const condition = (): string => `${this.#column(items)} > 'm'`
    switch (this.#choices.below(depth > 0 ? 21 : 15)) {
      case 0:
        return `upper(${column})`
      case 1:
        return `${column} || '-' || ${this.#column(items)}`
      case 2:
        return `CASE WHEN ${condition()} THEN 'a' ELSE ${this.#column(items)} END`
      case 3:
        return `${item.alias}::text`
      case 4:
        return `row_to_json(${item.alias})::text`
      case 5:
        return `(${item.alias}).${this.#choices.of(item.columns)}`
      case 6:
        return `COALESCE(NULLIF(${column}, 'x'), ${this.#column(items)})`
      case 7:
        return `(ROW(${column}, ${this.#column(items)})).f1`
      case 8:
        return `(ARRAY[${column}, ${this.#column(items)}])[2]`
      case 9:
        return `(to_jsonb(${item.alias}) ->> '${this.#choices.of(item.columns)}')`
      case 10:
        return `(${condition()})::text`
      case 11:
        return `${item.alias}.row_to_json::text`
      case 12:
        return `(ROW((${item.alias}).*, 'x')).f${1 + this.#choices.below(item.columns.length)}::text`
      case 13:
        return item.fields ? `((SELECT ${item.alias})).${this.#choices.of(item.fields)}` : column
      case 15:
        return this.#overRows(sub(), 'max')
      case 16:
        return `EXISTS (SELECT 1 FROM (${sub().sql}) AS ${this.#alias('e')} WHERE ${condition()})::text`
      case 17: {
        const made = sub()
        const alias = this.#alias('e')
        const tested = `${alias}.${made.columns[0]}`
        return `(SELECT count(*)::text FROM (${made.sql}) AS ${alias} WHERE ${tested} > 'm')`
      }
      case 18:
        return `(${column} IN (${this.#fitted(sub(), 1)}))::text`
      case 19:
        return `(SELECT ${column})`
      case 20:
        return this.#overRows(sub(), 'count')
      default:
        return column
    }
  }

  /** An aggregate over a subquery's rows; whichever order they come in. */
  #overRows(made: Made, aggregate: string): string {
    const alias = this.#alias('e')
    const argument = `${alias}.${this.#choices.of(made.columns)}`
    const filter = this.#choices.below(2) === 0 ? ` FILTER (WHERE ${argument} < 'q')` : ''
    return `(SELECT ${aggregate}(${argument})${filter}::text FROM (${made.sql}) AS ${alias})`
  }
}
