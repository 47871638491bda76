import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComFieldList } from '../../messages/com-field-list.ts'
import { decodeComInitDb } from '../../messages/com-init-db.ts'
import type { Order } from '../carry-out.ts'
import { carryOutStatement } from '../confirm.ts'
import { decideHere } from '../decide-statement.ts'
import { readOne } from '../read-one.ts'
import { refuseUnread } from '../refuse-unread.ts'
import type { WireSession } from '../wire-session.ts'

/** COM_INIT_DB: read, decided and recorded as USE. */
export function handleInitDb(session: WireSession, frame: Frame): Promise<void> {
  const { database } = decodeComInitDb(frame.payload, 'latin1')
  return asStatement(session, frame, 'command', `USE ${quoted(database)}`)
}

/** COM_FIELD_LIST: read, decided and recorded as SHOW COLUMNS. */
export function handleFieldList(session: WireSession, frame: Frame): Promise<void> {
  const { table } = decodeComFieldList(frame.payload, 'latin1')
  return asStatement(session, frame, 'field-list', `SHOW COLUMNS FROM ${quoted(table)}`)
}

/** An identifier in backticks is the same under every setting. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

async function asStatement(
  session: WireSession,
  message: Frame,
  kind: 'command' | 'field-list',
  sql: string,
): Promise<void> {
  const one = await readOne(session, sql)
  if (one.kind === 'refused')
    return refuseUnread(session, { what: 'a name', bytes: message.payload.length - 1 }, one.refusal)
  if (one.kind === 'nothing') throw new Error('a command was read as no statement')
  const { read, analysis } = one.understood
  const decision = decideHere(session, read.statement, analysis)
  const order: Order = { kind, analysis, decision, traceparent: undefined, message }
  await carryOutStatement(session, read.statement, order)
  return undefined
}
