import { rawRows } from '@sluice/core/mask/apply'
import type { MaskPlan } from '@sluice/core/mask/plan'
import { leftNow } from '@sluice/gateway/pipeline/spend'
import type { Step } from '@sluice/wire/pump'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Frame } from '../../framing/frame-piece.ts'
import { HEADER_BYTES } from '../../framing/packets.ts'
import { BINARY_ROW_HEADER } from '../../messages/binary-resultset-row.ts'
import { isTextRow } from '../../messages/text-resultset-row.ts'
import { maskRowPackets, rowChecker } from '../../values/rows.ts'
import type { Exchange } from '../exchange.ts'
import type { Running } from '../running.ts'
import { sendRows } from '../send.ts'
import type { WireSession } from '../wire-session.ts'
import { numberPackets } from './emit.ts'
import { countOrStop } from './over-limit.ts'

/** Whether a message where rows are due is one. */
export function isRow(owed: Exchange, type: number, payloadBytes: number): boolean {
  return owed.kind === 'query' || owed.kind === 'ask'
    ? isTextRow(type, payloadBytes)
    : type === BINARY_ROW_HEADER
}

const ROW_STATES: ReadonlySet<string> = new Set(['query-rows', 'execute-rows', 'fetch'])

/** INVARIANT (relay-by-slice): rows of a result that needs no mask go on as slices of what was received; others run by run. */
export function relayRows(session: WireSession, owed: Exchange): Step {
  const { run } = owed
  if (run === undefined || run.overLimit !== undefined || !ROW_STATES.has(owed.state)) return false
  const left = leftNow(session.governance, run)
  let size = 0
  const packets = session.upstreamFramer.run((bytes, start, end) => {
    size += end - start
    return size <= left.bytes && isRow(owed, bytes[start] ?? -1, end - start)
  }, left.rows)
  if (packets === undefined) return false
  if (!countOrStop(session, run, packets.count, packets.bytes.length - packets.count * HEADER_BYTES))
    return true
  const rest = send(session, owed, run, {
    bytes: packets.bytes,
    rows: packets.count,
    packets: packets.count,
  })
  return rest === undefined ? true : sendRest(session, owed, run, rest)
}

/** One row: near a row limit, cut by the network, or of several packets. */
export function handleRow(session: WireSession, owed: Exchange, run: Running, frame: Frame): void {
  if (!countOrStop(session, run, 1, frame.payload.length)) return
  send(session, owed, run, { bytes: frame.raw, rows: 1, packets: frame.packets })
}

type Rows = { readonly bytes: Buffer; readonly rows: number; readonly packets: number }

/**
 * Every row is read to its last cell, also where it goes on as it came. INVARIANT (no-unread-bytes). Gives what is left to
 * be masked, see `sendRest`.
 */
function send(
  session: WireSession,
  owed: Exchange,
  run: Running,
  { bytes, rows, packets }: Rows,
): Buffer | undefined {
  const plan = planOf(run)
  if (!plan.pass) return sendMasked(session, owed, plan, bytes)
  rowChecker(owed.columns)(bytes, rows)
  numberPackets(bytes, 0, bytes.length, session.replySequence)
  session.replySequence = (session.replySequence + packets) & 0xff
  sendRows(session, rawRows(plan, bytes))
  return undefined
}

/** INVARIANT (no-unproven-column): rows leave by a plan, or not at all. */
function planOf({ plan }: Running): MaskPlan {
  if (plan === undefined)
    throw new ProtocolViolation('upstream', 'unexpected', 'rows came before their description')
  return plan
}

/** Gives what is left of the rows where their masks make much of them; undefined: nothing. */
function sendMasked(session: WireSession, owed: Exchange, plan: MaskPlan, bytes: Buffer): Buffer | undefined {
  const masked = maskRowPackets(plan, owed.columns, bytes, session.replySequence)
  session.replySequence = masked.sequence
  sendRows(session, masked.rows)
  return masked.rest
}

/**
 * Rows that grow by their masks: the client takes what is masked before more is. INVARIANT (relay-by-slice): what waits for
 * a slow client is bounded, whatever a mask makes of a short row.
 */
async function sendRest(session: WireSession, owed: Exchange, run: Running, rest: Buffer): Promise<void> {
  const plan = planOf(run)
  for (let left: Buffer | undefined = rest; left !== undefined; ) {
    session.toClient.flush()
    await session.toClient.drained()
    if (session.over) return
    left = sendMasked(session, owed, plan, left)
  }
}
