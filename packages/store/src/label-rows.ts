import type { Label } from '@sluice/core/catalog/label'
import type { Place } from '@sluice/core/flow/place'
import type Database from 'better-sqlite3'

/** An edge as it is kept: places by their ids. */
type EdgeRow = {
  readonly id: number
  readonly source: number
  readonly target: number
  readonly direct: boolean
  readonly labels: readonly Label[]
  /** What the source was called then. */
  readonly from: string
  /** A process that did not make it relies on it. */
  readonly relied: boolean
}

/** What is said of a place, as it is kept. */
type AssignmentRow = {
  readonly place: number
  readonly origin: 'human' | 'sample' | 'detector'
  readonly labels: readonly Label[]
}

/** One change of a column's labels: who or what made it, and when. Names without origins; null: none said anything. */
export type Change = {
  readonly at: number
  readonly who: string
  readonly origin: string
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly old: string | null
  readonly new: string | null
}

/** How often, by whom and by what an edge was used. */
export type MoveRow = {
  readonly edge: number
  readonly principal: string
  readonly verb: string
  readonly first_at: number
  readonly last_at: number
  readonly count: number
}

/** A column as the last scan found it. `column` is `schema.table.column`. */
export type ScannedRow = { readonly column: string; readonly type: string; readonly labels: string }

type StoredPlace = {
  readonly id: number
  readonly schema: string
  readonly table: string
  readonly column: string | null
  readonly ordinal: number | null
  readonly relation: number | null
  readonly instead: string
  readonly since: number
}

/** The rows of one database in the label file. */
export class LabelRows {
  readonly #file: Database.Database
  readonly #database: string
  /** Those that were run before: preparing one costs several times what running it does. */
  readonly #prepared = new Map<string, Database.Statement>()

  constructor(file: Database.Database, database: string) {
    this.#file = file
    this.#database = database
  }

  /**
   * What was kept under another name is kept here: it was of the same database. Its ids count where they were read from
   * the same copy of it; where that is not known, everything is found by its name again.
   */
  adopt(name: string): void {
    const other = new LabelRows(this.#file, name)
    const hasAny = ['place', 'change', 'known'].some(
      (table) => this.#statement(`SELECT 1 FROM ${table} WHERE database = ?`).get(name) !== undefined,
    )
    if (!hasAny) return
    this.together(() => {
      const identity = other.identity()
      if (identity === undefined || identity !== (this.identity() ?? identity))
        this.#run('UPDATE place SET relation = NULL WHERE database = ?', [name])
      else this.setIdentity(identity)
      for (const table of ['place', 'edge', 'change'])
        this.#run(`UPDATE ${table} SET database = ? WHERE database = ?`, [this.#database, name])
      for (const table of ['derived', 'scanned', 'known'])
        this.#run(`DELETE FROM ${table} WHERE database = ?`, [name])
    })
  }

  /** Another number whenever another process has written. */
  version(): unknown {
    return this.#file.pragma('data_version', { simple: true })
  }

  /** All of it is written, durably, or nothing. */
  together<T>(run: () => T): T {
    return this.#file.transaction(run).immediate()
  }

  places(): readonly Place[] {
    return (this.#all('SELECT * FROM place WHERE database = ?') as readonly StoredPlace[]).map(placeOf)
  }

  edges(): readonly EdgeRow[] {
    type Row = Omit<EdgeRow, 'direct' | 'labels' | 'relied'> & {
      direct: number
      labels: string
      relied: number
    }
    const rows = this.#all('SELECT * FROM edge WHERE database = ?') as readonly Row[]
    return rows.map((row) => ({
      ...row,
      direct: row.direct === 1,
      labels: parsed(row.labels),
      relied: row.relied === 1,
    }))
  }

  assignments(): readonly AssignmentRow[] {
    type Row = Omit<AssignmentRow, 'labels'> & { labels: string }
    const rows = this.#all(
      'SELECT a.* FROM assignment a JOIN place p ON p.id = a.place WHERE p.database = ?',
    ) as readonly Row[]
    return rows.map((row) => ({ ...row, labels: parsed(row.labels) }))
  }

  addPlace(place: Omit<Place, 'id'>): Place {
    const { lastInsertRowid } = this.#run(
      'INSERT INTO place (database, "schema", "table", "column", ordinal, relation, instead, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      [this.#database, ...valuesOf(place)],
    )
    return { ...place, id: Number(lastInsertRowid) }
  }

  changePlace(place: Place): void {
    this.#run(
      'UPDATE place SET "schema" = ?, "table" = ?, "column" = ?, ordinal = ?, relation = ?, instead = ?, since = ? WHERE id = ?',
      [...valuesOf(place), place.id],
    )
  }

  removePlace(id: number): void {
    this.#run('DELETE FROM place WHERE id = ?', [id])
  }

  addEdge({ source, target, direct, labels, from }: Omit<EdgeRow, 'id' | 'relied'>): number {
    const { lastInsertRowid } = this.#run(
      'INSERT INTO edge (database, source, target, direct, labels, "from") VALUES (?, ?, ?, ?, ?, ?)',
      [this.#database, source, target, direct ? 1 : 0, JSON.stringify(labels), from],
    )
    return Number(lastInsertRowid)
  }

  labelEdge(id: number, labels: readonly Label[]): void {
    this.#run('UPDATE edge SET labels = ? WHERE id = ?', [JSON.stringify(labels), id])
  }

  moveEdge(id: number, source: number, target: number): void {
    this.#run('UPDATE edge SET source = ?, target = ? WHERE id = ?', [source, target, id])
  }

  hasEdge(id: number): boolean {
    return this.#statement('SELECT 1 FROM edge WHERE id = ?').get(id) !== undefined
  }

  /** From now on nobody takes it back. */
  relyOnEdge(id: number): void {
    this.#run('UPDATE edge SET relied = 1 WHERE id = ?', [id])
  }

  /** False: another process relies on it, so it stays. */
  takeBackEdge(id: number): boolean {
    this.#run('DELETE FROM edge WHERE id = ? AND relied = 0', [id])
    return !this.hasEdge(id)
  }

  removeEdge(id: number): void {
    this.#run('DELETE FROM edge WHERE id = ?', [id])
  }

  addMove({ edge, principal, verb, first_at, last_at, count }: MoveRow): void {
    this.#run(
      `INSERT INTO move VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (edge, principal, verb)
        DO UPDATE SET last_at = excluded.last_at, count = count + excluded.count`,
      [edge, principal, verb, first_at, last_at, count],
    )
  }

  movesOver(edge: number): readonly MoveRow[] {
    return this.#statement('SELECT * FROM move WHERE edge = ? ORDER BY last_at DESC').all(edge) as MoveRow[]
  }

  /** Undefined `labels`: nothing is said any more. */
  assign(place: number, origin: AssignmentRow['origin'], labels: readonly Label[] | undefined): void {
    if (labels === undefined)
      this.#run('DELETE FROM assignment WHERE place = ? AND origin = ?', [place, origin])
    else
      this.#run('INSERT OR REPLACE INTO assignment VALUES (?, ?, ?)', [place, origin, JSON.stringify(labels)])
  }

  /** True where somebody or something says that it has labels. */
  isSaid(place: number): boolean {
    return (
      this.#statement("SELECT 1 FROM assignment WHERE place = ? AND labels <> '[]'").get(place) !== undefined
    )
  }

  /** What is said of a place's labels is said of another; that it has none goes with it. */
  moveAssignments(from: number, to: number): void {
    this.#run("UPDATE assignment SET place = ? WHERE place = ? AND labels <> '[]'", [to, from])
    this.#run('DELETE FROM assignment WHERE place = ?', [from])
  }

  addChange(change: Change): void {
    this.#run(
      'INSERT INTO change (database, at, who, origin, "schema", "table", "column", old, new) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        this.#database,
        change.at,
        change.who,
        change.origin,
        change.schema,
        change.table,
        change.column,
        change.old,
        change.new,
      ],
    )
  }

  changes(): readonly Change[] {
    return this.#all('SELECT * FROM change WHERE database = ? ORDER BY id') as readonly Change[]
  }

  /** The labels that came to columns along edges when they were last looked at: names by `schema.table.column`. */
  derived(): ReadonlyMap<string, string> {
    const rows = this.#all('SELECT * FROM derived WHERE database = ?') as readonly ScannedRow[]
    return new Map(rows.map(({ column, labels }) => [column, labels]))
  }

  setDerived(column: string, labels: string | undefined): void {
    if (labels === undefined)
      this.#run('DELETE FROM derived WHERE database = ? AND "column" = ?', [this.#database, column])
    else this.#run('INSERT OR REPLACE INTO derived VALUES (?, ?, ?)', [this.#database, column, labels])
  }

  scanned(): readonly ScannedRow[] {
    return this.#all('SELECT * FROM scanned WHERE database = ? ORDER BY "column"') as readonly ScannedRow[]
  }

  setScanned(rows: readonly ScannedRow[], at: number): void {
    this.#run('DELETE FROM scanned WHERE database = ?', [this.#database])
    for (const { column, type, labels } of rows)
      this.#run('INSERT INTO scanned VALUES (?, ?, ?, ?)', [this.#database, column, type, labels])
    this.#run('INSERT OR IGNORE INTO known (database) VALUES (?)', [this.#database])
    this.#run('UPDATE known SET scanned_at = ? WHERE database = ?', [at, this.#database])
  }

  /** When it was last scanned; undefined: never. */
  scannedAt(): number | undefined {
    return this.#known()?.scanned_at ?? undefined
  }

  /** Which database the ids of the places are of. */
  identity(): string | undefined {
    return this.#known()?.identity ?? undefined
  }

  setIdentity(identity: string): void {
    this.#run('INSERT OR IGNORE INTO known (database) VALUES (?)', [this.#database])
    this.#run('UPDATE known SET identity = ? WHERE database = ?', [identity, this.#database])
  }

  #known(): { readonly identity: string | null; readonly scanned_at: number | null } | undefined {
    const [row] = this.#all('SELECT identity, scanned_at FROM known WHERE database = ?')
    return row as { readonly identity: string | null; readonly scanned_at: number | null } | undefined
  }

  #statement(sql: string): Database.Statement {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const prepared = this.#file.prepare(sql)
    this.#prepared.set(sql, prepared)
    return prepared
  }

  #all(sql: string): readonly unknown[] {
    return this.#statement(sql).all(this.#database)
  }

  #run(sql: string, values: readonly unknown[]): Database.RunResult {
    return this.#statement(sql).run(...values)
  }
}

const parsed = (labels: string): readonly Label[] => JSON.parse(labels) as Label[]

const valuesOf = (place: Omit<Place, 'id'>): readonly unknown[] => [
  place.schema,
  place.table,
  place.column ?? null,
  place.ordinal ?? null,
  place.relation ?? null,
  JSON.stringify(place.instead),
  place.since,
]

const placeOf = ({ id, schema, table, column, ordinal, relation, instead, since }: StoredPlace): Place => ({
  id,
  schema,
  table,
  ...(column === null ? {} : { column }),
  ...(ordinal === null ? {} : { ordinal }),
  ...(relation === null ? {} : { relation }),
  instead: JSON.parse(instead) as number[],
  since,
})
