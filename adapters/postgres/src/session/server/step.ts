import type { MaskPlan } from '@sluice/core/mask/plan'
import { recorded } from '@sluice/gateway/pipeline/admit'
import type { Step } from '@sluice/wire/pump'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { CopyMasker } from '../../copy/copy-masker.ts'
import type { Framer } from '../../framing/framer.ts'
import { backend } from '../../messages/codes.ts'
import { maskDataRows, passDataRows, restOfRun } from '../../values/data-row.ts'
import type { Expectation } from '../expectations.ts'
import type { Running } from '../running.ts'
import { sendRows } from '../send.ts'
import type { Session } from '../session.ts'
import { emitCopied } from './copy.ts'
import { handleServerFrame } from './dispatch.ts'
import { emit } from './emit.ts'
import { beginPieces, passPiece } from './pieces.ts'
import { countOrStop, limitedRun, planOf, runOf } from './rows.ts'

/** Bytes queued for the client at which they are written before more is read. */
const FLUSH_BYTES = 256 * 1024

/** Takes the database's next message, or a run of rows that leave as they came. */
export function serverStep(session: Session, framer: Framer): Step {
  if (session.toClient.blocked) return session.toClient.drained()
  if (session.toClient.waitingBytes >= FLUSH_BYTES) session.toClient.flush()
  if (framer.buffered === 0) return false
  if (framer.streaming) return passPiece(session, framer)
  const owed = session.expectations.head
  const run = runOf(owed)
  const wait = owed === undefined || run === undefined ? undefined : unrecorded(session, owed, run)
  if (wait !== undefined) return wait
  const relayed = owed !== undefined && run !== undefined && relayRun(session, framer, owed, run)
  if (relayed !== false) return relayed
  const piece = framer.next()
  if (piece === undefined) return false
  // Other messages of the database are framed whole.
  if (piece.kind !== 'frame') throw new ProtocolViolation('gateway', 'limit', 'a reply came in pieces')
  handleServerFrame(session, piece)
  framer.release()
  return run?.copy?.full === true ? sendRestOfCopy(session, run.copy) : true
}

/**
 * INVARIANT (record-before-effect): no byte of a result leaves before the records of all its text's statements. Each was
 * taken, or `admit` had given no permit: the last is the highest.
 */
function unrecorded(session: Session, owed: Expectation, run: Running): Promise<void> | undefined {
  const last = owed.kind === 'query' ? (owed.runs.at(-1) ?? run) : run
  return recorded(session.governance, last.execution)
}

/** INVARIANT (relay-by-slice): what needs no mask goes on as slices of what was received; other rows run by run. */
function relayRun(session: Session, framer: Framer, owed: Expectation, run: Running): Step {
  if (run.overLimit !== undefined) return false
  if (owed.state === 'query-rows' || owed.state === 'execute-rows')
    return relayRows(session, framer, owed, run)
  if (owed.state !== 'copy-out' || owed.kind === 'replication') return false
  return run.plan?.pass === true && relayCopyData(session, framer, run, run.plan)
}

function relayCopyData(session: Session, framer: Framer, run: Running, plan: MaskPlan): boolean {
  const messages = limitedRun(session, framer, backend.CopyData, run)
  if (messages === undefined) return beginPieces(session, framer, backend.CopyData, run, plan)
  if (!countOrStop(session, run, messages.count, messages.bytes.length)) return true
  emit(session, messages.bytes)
  return true
}

function relayRows(session: Session, framer: Framer, owed: Expectation, run: Running): Step {
  const plan = planOf(session, owed, run)
  const rows = limitedRun(session, framer, backend.DataRow, run)
  if (rows === undefined) return beginPieces(session, framer, backend.DataRow, run, plan)
  if (!countOrStop(session, run, rows.count, rows.bytes.length)) return true
  if (plan.pass) {
    sendRows(session, passDataRows(plan, rows.bytes))
    return true
  }
  sendRows(session, maskDataRows(plan, rows.bytes))
  const rest = restOfRun()
  return rest === undefined ? true : sendRest(session, plan, rest)
}

/**
 * Rows that grow by their masks: the client takes what is masked before more is. INVARIANT (relay-by-slice): what waits for
 * a slow client is bounded, whatever a mask makes of a short row.
 */
async function sendRest(session: Session, plan: MaskPlan, rest: Buffer): Promise<void> {
  for (let left: Buffer | undefined = rest; left !== undefined; left = restOfRun()) {
    if (!(await taken(session))) return
    sendRows(session, maskDataRows(plan, left))
  }
}

/** The same of a COPY, many rows of which may be in one message. */
async function sendRestOfCopy(session: Session, copy: CopyMasker): Promise<void> {
  while (copy.full && (await taken(session))) emitCopied(session, copy.more())
}

/** The client has taken what was queued; false: the session is over. */
async function taken(session: Session): Promise<boolean> {
  session.toClient.flush()
  await session.toClient.drained()
  return !session.over
}
