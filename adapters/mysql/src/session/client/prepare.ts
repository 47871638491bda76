import { NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { traceparentIn } from '@sluice/gateway/session/traceparent'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComStmtPrepare } from '../../messages/com-stmt-prepare.ts'
import { errno } from '../../replies/errno.ts'
import { emptyQuery, type Refusal } from '../../replies/refusal.ts'
import { ask } from '../carry-out.ts'
import { namesNow, needsNoAnswer } from '../context.ts'
import { denied, record, refuseUnsent } from '../decide.ts'
import { decideHere } from '../decide-statement.ts'
import { LongData } from '../long-data.ts'
import { missingName } from '../missing-name.ts'
import { MAX_PREPARED } from '../prepared.ts'
import { readOne } from '../read-one.ts'
import { refuse } from '../refuse.ts'
import { refuseUnread } from '../refuse-unread.ts'
import { isAscii } from '../text.ts'
import type { WireSession } from '../wire-session.ts'
import { asKill } from './kill.ts'

/** COM_STMT_PREPARE: analysed now and decided now; decided again at every execution. */
export async function handlePrepare(session: WireSession, frame: Frame): Promise<void> {
  session.prepared.beginAnother()
  const { sql } = decodeComStmtPrepare(frame.payload, 'latin1')
  const one = await readOne(session, sql)
  const traceparent = traceparentIn(sql)
  const unread = { what: 'a text to prepare', bytes: sql.length, traceparent }
  if (one.kind === 'refused') return refuseUnread(session, unread, one.refusal)
  if (one.kind === 'nothing') return refuse(session, emptyQuery)
  if (session.prepared.size >= MAX_PREPARED) return refuseUnread(session, unread, tooMany)
  const { read, analysis } = one.understood
  const kill = asKill(read.statement, one.text)
  const decision =
    kill === undefined
      ? decideHere(session, read.statement, analysis)
      : denied(session, 'sluice:kill', 'KILL is not prepared', 'send it as a text')
  if (decision.kind === 'deny') {
    const missing = await missingName(session, read.statement, analysis, decision)
    const execution = record(session, analysis, decision, NO_VALUES, traceparent)
    return refuseUnsent(session, execution, decision, missing)
  }
  const names = namesNow(session)
  const { outcome, owed } = await ask(session, 'prepare', frame)
  if (outcome === 'failed' || owed.prepareOk === undefined) return undefined
  session.prepared.add({
    id: owed.prepareOk.statementId,
    read,
    names,
    parameters: owed.prepareOk.parameters,
    modes: session.text.modes,
    characterSet: isAscii(sql) ? undefined : session.text.characterSet,
    traceparent,
    needsNoAnswer: needsNoAnswer(sql),
    textBytes: sql.length,
    types: undefined,
    typeNames: [],
    typesTold: true,
    long: new LongData(session.prepared.longBudget),
    cursorAsked: false,
    cursor: undefined,
  })
  return undefined
}

const tooMany: Refusal = {
  code: errno.tooManyStatements,
  message: `a session may have ${MAX_PREPARED} prepared statements`,
  hint: 'close those that are not needed any more',
}
