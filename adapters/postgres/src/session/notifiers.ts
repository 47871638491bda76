import type { Analysis } from '@sluice/core/analysis/context'
import type { Column } from '@sluice/core/catalog/catalog'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { isMasked } from '@sluice/gateway/pipeline/near-masked'
import type { Governance } from '@sluice/gateway/session/governance'
import type { Session } from './session.ts'

/** The function that makes a notification of a value. NOTIFY takes what its client wrote, and nothing else. */
const NOTIFIES = 'pg_notify'

/** How many sessions are remembered that notified of columns; the first are forgotten first. */
const NOTIFIERS_MOST = 10_000

/** How many columns of one session. Beyond, any column may have been among them. */
const COLUMNS_MOST = 1_000

/** The columns near which a session called `pg_notify`; undefined: too many to remember. */
type Near = Set<Column> | undefined

/**
 * By the database's process id. Kept beyond the session's end: a listener hears what was said when it is idle again,
 * which may be much later. A later session with the same id is believed to have said the same.
 */
const notifiers = new WeakMap<Governance, Map<number, Near>>()

/** Keeps in mind which columns the session may notify others of. Asked for every statement that is sent. */
export function noteNotifying({ governance, processId }: Session, { facts }: Analysis): void {
  if (facts.functions.length === 0 || processId === undefined) return
  if (!facts.functions.some(({ name }) => name === NOTIFIES) || facts.columns.length === 0) return
  const known = notifiers.get(governance) ?? new Map<number, Near>()
  notifiers.set(governance, known)
  const near = known.has(processId) ? known.get(processId) : new Set<Column>()
  for (const { column } of facts.columns) near?.add(column)
  known.set(processId, near !== undefined && near.size > COLUMNS_MOST ? undefined : near)
  if (known.size <= NOTIFIERS_MOST) return
  for (const first of known.keys()) {
    known.delete(first)
    break
  }
}

/** Whether what a session of this gateway says in a notification is known to come from columns that are masked. */
export function notifiesOfMasked(governance: Governance, processId: number, masks: ColumnMasks): boolean {
  const known = notifiers.get(governance)
  if (known?.has(processId) !== true) return false
  const near = known.get(processId)
  return near === undefined || [...near].some((column) => isMasked(column, masks))
}
