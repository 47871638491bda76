import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import { defaultLimits } from '@sluice/reading/limits'
import type { MysqlModes } from '../dialect/modes.ts'
import { assignedBy } from './assigned.ts'
import { isPlain, nextPiece, type Place } from './client-script.ts'
import { charsetRefusal } from './session.ts'
import { flagsOf } from './sql-mode.ts'

/** Reads a text that is sent as it is. */
type ReadText = (text: string, modes: MysqlModes) => Reading | Promise<Reading>

/** What is known of how the next text is read. `lost`: why it cannot be told any more. */
type Known = { readonly modes: MysqlModes; readonly lost?: string }

const LOST = 'follows a SET in the same text that may change how it is read; send it by itself'

/**
 * Reads a script as a client sends it, statement by statement, each as those before it have set `sql_mode`.
 * INVARIANT (deny-by-default): behind a SET that cannot be told, whatever it could change is Opaque.
 */
export const readScript = (read: ReadText, script: string, start: MysqlModes): Reading | Promise<Reading> =>
  isPlain(script) ? read(script, start) : readPieces(read, script, start)

const readPieces = async (read: ReadText, script: string, start: MysqlModes): Promise<Reading> => {
  const all: ReadStatement[] = []
  let known: Known = { modes: start }
  let place: Place = { at: 0, delimiter: ';' }
  for (let count = 0; count <= defaultLimits.statements; count++) {
    const piece = nextPiece(script, place, known.modes)
    if (piece === undefined) return all.length === 0 ? read(script, start) : all
    const rest = script.slice(place.at)
    if (known.lost !== undefined && hangsOnModes(rest)) return [...all, opaque(known.lost)]
    const reading = await read(piece.text, known.modes)
    all.push(...reading.filter(({ statement }) => statement.kind !== 'empty'))
    known = reading.reduce(knownAfter, known)
    place = piece.next
  }
  return [...all, opaque('the text is over the limit `statements`')]
}

/** Whether a text holds anything that `sql_mode` decides over. */
const hangsOnModes = (text: string): boolean => /["\\]|\|\|/.test(text)

const knownAfter = (known: Known, { statement }: ReadStatement): Known => {
  const refused = charsetRefusal(statement)
  if (refused !== undefined) return { ...known, lost: refused }
  return assignedBy(statement).reduce((before: Known, { name, value }): Known => {
    if (name !== 'sql_mode') return before
    const flags = value === undefined ? undefined : flagsOf(value)
    return flags === undefined ? { ...before, lost: LOST } : { modes: { ...before.modes, ...flags } }
  }, known)
}

const opaque = (reason: string): ReadStatement => ({
  statement: { kind: 'opaque', reason },
  canonical: '',
  fingerprint: '',
  literals: false,
  parameterCount: 0,
})
