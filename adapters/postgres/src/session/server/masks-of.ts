import type { ColumnMasks } from '@sluice/core/policy/decision'
import { columnMasks } from '@sluice/core/policy/masks'
import type { Session } from '../session.ts'

/** The masks that hold for the session's principal now. */
export function masksOf({ governance, who }: Session): ColumnMasks {
  return columnMasks(governance.policy(), who.principal, governance.database)
}
