import type { ScriptDialect } from '@sluice/core/analysis/script/state'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import type { Dialect, LexerModes } from '@sluice/gateway/ports/dialect'

/** What it takes to explain statements of one database system, in a session that has set nothing. */
export type ExplainDialect = {
  /** `db.system.name`. */
  readonly system: string
  /** How the statements of a text follow one another. */
  readonly script: ScriptDialect
  readonly read: (sql: string) => Reading | Promise<Reading>
  readonly close: () => Promise<void>
  /** The one form of a name that the dialect's statements have it in; a catalog's names are brought into it. */
  readonly fold: (name: string) => string
  /** The same for names of columns, where these are folded another way. */
  readonly foldColumn?: (name: string) => string
  /** True where a schema is a database: a catalog that names no database is of the one that its first table is in. */
  readonly schemasAreDatabases?: boolean
  /** What the database of a catalog is called that does not say. */
  readonly database: string
  /** How names are looked up in a session on `database`. */
  readonly searchPath: (database: string) => readonly string[]
}

/** Nobody's session waits behind a text that is explained: an answer late is better than none. */
const limits = { parseTimeoutMs: 10_000 }

type Closable<Modes extends LexerModes> = Dialect<Modes> & { close(): Promise<void> }

const inModes = <Modes extends LexerModes>(
  dialect: Closable<Modes>,
  modes: Modes,
  script: ScriptDialect,
  searchPath: ExplainDialect['searchPath'],
): ExplainDialect => ({
  system: dialect.system,
  script,
  read: (sql) => dialect.read(sql, modes),
  close: () => dialect.close(),
  fold: (name) => name,
  database: 'database',
  searchPath,
})

const mysql = async (server: {
  readonly mariadb: boolean
  readonly version: number
}): Promise<ExplainDialect> => {
  const [{ mysqlDialect }, { BUILTIN_SCHEMA }, { mysqlScript }, { readScript }] = await Promise.all([
    import('@sluice/adapter-mysql/dialect/dialect'),
    import('@sluice/adapter-mysql/analysis-traits/traits'),
    import('@sluice/adapter-mysql/analysis-traits/script'),
    import('@sluice/adapter-mysql/session/read-script'),
  ])
  const modes = {
    ansiQuotes: false,
    noBackslashEscapes: false,
    pipesAsConcat: false,
    lowerCaseTableNames: false,
    ...server,
  }
  const dialect = mysqlDialect({ limits })
  return {
    ...inModes(dialect, modes, mysqlScript, (database) => [BUILTIN_SCHEMA, database]),
    read: (sql) => readScript((text, known) => dialect.read(text, known), sql, modes),
    foldColumn: (name) => name.toLowerCase(),
    schemasAreDatabases: true,
  }
}

/** A script is sent batch by batch, and each is lexed as the ones before have set it. */
const sqlserver = async (): Promise<ExplainDialect> => {
  const [
    { sqlserverDialect },
    { batchesOf },
    { foldName },
    { modesAfter },
    { DEFAULT_PATH, sqlserverScript },
  ] = await Promise.all([
    import('@sluice/adapter-sqlserver/dialect/dialect'),
    import('@sluice/adapter-sqlserver/dialect/client-script'),
    import('@sluice/adapter-sqlserver/dialect/lexer/fold'),
    import('@sluice/adapter-sqlserver/dialect/modes'),
    import('@sluice/adapter-sqlserver/analysis-traits/script'),
  ])
  const dialect = sqlserverDialect({ limits })
  const start = { quotedIdentifier: true }
  const readAll = async (batches: readonly string[]): Promise<Reading> => {
    const all: ReadStatement[] = []
    let modes = start
    for (const batch of batches) {
      const reading = await dialect.read(batch, modes)
      modes = reading.reduce((before, { statement }) => modesAfter(before, statement), modes)
      all.push(...reading)
    }
    return all
  }
  const read = (script: string): Reading | Promise<Reading> => {
    const batches = batchesOf(script)
    const [only] = batches
    return batches.length === 1 && only !== undefined ? dialect.read(only, start) : readAll(batches)
  }
  const own = inModes(dialect, start, sqlserverScript, () => DEFAULT_PATH)
  // A catalog that names no database is that of the first one used.
  return { ...own, read, fold: foldName, database: '' }
}

/** The dialects by the name a user gives; each is loaded only when it is asked for. */
export const explainDialects: Readonly<Record<string, () => Promise<ExplainDialect>>> = {
  postgresql: async () => {
    const [{ postgresDialect }, { postgresScript }] = await Promise.all([
      import('@sluice/adapter-postgres/dialect/dialect'),
      import('@sluice/adapter-postgres/analysis-traits/script'),
    ])
    const path = ['pg_catalog', 'public']
    return inModes(
      postgresDialect({ limits }),
      { standardConformingStrings: true },
      postgresScript,
      () => path,
    )
  },
  mysql: () => mysql({ mariadb: false, version: 80_400 }),
  mariadb: () => mysql({ mariadb: true, version: 101_100 }),
  sqlserver,
}

/** Other names people use. */
const aliases: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  pg: 'postgresql',
  mssql: 'sqlserver',
  tsql: 'sqlserver',
  'microsoft.sql_server': 'sqlserver',
}

/** The name in the table above, where there is one. */
export const dialectNamed = (name: string): string | undefined => {
  const folded = name.toLowerCase()
  const named = aliases[folded] ?? folded
  return Object.hasOwn(explainDialects, named) ? named : undefined
}
