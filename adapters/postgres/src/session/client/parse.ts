import { NO_VALUES } from '@sluice/gateway/pipeline/admit'
import type { Understood } from '@sluice/gateway/pipeline/understand'
import { whenReady } from '@sluice/gateway/session/interruptible'
import { traceparentIn } from '@sluice/gateway/session/traceparent'
import { decodeParse, encodeParse, type Parse } from '../../messages/parse.ts'
import { canceled } from '../canceled.ts'
import { closeUnsent, decide, record, refusalOf } from '../decide.ts'
import { pathOf } from '../hidden.ts'
import { withParameterTypes } from '../parameter-types.ts'
import { readText } from '../read.ts'
import { refuseExtended } from '../refuse.ts'
import type { Change } from '../register.ts'
import { denyParseWithoutRoom } from '../room.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import { weightOf } from '../statement-weight.ts'
import type { ClientFrame } from './frame.ts'

/** Parse: the statement is analysed now and decided now, so that planning runs nothing that is refused. */
export function handleParse(session: Session, { payload, raw }: ClientFrame): void | Promise<void> {
  const parse = decodeParse(payload, session.encoding)
  const understood = readText(session, parse.sql)
  return understood instanceof Promise
    ? whenReady(
        session,
        understood,
        (ready) => prepare(session, parse, raw, ready),
        () => refuseExtended(session, canceled),
      )
    : prepare(session, parse, raw, understood)
}

function prepare(session: Session, parse: Parse, raw: Buffer, understood: readonly Understood[]): void {
  if (isDeaf(session)) return
  const [first, second] = understood
  if (second !== undefined || first === undefined) {
    leaveToDatabase(session, parse)
    return
  }
  const traceparent = traceparentIn(parse.sql)
  const weight = parse.name === '' ? 0 : weightOf(first.read, first.analysis)
  const typed = withParameterTypes(session, first.analysis, parse.parameterTypes)
  const decision = denyParseWithoutRoom(session, parse.name, weight) ?? decide(session, typed)
  if (decision.kind === 'deny') {
    closeUnsent(session, record(session, typed, decision, NO_VALUES, traceparent))
    refuseExtended(session, refusalOf(decision))
    return
  }
  const change = session.names.definePrepared({
    name: parse.name,
    read: first.read,
    analysis: first.analysis,
    weight,
    path: pathOf(session),
    parameterTypes: parse.parameterTypes,
    described: undefined,
    traceparent,
  })
  session.expectations.push({ kind: 'parse', change, state: 'parse' })
  session.toUpstream.add(raw)
  session.sinceSync += 1
}

/** Any two: the database counts commands before it looks at them (backend/tcop/postgres.c, `exec_parse_message`). */
const SEVERAL_COMMANDS = 'SELECT; SELECT'

/**
 * Several commands may not be prepared as one. The database says so itself, of a text that can run nothing, so that
 * the client gets the very error, and the transaction the very end, that it would get without the gateway.
 */
function leaveToDatabase(session: Session, parse: Parse): void {
  session.expectations.push({ kind: 'parse', change: NO_CHANGE, state: 'parse' })
  session.toUpstream.add(encodeParse({ ...parse, sql: SEVERAL_COMMANDS }))
  session.sinceSync += 1
}

const NO_CHANGE: Change = { confirm: () => undefined, undo: () => undefined }
