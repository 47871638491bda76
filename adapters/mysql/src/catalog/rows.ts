import { hash } from 'node:crypto'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { foldName } from '../dialect/names.ts'
import {
  ABOUT,
  columns,
  EVENTS,
  JSON_CHECKS,
  LOADABLE,
  type Owned,
  REFERENCES,
  ROUTINES,
  relations,
  SYSTEM_SCHEMAS,
  TRIGGERS,
  VIEWS,
} from './queries.ts'

/** A table, view or sequence as information_schema.TABLES has it. `definition` is a user's view's query. */
export type RelationFound = {
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly definition: string | null
}

/**
 * A column as information_schema.COLUMNS has it. `expression` is a generated column's, `fallback` that of a default in
 * which a column may be named.
 */
export type ColumnFound = {
  readonly schema: string
  readonly relation: string
  readonly name: string
  readonly ordinal: number
  readonly type: string
  readonly comment: string
  readonly extra: string
  readonly expression: string | null
  readonly fallback: string | null
}

/** A routine as information_schema.ROUTINES has it; a loadable function has the empty schema and no body. */
export type RoutineFound = {
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly body: string | null
  /** `sql_mode` that its body is read under. */
  readonly mode: string
  readonly language: string
}

/** A trigger as information_schema.TRIGGERS has it: the table that it is on, and its body. */
export type TriggerFound = {
  readonly schema: string
  readonly relation: string
  readonly body: string | null
}

/** What an event does, as information_schema.EVENTS has it. */
export type EventFound = { readonly body: string | null }

/** A column of a foreign key, and the one that it refers to. */
export type ReferenceFound = {
  readonly schema: string
  readonly relation: string
  readonly name: string
  readonly targetSchema: string
  readonly target: string
  readonly targetName: string
}

/** Which server it is. */
export type About = {
  readonly mariadb: boolean
  /** As the servers count: 80036 for 8.0.36, 101119 for 10.11.19. */
  readonly version: number
  /** Names of databases and tables are the same in any case. */
  readonly folds: boolean
}

/** Everything read of one server. */
export type Snapshot = {
  readonly about: About
  readonly relations: readonly RelationFound[]
  readonly columns: readonly ColumnFound[]
  readonly routines: readonly RoutineFound[]
  readonly triggers: readonly TriggerFound[]
  readonly events: readonly EventFound[]
  readonly references: readonly ReferenceFound[]
  /** SHA-256 over all of the above: two snapshots with equal hashes are equal. */
  readonly hash: string
}

/** What came with the server: thousands of columns, which need not be read again each time. */
export type SystemPart = Pick<Snapshot, 'relations' | 'columns'>

/** The most rows that one query of a snapshot may return. A server with more of them is refused. */
export const MAX_ROWS = 2_000_000

/** The server holds more objects than the gateway keeps in mind. Fault: upstream. */
export class CatalogTooLarge extends Error {
  override readonly name = 'CatalogTooLarge'
}

/** Asks rows of a connection. */
export type Ask = <Row>(sql: string) => Promise<readonly Row[]>

/** Asks over a connection; each answer may take so long. */
export const askBy =
  (connection: Connection, timeoutMs: number): Ask =>
  async <Row>(sql: string) => {
    const [rows] = await connection.query<RowDataPacket[]>({
      sql: `${sql} LIMIT ${MAX_ROWS + 1}`,
      timeout: timeoutMs,
    })
    if (rows.length > MAX_ROWS)
      throw new CatalogTooLarge(`the server has more than ${MAX_ROWS} objects of a kind`)
    return rows as Row[]
  }

/** Reads which server it is. */
export const readAbout = async (ask: Ask): Promise<About> => {
  const [row] = await ask<{ version: string; comment: string; folding: number }>(ABOUT)
  if (!row) throw new Error('the server did not say which version it is')
  const [, major = '0', minor = '0', patch = '0'] = /^(\d{1,4})\.(\d{1,2})\.(\d{1,2})/.exec(row.version) ?? []
  return {
    mariadb: /mariadb/i.test(row.version) || /mariadb/i.test(row.comment),
    version: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
    folds: row.folding !== 0,
  }
}

/** Reads the tables that came with the server. */
export const readSystemPart = async (ask: Ask, { folds }: About): Promise<SystemPart> => ({
  relations: await relationsOf(ask, 'system', folds),
  columns: await columnsOf(ask, 'system', folds),
})

/** Reads everything else; rows that are as they were in `before` are the very same. */
export const readSnapshot = async (
  ask: Ask,
  about: About,
  system: SystemPart,
  before: Snapshot | undefined,
): Promise<Snapshot> => {
  const json = about.mariadb && about.version >= 100_200 ? await jsonColumns(ask) : NOTHING
  const found = {
    about,
    relations: [
      ...system.relations,
      ...same(await relationsOf(ask, 'users', about.folds), before?.relations),
    ],
    columns: [
      ...system.columns,
      ...same((await columnsOf(ask, 'users', about.folds)).map(declaredJson(json)), before?.columns),
    ],
    routines: await routinesOf(ask, about.folds),
    triggers: (await ask<TriggerFound>(TRIGGERS)).map((row) => folded(row, 'relation', about.folds)),
    events: await ask<EventFound>(EVENTS),
    references: await referencesOf(ask, about.folds),
  }
  return { ...found, hash: hash('sha256', JSON.stringify(found), 'hex') }
}

const NOTHING: ReadonlySet<string> = new Set()

/** Names in information_schema are the same in any case, whatever the setting. */
const folded = <Row extends { readonly schema: string }>(
  row: Row,
  key: keyof Row & ('name' | 'relation'),
  folds: boolean,
): Row => {
  const schema = foldName(row.schema)
  if (!folds && schema !== 'information_schema') return SYSTEM_SCHEMAS.has(schema) ? { ...row, schema } : row
  return { ...row, schema, [key]: foldName(String(row[key])) }
}

const relationsOf = async (ask: Ask, whose: Owned, folds: boolean): Promise<readonly RelationFound[]> => {
  type View = { readonly schema: string; readonly name: string; readonly definition: string | null }
  const views = whose === 'users' ? await ask<View>(VIEWS) : []
  const definitions = new Map(views.map((view) => [keyOf(view.schema, view.name), view.definition]))
  const found = await ask<Omit<RelationFound, 'definition'>>(relations(whose))
  return found.map((row) => {
    const definition = definitions.get(keyOf(row.schema, row.name))
    return { ...folded(row, 'name', folds), definition: definition === '' ? null : (definition ?? null) }
  })
}

/** Names of columns are the same in any case. */
const columnsOf = async (ask: Ask, whose: Owned, folds: boolean): Promise<readonly ColumnFound[]> =>
  (await ask<ColumnFound>(columns(whose))).map((row) => ({
    ...folded(row, 'relation', folds),
    name: foldName(row.name),
  }))

const referencesOf = async (ask: Ask, folds: boolean): Promise<readonly ReferenceFound[]> =>
  (await ask<ReferenceFound>(REFERENCES)).map((row) => {
    const { schema, relation } = folded({ schema: row.targetSchema, relation: row.target }, 'relation', folds)
    const [name, targetName] = [foldName(row.name), foldName(row.targetName)]
    return { ...folded(row, 'relation', folds), name, targetSchema: schema, target: relation, targetName }
  })

const routinesOf = async (ask: Ask, folds: boolean): Promise<readonly RoutineFound[]> => {
  const stored = await ask<RoutineFound>(ROUTINES)
  // Who may not read the table sees no loadable functions, whose names then mean what the gateway knows of them.
  const loadable = await ask<{ name: string }>(LOADABLE).catch(() => [])
  return [
    ...stored.map((row) => ({
      ...row,
      schema: folds ? row.schema.toLowerCase() : row.schema,
      name: row.name.toLowerCase(),
    })),
    ...loadable.map(({ name }) => ({
      schema: '',
      name: name.toLowerCase(),
      kind: 'LOADABLE',
      body: null,
      mode: '',
      language: 'C',
    })),
  ]
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts).toLowerCase()

const jsonColumns = async (ask: Ask): Promise<ReadonlySet<string>> => {
  const checks = await ask<{ schema: string; relation: string; clause: string }>(JSON_CHECKS)
  return new Set(
    checks.flatMap(({ schema, relation, clause }) => {
      const [, column] = /^json_valid\(`((?:[^`]|``)+)`\)$/.exec(clause) ?? []
      return column === undefined ? [] : [keyOf(schema, relation, column.replaceAll('``', '`'))]
    }),
  )
}

const declaredJson =
  (json: ReadonlySet<string>) =>
  (column: ColumnFound): ColumnFound =>
    column.type === 'longtext' && json.has(keyOf(column.schema, column.relation, column.name))
      ? { ...column, type: 'json' }
      : column

/** What was made of a row can be used again where the row is the very same. */
const same = <Row>(rows: readonly Row[], before: readonly Row[] = []): readonly Row[] => {
  const known = new Map(before.map((row) => [JSON.stringify(row), row]))
  return rows.map((row) => known.get(JSON.stringify(row)) ?? row)
}
