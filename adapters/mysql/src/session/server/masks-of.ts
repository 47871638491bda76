import type { ColumnMasks } from '@sluice/core/policy/decision'
import { columnMasks } from '@sluice/core/policy/masks'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'

/** The masks that hold for what the database is doing, or else for the session's principal now. */
export function masksOf({ governance, who }: WireSession, owed: Exchange | undefined): ColumnMasks {
  return (
    owed?.run?.execution.decision.obligations.masks ??
    columnMasks(governance.policy(), who.principal, governance.database)
  )
}
