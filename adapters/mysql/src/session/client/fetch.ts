import { renewed } from '@sluice/core/analysis/renewed'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComStmtFetch } from '../../messages/com-stmt-fetch.ts'
import { errno } from '../../replies/errno.ts'
import type { Refusal } from '../../replies/refusal.ts'
import { carryOut } from '../carry-out.ts'
import { decideHere } from '../decide-statement.ts'
import { unknownStatement } from '../prepared-now.ts'
import { refuse } from '../refuse.ts'
import { planColumns } from '../server/columns.ts'
import type { WireSession } from '../wire-session.ts'

/**
 * COM_STMT_FETCH: more rows of what was executed. Decided and recorded anew, with the columns that the execution
 * described and the labels of today. Refused where values may be written in another way since.
 */
export async function handleFetch(session: WireSession, frame: Frame): Promise<void> {
  const { statementId } = decodeComStmtFetch(frame.payload)
  const prepared = session.prepared.get(statementId)
  const cursor = prepared?.cursor
  if (prepared === undefined) return refuse(session, unknownStatement)
  if (cursor === undefined) return refuse(session, noCursor)
  const { catalog } = session.governance
  const analysis = renewed(cursor.analysis, catalog.current() ?? (await catalog.settled()))
  const decision = decideHere(session, prepared.read.statement, analysis)
  // INVARIANT (no-unproven-column): the servers write each row by the settings of its fetch.
  const isProtected = decision.kind === 'allow' && decision.obligations.masks.any
  if (isProtected && cursor.rowChanges !== session.text.rowChanges) return refuse(session, otherRows)
  await carryOut(session, {
    kind: 'fetch',
    analysis,
    decision,
    traceparent: prepared.traceparent,
    message: frame,
    prepared,
    returned: cursor.returned,
    ready: (owed) => {
      owed.columns = cursor.columns
      owed.results = 1
      if (owed.run !== undefined) planColumns(session, owed, owed.run)
    },
  })
  return undefined
}

const otherRows: Refusal = {
  code: errno.noOpenCursor,
  message:
    'the cursor was opened before `character_set_results` or `time_zone` changed, so its rows are not what was described',
  hint: 'execute the statement again',
}

const noCursor: Refusal = {
  code: errno.noOpenCursor,
  message: 'the statement has no open cursor',
  hint: 'execute it with a cursor first',
}
