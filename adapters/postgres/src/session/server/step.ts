import { recorded } from '@sluice/gateway/pipeline/admit'
import type { Step } from '@sluice/wire/pump'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Framer } from '../../framing/framer.ts'
import { backend } from '../../messages/codes.ts'
import { maskDataRows, passDataRows } from '../../values/data-row.ts'
import type { Expectation } from '../expectations.ts'
import type { Running } from '../running.ts'
import { sendRows } from '../send.ts'
import type { Session } from '../session.ts'
import { handleServerFrame } from './dispatch.ts'
import { emit } from './emit.ts'
import { countRows, limitedRun, planOf, runOf } from './rows.ts'

/** Bytes queued for the client at which they are written before more is read. */
const FLUSH_BYTES = 256 * 1024

/** Takes the database's next message, or a run of rows that leave as they came. */
export function serverStep(session: Session, framer: Framer): Step {
  if (session.toClient.blocked) return session.toClient.drained()
  if (session.toClient.waitingBytes >= FLUSH_BYTES) session.toClient.flush()
  if (framer.buffered === 0) return false
  const owed = session.expectations.head
  const run = runOf(owed)
  const wait = owed === undefined || run === undefined ? undefined : unrecorded(session, owed, run)
  if (wait !== undefined) return wait
  if (owed !== undefined && run !== undefined && relayRun(session, framer, owed, run)) return true
  const piece = framer.next()
  if (piece === undefined) return false
  // The database's messages are framed whole: its framer takes no type in pieces.
  if (piece.kind !== 'frame') throw new ProtocolViolation('gateway', 'limit', 'a reply came in pieces')
  handleServerFrame(session, piece)
  return true
}

/** INVARIANT (record-before-effect): no byte of a result leaves before the records of all its text's statements. */
function unrecorded(session: Session, owed: Expectation, run: Running): Promise<void> | undefined {
  const last = owed.kind === 'query' ? (owed.runs.at(-1) ?? run) : run
  return recorded(session.governance, last.execution)
}

/** INVARIANT (relay-by-slice): what needs no mask goes on as slices of what was received; other rows run by run. */
function relayRun(session: Session, framer: Framer, owed: Expectation, run: Running): boolean {
  if (run.overLimit !== undefined) return false
  if (owed.state === 'query-rows' || owed.state === 'execute-rows')
    return relayRows(session, framer, owed, run)
  if (owed.state !== 'copy-out' || owed.kind === 'replication') return false
  return run.plan?.pass === true && relayCopyData(session, framer, run)
}

function relayCopyData(session: Session, framer: Framer, run: Running): boolean {
  const messages = limitedRun(session, framer, backend.CopyData, run)
  if (messages === undefined) return false
  if (!countRows(session, run, messages.count, messages.bytes.length)) return true
  emit(session, messages.bytes)
  return true
}

function relayRows(session: Session, framer: Framer, owed: Expectation, run: Running): boolean {
  const plan = planOf(session, owed, run)
  const rows = limitedRun(session, framer, backend.DataRow, run)
  if (rows === undefined) return false
  if (!countRows(session, run, rows.count, rows.bytes.length)) return true
  sendRows(session, plan.pass ? passDataRows(plan, rows.bytes) : maskDataRows(plan, rows.bytes))
  return true
}
