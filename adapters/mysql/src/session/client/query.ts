import { NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { traceparentIn } from '@sluice/gateway/session/traceparent'
import { Unreadable } from '@sluice/reading/unreadable'
import { statementEnd } from '../../dialect/canonical/canonical.ts'
import type { Frame } from '../../framing/frame-piece.ts'
import { capability, has } from '../../messages/capabilities.ts'
import { decodeComQuery, encodeComQuery } from '../../messages/com-query.ts'
import type { Parameter } from '../../messages/parameters.ts'
import { emptyQuery } from '../../replies/refusal.ts'
import { Canceled } from '../canceled.ts'
import type { Order } from '../carry-out.ts'
import { carryOutStatement } from '../confirm.ts'
import { mustAsk } from '../context.ts'
import { record, refuseUnsent } from '../decide.ts'
import { decideHere } from '../decide-statement.ts'
import { asDistributed, noteDistributed, ofOneself } from '../distributed.ts'
import { type Exchange, namedAs } from '../exchange.ts'
import { answerOk } from '../local-ok.ts'
import { missingName } from '../missing-name.ts'
import { namedFile } from '../named-file.ts'
import { readOne, settleContext } from '../read-one.ts'
import { refuse } from '../refuse.ts'
import { refuseUnread } from '../refuse-unread.ts'
import type { Outcome } from '../session.ts'
import type { WireSession } from '../wire-session.ts'
import { asKill, killStatement } from './kill.ts'
import { unable } from './unable.ts'

/**
 * COM_QUERY. The statements of a text are sent to the database one by one, each decided when those before it have run, as
 * the server itself reads them; behind one that is refused or fails nothing runs. The database is never sent two at once.
 */
export async function handleQuery(session: WireSession, frame: Frame): Promise<void> {
  const { sql, attributes } = decodeComQuery(frame.payload, session.capabilities.flags, 'latin1')
  const script = sql.slice(0, scriptEnd(sql))
  let at = 0
  try {
    for (;;) {
      if (session.multiStatements && mustAsk(session))
        await settleContext(session, untilSemicolon(script, at))
      const end = session.multiStatements ? pieceEnd(session, script, at) : script.length
      session.moreFollow = end < script.length
      const whole = at === 0 && !session.moreFollow && !differ(session)
      const piece = script.slice(at, end)
      const outcome = await runText(session, piece, whole ? frame : queryOf(session, piece, attributes), sql)
      if (outcome === 'failed' || !session.moreFollow) return
      at = end
      session.sent = false
      // A cancel that comes too late for one is for those behind it.
      if (session.cancelling !== undefined) {
        await session.cancelling
        throw new Canceled()
      }
    }
  } catch (error) {
    if (at === 0) throw error
    // Those before it have run, and have records of their own.
    const traceparent = traceparentIn(sql)
    unable(session, { what: 'a text', bytes: script.length - at, traceparent }, error)
  } finally {
    session.moreFollow = false
  }
}

/** Semicolons and whitespace at the end are nothing ("alloc_query"). */
function scriptEnd(sql: string): number {
  let end = sql.length
  while (end > 0 && (sql[end - 1] === ';' || sql.charCodeAt(end - 1) <= 0x20)) end -= 1
  return end
}

/** What begins at `at`: of a text that reads the same under every setting all of it. */
function untilSemicolon(script: string, at: number): string {
  const end = script.indexOf(';', at)
  return end < 0 ? script.slice(at) : script.slice(at, end)
}

/** Where the statement ends that begins at `at`; one that cannot be told from the next is the rest of the text. */
function pieceEnd({ text }: WireSession, script: string, at: number): number {
  if (!script.includes(';', at)) return script.length
  try {
    return statementEnd(script, at, text.modes)
  } catch (error) {
    if (error instanceof Unreadable) return script.length
    throw error
  }
}

/** Whether a query has another form on the other leg. */
function differ({ capabilities, upstreamCapabilities }: WireSession): boolean {
  return has(capabilities.flags ^ upstreamCapabilities.flags, capability.QUERY_ATTRIBUTES)
}

function queryOf(session: WireSession, sql: string, attributes: readonly Parameter[]): Buffer {
  return encodeComQuery({ sql, attributes }, session.upstreamCapabilities.flags, 'latin1')
}

/** Runs one statement. `whole` is the text that it was sent in. */
async function runText(
  session: WireSession,
  latin1: string,
  message: Buffer | Frame,
  whole: string,
): Promise<Outcome> {
  const one = await readOne(session, latin1)
  const traceparent = traceparentIn(whole)
  if (one.kind === 'refused') {
    refuseUnread(session, { what: 'a text', bytes: latin1.length, traceparent }, one.refusal)
    return 'failed'
  }
  if (one.kind === 'nothing') {
    if (!one.comment) {
      refuse(session, emptyQuery)
      return 'failed'
    }
    answerOk(session)
    return 'done'
  }
  const { read } = one.understood
  const distributed = asDistributed(read.statement, one.text)
  const analysis = ofOneself(session, distributed, one.understood.analysis)
  const kill = asKill(read.statement, one.text)
  if (kill !== undefined) return killStatement(session, kill, analysis, traceparent, message)
  const file = analysis.facts.clientFile === true ? namedFile(latin1, session.text.modes) : undefined
  const decision = decideHere(session, read.statement, analysis, file !== undefined)
  if (decision.kind === 'deny') {
    const missing = await missingName(session, read.statement, analysis, decision)
    const execution = record(session, analysis, decision, NO_VALUES, traceparent)
    refuseUnsent(session, execution, decision, missing)
    return 'failed'
  }
  const ready = (owed: Exchange): void => {
    if (file !== undefined) owed.file = namedAs(file)
  }
  const order: Order = { kind: 'query', analysis, decision, traceparent, message, ready }
  const outcome = await carryOutStatement(session, read.statement, order)
  noteDistributed(session, distributed, outcome)
  return outcome
}
