import { ProtocolViolation } from '@sluice/wire/violation'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeReadyForQuery, encodeReadyForQuery } from '../../messages/ready-for-query.ts'
import { Remembered } from '../../messages/remembered.ts'
import { releaseHeldSync } from '../client/held-sync.ts'
import type { Expectation } from '../expectations.ts'
import { failTransaction } from '../refuse.ts'
import { settle } from '../running.ts'
import type { Session } from '../session.ts'
import { emit, relay } from './emit.ts'

const readies = new Remembered(decodeReadyForQuery)

const FAILED = encodeReadyForQuery({ status: 'E' })

/** ReadyForQuery: a simple query or a Sync is answered in full. */
export function handleReady(session: Session, owed: Expectation, frame: Frame): void {
  session.transaction = readies.read(frame).status
  if (session.transaction !== 'T') session.transactionDoomed = false
  const toldOfError = session.muted !== undefined
  session.muted = undefined
  if (session.transaction === 'I' && session.settingsTouched) {
    // Committed or taken back, as the transaction ended: the server knows.
    session.contextStale = true
    session.settingsTouched = false
  }
  if (session.transaction === 'I') {
    if (session.failed) session.names.rolledBack()
    session.names.transactionEnded()
    session.moves.ended()
  } else session.moves.blockIsOpen()
  if (session.transaction === 'I' && (session.catalogDirty || session.rightsTouched)) {
    session.catalogDirty = false
    session.rightsTouched = false
    session.codeSince = undefined
    session.tablesSince = undefined
    session.governance.catalog.invalidate()
  }
  // INVARIANT (no-unproven-column): an answer that is another message's is nobody's.
  if (owed.kind === 'query' && !session.failed && owed.at < Math.max(owed.runs.length, 1))
    throw new ProtocolViolation('upstream', 'unexpected', 'a Query ended before its statements were answered')
  session.failed = false
  session.uncommitted = 'nothing'
  session.pipelineOpen = isPipelineOpen(session, owed)
  session.expectations.shift()
  if ((owed.kind === 'sync' || owed.kind === 'refusal') && owed.own === true) return
  // The client was told of an error that the database does not know of: its transaction must not commit.
  if (toldOfError && session.transaction === 'T' && !session.transactionDoomed) failTransaction(session)
  if (session.transactionDoomed) emit(session, FAILED)
  else relay(session, frame)
  if (owed.kind === 'query') {
    for (const run of owed.runs) settle(session, run, 'skipped')
    owed.settled?.()
    if (session.heldSync !== undefined) releaseHeldSync(session, session.heldSync)
  }
  if (owed.kind === 'replication') settle(session, owed.run, 'completed')
  if (owed.kind === 'sync' || owed.kind === 'function-call') owed.settled?.()
}

/** What a Sync of the client's leaves open is a block of its own. */
function isPipelineOpen({ transaction, pipelineOpen }: Session, owed: Expectation): boolean {
  if (transaction === 'I' || (owed.kind === 'sync' && owed.own !== true)) return false
  return pipelineOpen || ((owed.kind === 'query' || owed.kind === 'function-call') && owed.endsPipeline)
}
