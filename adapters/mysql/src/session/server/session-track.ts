import type { Facts } from '@sluice/core/analysis/facts'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import type { OkPacket } from '../../messages/ok-packet.ts'
import type { SessionChange } from '../../messages/session-state.ts'
import { status } from '../../messages/status-flags.ts'
import { inCharacterSet, inDatabase, withModes } from '../session.ts'
import { flagsOf } from '../sql-mode.ts'
import type { WireSession } from '../wire-session.ts'

/** The servers' own counts: `Rows matched: 1  Changed: 1  Warnings: 0`. */
const COUNTS = /^(?:[A-Z][a-z]+(?: [a-z]+)?: \d+ *)*$/s

/** Settings whose value is of a limited kind: no statement can have filled them from a row. */
const PLAIN: ReadonlySet<string> = new Set([
  'autocommit',
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'collation_connection',
  'sql_mode',
  'time_zone',
  'transaction_isolation',
  'transaction_read_only',
  'tx_isolation',
  'tx_read_only',
])

const SAFE_TEXT = /^[\w :,;.*-]*$/

/** What of an OK packet a principal may see to whom something is masked. The same value where all of it is. */
export function seenOk(
  ok: OkPacket,
  warnings: number,
  masks: ColumnMasks,
  facts: Facts | undefined,
): OkPacket {
  if (!masks.any) return ok
  const changes = ok.changes.filter(isPlain)
  // That the words were missing would tell that there were warnings.
  const info = COUNTS.test(ok.info) ? ok.info.replace(/(?<=Warnings: )\d+$/, String(warnings)) : ''
  const lastInsertId = facts !== undefined && setsInsertId(facts, masks) ? 0n : ok.lastInsertId
  const same = changes.length === ok.changes.length && info === ok.info && lastInsertId === ok.lastInsertId
  return same && warnings === ok.warnings ? ok : { ...ok, changes, info, lastInsertId, warnings }
}

function isPlain(change: SessionChange): boolean {
  switch (change.kind) {
    case 'variable':
      return PLAIN.has(change.name)
    case 'schema':
      return true
    case 'state':
      return SAFE_TEXT.test(change.changed)
    case 'gtids':
      return SAFE_TEXT.test(change.gtids)
    case 'transaction-characteristics':
      return SAFE_TEXT.test(change.statements)
    case 'transaction-state':
      return SAFE_TEXT.test(change.state)
  }
}

/** LAST_INSERT_ID(expression) puts a value of its own into the packet. */
function setsInsertId({ functions, columns }: Facts, masks: ColumnMasks): boolean {
  return (
    functions.some(({ name }) => name === 'last_insert_id') &&
    columns.some(({ column }) => masks.forColumn(column) !== undefined)
  )
}

/** What the database says of the session behind a command. INVARIANT: the gateway's picture advances on its word. */
export function noteStatus(session: WireSession, flags: number): void {
  session.status = flags
  const escapes = (flags & status.NO_BACKSLASH_ESCAPES) !== 0
  if (escapes !== session.text.modes.noBackslashEscapes) session.contextStale = true
}

/** What the database says has changed, where it was asked to say it. */
export function noteChanges(session: WireSession, changes: readonly SessionChange[]): void {
  for (const change of changes) {
    if (change.kind === 'schema') session.text = inDatabase(session.text, change.name)
    if (change.kind !== 'variable') continue
    if (change.name === 'character_set_client') session.text = inCharacterSet(session.text, change.value)
    if (change.name === 'sql_mode') {
      const flags = flagsOf(change.value)
      if (flags === undefined) session.contextStale = true
      else session.text = withModes(session.text, flags)
    }
  }
}
