import { rawRows } from '@sluice/core/mask/apply'
import type { MaskPlan } from '@sluice/core/mask/plan'
import { ProtocolViolation } from '@sluice/wire/violation'
import { frameHeader, HEADER_BYTES } from '../../framing/frame-piece.ts'
import type { Framer } from '../../framing/framer.ts'
import { backend } from '../../messages/codes.ts'
import { describedColumns } from '../../values/data-row.ts'
import { COUNT_BYTES } from '../../values/row-check.ts'
import { RowInPieces } from '../../values/row-in-pieces.ts'
import type { Running } from '../running.ts'
import { sendRows } from '../send.ts'
import type { Session } from '../session.ts'
import { countOrStop } from './rows.ts'

/** A message that is on its way to the client in pieces. `row`: what reads it, where it is a row. */
export type Passing = { readonly plan: MaskPlan; readonly row: RowInPieces | undefined }

/**
 * Begins to hand on a long DataRow or CopyData in pieces, so that it is never held whole. INVARIANT (relay-by-slice). False
 * where the next message is none, or something in it may have to be masked.
 */
export function beginPieces(
  session: Session,
  framer: Framer,
  type: number,
  run: Running,
  plan: MaskPlan,
): boolean {
  const begin = plan.pass ? framer.begin(type, COUNT_BYTES) : undefined
  if (begin === undefined) return false
  // Over a limit, its pieces are passed over.
  if (!countOrStop(session, run, 1, HEADER_BYTES + begin.length)) return true
  const { bytes, length } = begin
  const row = type === backend.DataRow ? new RowInPieces(length, describedColumns(plan)) : undefined
  row?.push(bytes)
  session.passing = { plan, row }
  sendRows(session, rawRows(plan, frameHeader(type, length)))
  sendRows(session, rawRows(plan, bytes))
  return true
}

/** Hands on what came of a message whose beginning was. */
export function passPiece(session: Session, framer: Framer): boolean {
  const piece = framer.next()
  if (piece === undefined) return false
  if (piece.kind !== 'continue')
    throw new ProtocolViolation('gateway', 'unexpected', 'a message began amid the pieces of another')
  const { passing } = session
  if (passing === undefined) return true
  passing.row?.push(piece.bytes)
  sendRows(session, rawRows(passing.plan, piece.bytes))
  if (piece.last) session.passing = undefined
  return true
}
