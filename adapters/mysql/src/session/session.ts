import type { Analysis, SessionNames } from '@sluice/core/analysis/context'
import { NO_NAMES, namesAfter, namesWithoutTexts } from '@sluice/core/analysis/names-after'
import type { Ddl, Statement } from '@sluice/core/statement/command'
import { isAsciiSafe } from '../dialect/charsets.ts'
import type { MysqlModes } from '../dialect/modes.ts'
import { type Assigned, assignedBy } from './assigned.ts'
import { flagsOf, type ModeFlags, sameFlags } from './sql-mode.ts'
import { readsAlike } from './text.ts'

/** What a session has set that changes how its next text is read: a value. */
export type MysqlSession = {
  readonly modes: MysqlModes
  /** The current database; undefined where none is. */
  readonly database: string | undefined
  /** `character_set_client` in lower case. */
  readonly characterSet: string
  /** Prepared statements by name. */
  readonly names: SessionNames
  /** True where the text of one of them may be beyond ASCII. */
  readonly namesBeyondAscii: boolean
  /** Ids of the distributed transactions that it has begun and not ended. */
  readonly distributed: ReadonlySet<string>
  /** Temporary tables as `database.table`: they hide tables of the catalog. May hold some that are gone again. */
  readonly temporaryTables: ReadonlySet<string>
  /**
   * Settings that cannot be told any more: `sql_mode`, `character_set_client`, `time_zone`. The server must be asked for them, with
   * `settled` for its answer, before the next text is read.
   */
  readonly unsure: ReadonlySet<string>
  /** How often it may have changed how values are sent, also those of a cursor that is open: see `ROW_SETTINGS`. */
  readonly rowChanges: number
  /** See `minutesAhead`; undefined also until the server said it. */
  readonly minutesAhead: number | undefined
}

/** What the server answered: an OK or rows, or an error. */
export type Outcome = 'done' | 'failed'

/** A session right after its login, or after COM_CHANGE_USER or COM_RESET_CONNECTION. */
export const freshSession = (
  modes: MysqlModes,
  database: string | undefined,
  characterSet: string,
): MysqlSession => ({
  modes,
  database,
  characterSet: characterSet.toLowerCase(),
  names: NO_NAMES,
  namesBeyondAscii: false,
  distributed: new Set(),
  temporaryTables: new Set(),
  unsure: new Set(),
  rowChanges: 0,
  minutesAhead: undefined,
})

/** Settings that say in which character set the client's text is, as SET NAMES and SET CHARACTER SET name them. */
const CHARSETS: ReadonlySet<string> = new Set(['names', 'character set', 'character_set_client'])

/** Settings by which a server writes values. */
const ROW_SETTINGS: ReadonlySet<string> = new Set([
  'names',
  'character set',
  'character_set_results',
  'time_zone',
])

/** The session with its values written anew. */
export const withRowChange = (session: MysqlSession): MysqlSession => ({
  ...session,
  rowChanges: session.rowChanges + 1,
})

/** Why a statement must not be sent: it would have later text in a character set that cannot be read safely. */
export const charsetRefusal = (statement: Statement): string | undefined => {
  if (statement.kind === 'prepare') return charsetRefusal(statement.statement)
  if (statement.kind === 'procedural')
    return statement.statements.map(charsetRefusal).find((reason) => reason !== undefined)
  for (const { name, value } of assignedBy(statement)) {
    if (!CHARSETS.has(name) || value === undefined || value === 'default') continue
    if (!isAsciiSafe(value.toLowerCase()))
      return `the character set \`${value}\` is refused, a quote in it may be part of another character; use \`utf8mb4\``
  }
  return undefined
}

/**
 * The session behind one statement that the server has answered. ROLLBACK takes nothing of it back: MySQL and MariaDB
 * keep settings, prepared statements and temporary tables ("ROLLBACK", "SET Syntax for Variable Assignment").
 * `database`: where the statement looked names up, that of its PREPARE where it was prepared.
 */
export const sessionAfter = (
  session: MysqlSession,
  statement: Statement,
  analysis: Analysis,
  outcome: Outcome,
  database: string | undefined = session.database,
): MysqlSession => {
  if (outcome === 'failed') return afterFailure(session, statement, analysis)
  const names = analysis.changes.reduce(namesAfter, session.names)
  const after = assignedBy(statement).reduce(afterSetting, { ...session, names })
  return ran(statement).reduce((before, one) => afterDefinition(before, one, database), after)
}

/** The server's own word on its settings, as `SELECT @@sql_mode, @@character_set_client` answers. */
export const settled = (session: MysqlSession, sqlMode: string, characterSet: string): MysqlSession => {
  const flags = flagsOf(sqlMode)
  const unsure = new Set(flags === undefined ? ['sql_mode'] : [])
  return { ...withModes(inCharacterSet(session, characterSet), flags), unsure }
}

/**
 * The session with its text in another character set, by which a server reads a prepared text anew as well: see
 * `withModes`. In ASCII it is the same in all of them.
 */
export const inCharacterSet = (session: MysqlSession, name: string): MysqlSession => {
  const characterSet = name.toLowerCase()
  if (!session.namesBeyondAscii || readsAlike(session.characterSet, characterSet))
    return { ...session, characterSet }
  return { ...session, characterSet, names: NO_NAMES, namesBeyondAscii: false }
}

/**
 * A server may read a prepared text anew when a table has changed, and then by the mode of that day: what was prepared
 * under another, or before one that is not read (undefined), is not known any more. INVARIANT (deny-by-default).
 */
export const withModes = (session: MysqlSession, flags: ModeFlags | undefined): MysqlSession => {
  if (flags === undefined) return { ...session, names: NO_NAMES }
  if (sameFlags(session.modes, flags)) return session
  return { ...session, modes: { ...session.modes, ...flags }, names: NO_NAMES }
}

/**
 * The session in another database. What was prepared before means what it meant there: the servers keep the database of
 * PREPARE with it, so that its text is not read anew in this one. INVARIANT (no-unproven-column).
 */
export const inDatabase = (session: MysqlSession, database: string | undefined): MysqlSession => {
  if (session.database === database) return session
  return { ...session, database, names: namesWithoutTexts(session.names) }
}

/** PREPARE takes an older statement of the name away before it fails; code may have got half way. */
const afterFailure = (session: MysqlSession, statement: Statement, analysis: Analysis): MysqlSession => {
  if (statement.kind === 'prepare')
    return { ...session, names: namesAfter(session.names, { kind: 'deallocate', name: statement.name }) }
  return analysis.changes.some(({ kind }) => kind === 'names-void')
    ? { ...session, names: NO_NAMES }
    : session
}

const afterSetting = (before: MysqlSession, { name, value }: Assigned): MysqlSession => {
  const session = ROW_SETTINGS.has(name) ? withRowChange(before) : before
  if (name === 'database') return value === undefined ? session : inDatabase(session, value)
  // The server says which zone a value stands for.
  if (name === 'time_zone') return doubting(session, name)
  if (name === 'sql_mode') {
    const flags = value === undefined ? undefined : flagsOf(value)
    if (flags === undefined) return doubting(session, 'sql_mode')
    return sure(withModes(session, flags), 'sql_mode')
  }
  if (!CHARSETS.has(name)) return session
  if (value === undefined || value === 'default') return doubting(session, 'character_set_client')
  return sure(inCharacterSet(session, value), 'character_set_client')
}

const doubting = (session: MysqlSession, name: string): MysqlSession => ({
  ...session,
  unsure: new Set([...session.unsure, name]),
})

const sure = (session: MysqlSession, name: string): MysqlSession =>
  session.unsure.has(name)
    ? { ...session, unsure: new Set([...session.unsure].filter((other) => other !== name)) }
    : session

/** The statement itself, or what ran inside it. */
const ran = (statement: Statement): readonly Statement[] =>
  statement.kind === 'procedural' ? statement.statements.flatMap(ran) : [statement]

const afterDefinition = (
  session: MysqlSession,
  statement: Statement,
  database: string | undefined,
): MysqlSession => {
  if (statement.kind !== 'ddl' || statement.object !== 'table') return session
  if (statement.verb === 'create' && statement.temporary)
    return withTables(session, statement, database, true)
  return statement.verb === 'drop' ? withTables(session, statement, database, false) : session
}

const withTables = (
  session: MysqlSession,
  { names }: Ddl,
  database: string | undefined,
  made: boolean,
): MysqlSession => {
  const temporaryTables = new Set(session.temporaryTables)
  for (const name of names) {
    const path = name.length > 1 ? name.join('.') : `${database ?? ''}.${name.at(-1) ?? ''}`
    if (made) temporaryTables.add(path)
    else temporaryTables.delete(path)
  }
  return { ...session, temporaryTables }
}
