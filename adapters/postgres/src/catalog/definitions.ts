import type { Definitions } from '@sluice/core/analysis/derive'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { Unreadable } from '@sluice/reading/unreadable'
import type { PostgresModes } from '../dialect/dialect.ts'
import { checkStrings, isUnsettled } from '../dialect/plpgsql/declarations.ts'
import { namingOf } from '../startup/client-encoding.ts'
import type { Bodies } from './routine-effects.ts'
import type { ColumnFound, RelationFound, RoutineFound, Snapshot } from './rows.ts'

/** A snapshot's definitions, read. `unread` counts the ones that could not be. */
export type Read = Definitions & {
  readonly bodies: Bodies
  /** `SELECT` of the defaults of a routine's arguments, by its id, where one is more than a constant. */
  readonly given: Bodies
  /** In the order of the snapshot's; undefined: it is not read. */
  readonly rules: readonly (Reading | undefined)[]
  /** `SELECT expression`, the same. */
  readonly defaults: readonly (Reading | undefined)[]
  readonly unread: number
}

/** The most definitions of a kind that are read; those beyond stay unproven. */
const MAX_DEFINITIONS = 20_000

/** Reads every definition through the dialect, one after the other, so that clients' statements get in between. */
export const readDefinitions = async (snapshot: Snapshot, dialect: Dialect): Promise<Read> => {
  const modes: PostgresModes = {
    standardConformingStrings: true,
    naming: namingOf(snapshot.encoding, 'UTF8'),
    major: Math.trunc(snapshot.version / 10_000),
  }
  const read1: Read1 = async (text) => dialect.read(text, modes)
  const views = new Map<number, ReadStatement>()
  for (const relation of definedIn(snapshot)) {
    const read = single(await read1(relation.definition ?? ''))
    if (read) views.set(relation.id, read)
  }
  const computed = new Map<string, ReadStatement>()
  const names = new Map(snapshot.relations.map((r) => [r.id, r]))
  for (const column of snapshot.columns.filter((c) => c.computed).slice(0, MAX_DEFINITIONS)) {
    const text = computedText(column, names.get(column.relation))
    const read = text === undefined ? undefined : single(await read1(text))
    if (read) computed.set(`${column.relation}.${column.ordinal}`, read)
  }
  const { bodies, given } = await readBodies(snapshot.routines, read1)
  return {
    views,
    computed,
    bodies,
    given,
    rules: await readAll(
      snapshot.rules.map(({ definition }) => definition),
      read1,
    ),
    defaults: await readAll(
      snapshot.defaults.map(({ expression }) => expression && `SELECT ${expression}`),
      read1,
    ),
    unread: unreadIn([...views.values(), ...computed.values(), ...[...bodies.values()].flat()]),
  }
}

const readAll = async (
  texts: readonly (string | null)[],
  read1: Read1,
): Promise<readonly (Reading | undefined)[]> => {
  const readings: (Reading | undefined)[] = []
  for (const [i, text] of texts.entries())
    readings.push(text === null || i >= MAX_DEFINITIONS ? undefined : await read1(text))
  return readings
}

const unreadIn = (read: readonly ReadStatement[]): number =>
  read.filter(({ statement }) => statement.kind === 'opaque').length

const definedIn = ({ relations }: Snapshot): readonly RelationFound[] =>
  relations.filter((r) => r.definition !== null).slice(0, MAX_DEFINITIONS)

const readBodies = async (
  routines: readonly RoutineFound[],
  read1: Read1,
): Promise<Pick<Read, 'bodies' | 'given'>> => {
  const bodies = new Map<number, Reading>()
  const given = new Map<number, Reading>()
  for (const routine of routines.filter(hasBody).slice(0, MAX_DEFINITIONS)) {
    const reading = await read1(routine.definition ?? bodyText(routine))
    const defaults = routine.defaults === null ? undefined : await read1(`SELECT ${routine.defaults}`)
    if (defaults) given.set(routine.id, defaults)
    const isText = routine.definition === null && routine.body === null
    if (!isText || isSettled(routine.source, reading))
      bodies.set(routine.id, withGiven(routine, reading, defaults))
  }
  return { bodies, given }
}

/** What runs for arguments that are left out is a part of the body; a CREATE FUNCTION has it already. */
const withGiven = ({ definition }: RoutineFound, body: Reading, given: Reading | undefined): Reading =>
  given === undefined || definition !== null || body.length === 0 ? body : [...body, ...given]

/** A body that is kept as a text is read anew by each session, under its own `standard_conforming_strings`. */
const isSettled = (source: string, reading: Reading): boolean => {
  try {
    checkStrings(source)
    return !isUnsettled(source) || reading.every(({ literals }) => !literals)
  } catch (error) {
    if (error instanceof Unreadable) return false
    throw error
  }
}

const hasBody = ({ language, definition }: RoutineFound): boolean => language === 'sql' || definition !== null

/** A body in the standard's form is `RETURN expression` or `BEGIN ATOMIC … END` as the server prints it. */
const bodyText = ({ body, source }: RoutineFound): string => {
  if (body === null) return source
  const text = body.trim()
  const atomic = /^BEGIN ATOMIC\s+([\s\S]*?)\s*END$/u.exec(text)
  if (atomic) return atomic[1] ?? ''
  return text.startsWith('RETURN ') ? `SELECT ${text.slice('RETURN '.length)}` : text
}

/** A generated column as a query of its own table. */
const computedText = (
  { expression }: ColumnFound,
  relation: RelationFound | undefined,
): string | undefined =>
  expression === null || !relation
    ? undefined
    : `SELECT ${expression} FROM ${quote(relation.schema)}.${quote(relation.name)}`

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Reads one text of the database's own, which comes in UTF-8. */
type Read1 = (text: string) => Promise<Reading>

const single = (reading: Reading): ReadStatement | undefined =>
  reading.length === 1 ? reading[0] : undefined
