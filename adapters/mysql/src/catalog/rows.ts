import { MAX_ROWS, notTooMany } from '@sluice/gateway/catalog/reader'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { ABOUT, EVENTS, LOADABLE, ROUTINES } from './queries.ts'

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
  /** A value must be there, or stands in an index; 0: neither. */
  readonly kept: number
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
type EventFound = { readonly body: string | null }

/** A column of a foreign key, and the one that it refers to. */
export type ReferenceFound = {
  readonly schema: string
  readonly relation: string
  readonly name: string
  readonly targetSchema: string
  readonly target: string
  readonly targetName: string
}

/** What decides by the columns that it names whether a row may be in a table, or where. */
export type TestFound = {
  readonly schema: string
  readonly relation: string
  readonly text: string
  /** It may compare for equality alone, as its text says; 0: it does not. */
  readonly list: number
}

/** Which server it is. */
export type About = {
  readonly mariadb: boolean
  /** As the servers count: 80036 for 8.0.36, 101119 for 10.11.19. */
  readonly version: number
  /** Names of databases and tables are the same in any case. */
  readonly folds: boolean
  /** They are kept as they were written all the same (`lower_case_table_names = 2`). */
  readonly keepsCase: boolean
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
  readonly tests: readonly TestFound[]
  /** Two snapshots of one reader with equal ones are the very same. */
  readonly hash: string
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
    return notTooMany(rows as Row[], 'server')
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
    keepsCase: row.folding === 2,
  }
}

/** What stands beside tables: it is read whole each time that anything but tables may have changed. */
export type Beside = Pick<Snapshot, 'routines' | 'events'>

/** Reads it. */
export const readBeside = async (ask: Ask, { folds }: About): Promise<Beside> => ({
  routines: await routinesOf(ask, folds),
  events: await ask<EventFound>(EVENTS),
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
