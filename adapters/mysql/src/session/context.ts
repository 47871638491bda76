import type { Analysis } from '@sluice/core/analysis/context'
import { unproven } from '@sluice/core/analysis/doubted'
import type { FlowPlace } from '@sluice/core/catalog/catalog'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { onceReady } from '@sluice/gateway/pipeline/once-ready'
import {
  type ReadingContext,
  type Understood,
  understand,
  understandRead,
} from '@sluice/gateway/pipeline/understand'
import { BUILTIN_SCHEMA } from '../analysis-traits/traits.ts'
import { askServer } from './ask.ts'
import type { Prepared } from './prepared.ts'
import { inDatabase, settled } from './session.ts'
import type { WireSession } from './wire-session.ts'
import { minutesAhead } from './zone.ts'

const ASKED = [
  '@@session.sql_mode',
  '@@session.character_set_client',
  'DATABASE()',
  '@@lower_case_table_names',
  '@@session.time_zone',
  '@@global.time_zone',
  '@@system_time_zone',
]

/** Bytes are the only values that `character_set_results` leaves as they are. */
const QUESTION = `SELECT ${ASKED.map((asked) => `CAST(${asked} AS BINARY)`).join(', ')} LIMIT 1`

/** Whether the database must be asked for its settings before the next text is read. */
export function mustAsk({ contextStale, text }: WireSession): boolean {
  return contextStale || text.unsure.size > 0
}

/** Asks the database how it reads texts. Throws where it does not say. */
export async function refreshContext(session: WireSession): Promise<void> {
  const [sqlMode, characterSet, database, lowerCase, ...zones] =
    (await askServer(session, QUESTION)).rows[0] ?? []
  if (typeof sqlMode !== 'string' || typeof characterSet !== 'string' || typeof lowerCase !== 'string')
    throw new Error('the database did not say how it reads texts')
  const [own = '', global = '', system = ''] = zones.map((zone) => zone ?? '')
  const told = {
    ...settled(session.text, sqlMode, characterSet),
    minutesAhead: minutesAhead({ session: own, global, system }),
  }
  const modes = { ...told.modes, lowerCaseTableNames: lowerCase !== '0' }
  session.text = inDatabase({ ...told, modes }, database ?? undefined)
  session.contextStale = false
}

/** Reads a text in the session's context. Rejects when no catalog can be had. */
export function readText(
  session: WireSession,
  text: string,
): readonly Understood[] | Promise<readonly Understood[]> {
  return understand(session.governance, text, contextOf(session))
}

/** The same for a command that no text says. */
export function readCommand(session: WireSession, read: ReadStatement): Analysis | Promise<Analysis> {
  return understandRead(session.governance, read, contextOf(session))
}

/** The same for a statement that was prepared before: names mean what they meant then, in the tables of today. */
export function readAgain(session: WireSession, prepared: Prepared): Analysis | Promise<Analysis> {
  const context = { ...contextOf(session), names: prepared.names }
  const analysis = understandRead(session.governance, prepared.read, context)
  return onceReady(analysis, (now) => hidden(session, now))
}

/** What a statement means here: of a table that a temporary one hides nothing is proven. INVARIANT (no-unproven-column). */
export function hidden({ text, obscured }: WireSession, analysis: Analysis): Analysis {
  const { temporaryTables } = text
  if (!obscured && temporaryTables.size === 0) return analysis
  const { facts } = analysis
  const hides = (schema: string, name: string): boolean =>
    obscured || temporaryTables.has(`${schema}.${name}`)
  if (!obscured && !facts.tables.some(({ schema, name }) => hides(schema, name))) return analysis
  // A column that the catalog's table does not have is one of the temporary table, which is known by its name.
  const own = (facts.unlisted?.reads ?? []).filter(({ schema, table }) => hides(schema, table))
  const reads = own.map(({ table }): FlowPlace => ({ schema: '', table, made: false }))
  return unproven({ ...analysis, facts: { ...facts, reads: [...(facts.reads ?? []), ...reads] } })
}

function contextOf({ text }: WireSession): ReadingContext {
  const { database, modes, names } = text
  const searchPath = database === undefined ? [BUILTIN_SCHEMA] : [BUILTIN_SCHEMA, database]
  return {
    modes,
    names: { database: database ?? '', searchPath },
    session: names,
    catalogDirty: false,
  }
}

/** How names are looked up now: what a statement that is prepared now keeps. */
export function namesNow(session: WireSession): ReadingContext['names'] {
  return contextOf(session).names
}

/** Statements that read the same under every setting: the question before them would take away what they ask for. */
const ASKED_FOR_NOTHING: ReadonlySet<string> = new Set([
  'show warnings',
  'show errors',
  'show count(*) warnings',
  'show count(*) errors',
])

const figure =
  '(?:(?:row_count|found_rows|last_insert_id)\\(\\s*\\)|@@(?:session\\.)?(?:warning|error)_count)(?:\\s+(?:as\\s+)?\\w+)?'
const figures = new RegExp(`^select\\s+${figure}(?:\\s*,\\s*${figure})*$`, 'i')

/** Longer texts, in characters, are none of them. INVARIANT (hostile-both-sides): what is matched here is the client's. */
const LONGEST_ASKED_FOR_NOTHING = 256

/** Whether a statement may be read without asking: it shows what the statement before left behind. */
export function needsNoAnswer(text: string): boolean {
  if (text.length > LONGEST_ASKED_FOR_NOTHING) return false
  const bare = text.replace(/;\s*$/, '').trim()
  const words = bare
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/ limit \d+(?: ?, ?\d+)?$/, '')
  return ASKED_FOR_NOTHING.has(words) || figures.test(bare)
}
