import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { quoteName } from '../dialect/lexer/quoted.ts'
import type { MysqlModes } from '../dialect/modes.ts'
import { flagsOf } from '../session/sql-mode.ts'
import { bodyStatements } from './routine-body.ts'
import type { About, ColumnFound, RelationFound, RoutineFound, Snapshot } from './rows.ts'

/** A snapshot's definitions, read. */
export type Read = {
  readonly views: ReadonlyMap<RelationFound, ReadStatement>
  readonly computed: ReadonlyMap<ColumnFound, ReadStatement>
  /** Absent: the body is not plain SQL, or cannot be seen. */
  readonly bodies: ReadonlyMap<RoutineFound, readonly Reading[]>
  /** How many of them are not understood. */
  readonly unread: number
}

/** The most definitions of a kind that are read; those beyond stay unproven. */
const MAX_DEFINITIONS = 20_000

/** How the server prints definitions, whatever `sql_mode` they were made under. */
const printed = ({ mariadb, version, folds }: About): MysqlModes => ({
  ansiQuotes: false,
  noBackslashEscapes: false,
  pipesAsConcat: false,
  lowerCaseTableNames: folds,
  mariadb,
  version,
})

/** Reads every definition through the dialect, one after the other, so that clients' statements get in between. */
export const readDefinitions = async (
  { about, relations, columns, routines }: Snapshot,
  dialect: Dialect<MysqlModes>,
): Promise<Read> => {
  const modes = printed(about)
  const views = new Map<RelationFound, ReadStatement>()
  for (const relation of relations.filter((r) => r.definition !== null).slice(0, MAX_DEFINITIONS)) {
    const read = single(await dialect.read(relation.definition ?? '', modes))
    if (read) views.set(relation, read)
  }
  const computed = new Map<ColumnFound, ReadStatement>()
  for (const column of columns.filter(isComputed).slice(0, MAX_DEFINITIONS)) {
    const read = single(await dialect.read(computedText(column, about), modes))
    if (read) computed.set(column, read)
  }
  const bodies = new Map<RoutineFound, readonly Reading[]>()
  for (const routine of routines.slice(0, MAX_DEFINITIONS)) {
    const readings = await readBody(routine, modes, dialect)
    if (readings) bodies.set(routine, readings)
  }
  const all = [...views.values(), ...computed.values(), ...[...bodies.values()].flat(2)]
  return {
    views,
    computed,
    bodies,
    unread: all.filter(({ statement }) => statement.kind === 'opaque').length,
  }
}

/** True where the server makes the value of others in the row: of them it keeps an expression. */
export const isComputed = ({ expression, extra }: ColumnFound): boolean =>
  expression !== null && expression !== '' && /GENERATED|VIRTUAL|PERSISTENT/i.test(extra)

/** Both servers say INVISIBLE among what else a column is. */
export const isHidden = ({ extra }: ColumnFound): boolean => /\bINVISIBLE\b/i.test(extra)

/** The first version of MySQL with a data dictionary, which shows expressions with quotes and backslashes escaped. */
const DICTIONARY_VERSION = 80_000

/** A generated column as a query of its own table. */
const computedText = ({ expression, schema, relation }: ColumnFound, { mariadb, version }: About): string => {
  const shown = expression ?? ''
  const text = mariadb || version < DICTIONARY_VERSION ? shown : shown.replaceAll(/\\([\s\S])/g, '$1')
  return `SELECT ${text} FROM ${quoteName(schema)}.${quoteName(relation)}`
}

const readBody = async (
  { body, mode, language }: RoutineFound,
  printedModes: MysqlModes,
  dialect: Dialect<MysqlModes>,
): Promise<readonly Reading[] | undefined> => {
  const flags = flagsOf(mode)
  if (body === null || language !== 'SQL' || flags === undefined) return undefined
  const modes = { ...printedModes, ...flags }
  const texts = bodyStatements(body, modes)
  if (texts === undefined) return undefined
  const readings: Reading[] = []
  for (const text of texts) readings.push(await dialect.read(text, modes))
  return readings
}

const single = (reading: Reading): ReadStatement | undefined =>
  reading.length === 1 ? reading[0] : undefined
