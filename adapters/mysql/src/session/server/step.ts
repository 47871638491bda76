import { recorded } from '@sluice/gateway/pipeline/admit'
import type { Step } from '@sluice/wire/pump'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { WireSession } from '../wire-session.ts'
import { handleServerFrame } from './dispatch.ts'
import { reread } from './reread.ts'
import { relayRows } from './rows.ts'

/** Bytes queued for the client at which they are written before more is read. */
const FLUSH_BYTES = 256 * 1024

/** Takes the database's next message, or a run of rows. */
export function serverStep(session: WireSession): Step {
  if (session.toClient.blocked) return session.toClient.drained()
  if (session.toClient.waitingBytes >= FLUSH_BYTES) session.toClient.flush()
  const framer = session.upstreamFramer
  if (framer.buffered === 0) return false
  const { exchange } = session
  if (exchange !== undefined) {
    const { run } = exchange
    // INVARIANT (record-before-effect): no byte of a result leaves before the record of its statement.
    const wait =
      run === undefined
        ? undefined
        : (recorded(session.governance, run.execution) ?? reread(session, exchange, run))
    if (wait !== undefined) return wait
    const relayed = relayRows(session, exchange)
    if (relayed !== false) return relayed
  } else framer.expect(0)
  const piece = framer.next()
  if (piece === undefined) return false
  // The database's messages are framed whole.
  if (piece.kind !== 'frame') throw new ProtocolViolation('gateway', 'limit', 'a reply came in pieces')
  handleServerFrame(session, piece)
  framer.release()
  return true
}
